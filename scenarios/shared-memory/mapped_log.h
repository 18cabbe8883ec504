/* SPDX-License-Identifier: Apache-2.0 */
/* A file of numbered entries that writers map, and the account of what they have stored. */
#ifndef SCENARIOS_SHARED_MEMORY_MAPPED_LOG_H
#define SCENARIOS_SHARED_MEMORY_MAPPED_LOG_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAPPED_LOG_WRITERS = 2, MAPPED_LOG_STORES = 2, MAPPED_LOG_FIRST = 100 };

#define MAPPED_LOG_NAME "log"

struct mapped_log {
	unsigned entries[MAPPED_LOG_WRITERS][MAPPED_LOG_STORES];
};

struct logged_stores {
	int fd;
	atomic_uint stored[MAPPED_LOG_WRITERS]; /* counted after the store */
};

static inline struct mapped_log *mapped_log_map(int flags)
{
	int fd = SABOT_OK(open(MAPPED_LOG_NAME, O_RDWR));
	struct mapped_log *log =
		SABOT_OK(mmap(NULL, sizeof(*log), PROT_READ | PROT_WRITE, flags, fd, 0));

	SABOT_OK(close(fd));
	return log;
}

static inline unsigned mapped_log_entry(unsigned writer, unsigned number)
{
	return MAPPED_LOG_FIRST + writer * MAPPED_LOG_STORES + number;
}

/* How many of the stores are not in the log. */
static inline unsigned mapped_log_missing(const struct logged_stores *shared,
					  const struct mapped_log *log)
{
	unsigned writer, number, missing = 0;

	for (writer = 0; writer < MAPPED_LOG_WRITERS; writer++)
		/* Pairs with the count in store(). */
		for (number = 0;
		     number < atomic_load_explicit(&shared->stored[writer], memory_order_acquire);
		     number++)
			missing += log->entries[writer][number] != mapped_log_entry(writer, number);
	return missing;
}

#endif
