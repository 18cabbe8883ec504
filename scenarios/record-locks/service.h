/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon that serves under a lock of a description, by flock or fcntl, and its helper. */
#ifndef SCENARIOS_RECORD_LOCKS_SERVICE_H
#define SCENARIOS_RECORD_LOCKS_SERVICE_H

#include "ranges.h"

#include <sys/file.h>
#include <sys/wait.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { USE_FLOCK = -1 };

struct service {
	int work[2]; /* a pipe to the helper; no work comes, but its end */
};

struct service_way {
	int command; /* USE_FLOCK, or of fcntl(2) */
	bool helper_keeps, helper_unlocks;
};

static inline void service_lock(struct sabot_task *task, int fd, bool on)
{
	const struct service_way *variant = sabot_variant(task);

	if (variant->command == USE_FLOCK)
		SABOT_OK(flock(fd, on ? LOCK_EX : LOCK_UN));
	else
		SABOT_OK(ranges_set(fd, variant->command, on ? F_WRLCK : F_UNLCK, 0, 1));
}

static inline void service_help(struct sabot_task *task, int fd)
{
	const struct service_way *variant = sabot_variant(task);
	const struct service *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->work[1]));
	if (variant->helper_unlocks) /* what it does not need, it thinks */
		service_lock(task, fd, false);
	if (!variant->helper_keeps)
		SABOT_OK(close(fd));
	SABOT_OK(read(shared->work[0], &byte, 1)); /* the end of file: no daemon is left */
	SABOT_OK(close(shared->work[0]));
	if (variant->helper_keeps)
		SABOT_OK(close(fd));
}

static inline void service_one_serves(struct sabot_check *check)
{
	sabot_require(check, sabot_alive(check, INSIDE) <= 1, "%u daemons serve",
		      sabot_alive(check, INSIDE));
}

#endif
