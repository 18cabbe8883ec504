/* SPDX-License-Identifier: Apache-2.0 */
/* A page of words in a memfd, each with its value, which a seal says are all there. */
#ifndef SCENARIOS_SHARED_MEMORY_SEALED_H
#define SCENARIOS_SHARED_MEMORY_SEALED_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SEALED_WORDS = 2, SEALED_FIRST = 100 };

struct sealed {
	int fd;
};

struct sealed_words {
	unsigned word[SEALED_WORDS];
};

/* In setup. */
static inline void sealed_make(struct sealed *sealed)
{
	sealed->fd = SABOT_OK(memfd_create("page", MFD_ALLOW_SEALING));
	SABOT_OK(ftruncate(sealed->fd, sizeof(struct sealed_words)));
}

static inline bool sealed_is(const struct sealed *sealed)
{
	return SABOT_OK(fcntl(sealed->fd, F_GET_SEALS)) & F_SEAL_WRITE;
}

/* Tries again as long as somebody has it mapped. */
static inline void sealed_seal(struct sabot_task *task, const struct sealed *sealed)
{
	while (fcntl(sealed->fd, F_ADD_SEALS, F_SEAL_WRITE) != 0) {
		sabot_assert(task, errno == EBUSY, "the seal is refused, errno %d", errno);
		(void)sched_yield();
	}
}

static inline struct sealed_words sealed_read(const struct sealed *sealed)
{
	struct sealed_words words = { { 0 } };

	SABOT_OK(pread(sealed->fd, &words, sizeof(words), 0));
	return words;
}

static inline bool sealed_valid(const struct sealed_words *words)
{
	unsigned i;

	for (i = 0; i < SEALED_WORDS; i++)
		if (words->word[i] != SEALED_FIRST + i)
			return false;
	return true;
}

#endif
