/* SPDX-License-Identifier: Apache-2.0 */
/* A file by which there is one daemon: locked, or merely there. */
#ifndef SCENARIOS_RECORD_LOCKS_PID_FILE_H
#define SCENARIOS_RECORD_LOCKS_PID_FILE_H

#include "ranges.h"

#include <sched.h>
#include <sys/stat.h>

enum { OUTSIDE, SERVING }; /* marks */
enum { DAEMONS = 3, TRIES = 5 };

struct pid_file {
	bool gave_up[DAEMONS];
};

struct pid_file_way {
	bool by_existence; /* O_EXCL instead of a lock */
	bool looks_again;  /* whether what it has locked still has the name */
};

static inline bool pid_file_has_name(int fd)
{
	struct stat own, named;

	SABOT_OK(fstat(fd, &own));
	return stat("pid", &named) == 0 && named.st_ino == own.st_ino && named.st_dev == own.st_dev;
}

/* Waits until it is the one. Returns the file. */
static inline int pid_file_become_by_lock(const struct pid_file_way *variant)
{
	for (;;) {
		int fd = SABOT_OK(open("pid", O_RDWR | O_CREAT, 0600));

		SABOT_OK(ranges_set(fd, F_SETLKW, F_WRLCK, 0, 0));
		if (!variant->looks_again || pid_file_has_name(fd))
			return fd;
		SABOT_OK(close(fd));
	}
}

/* Returns -1 if somebody else seems to be it. */
static inline int pid_file_become_by_existence(void)
{
	int fd = -1, i;

	for (i = 0; i < TRIES && fd < 0; i++) {
		fd = open("pid", O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			SABOT_OK(sched_yield());
	}
	return fd;
}

static inline void pid_file_one_serves(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, SERVING) <= 1, "%u daemons serve",
		      sabot_alive(check, SERVING));
}

static inline void pid_file_nobody_gave_up(struct sabot_check *check)
{
	const struct pid_file *shared = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < DAEMONS; i++)
		sabot_require(check, !shared->gave_up[i], "daemon %u gave up, and %u others live",
			      i, sabot_alive(check, SERVING));
}

static inline void pid_file_file_is_gone(struct sabot_check *check)
{
	const struct pid_file_way *variant = sabot_check_variant(check);
	struct stat status;

	if (!sabot_killed(check, NULL) && !variant->by_existence)
		sabot_require(check, stat("pid", &status) != 0,
			      "the file is there, and nobody serves");
}

#endif
