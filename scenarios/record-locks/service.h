/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon that serves under a lock of a description, by flock or fcntl, and its helper. */
#ifndef SCENARIOS_RECORD_LOCKS_SERVICE_H
#define SCENARIOS_RECORD_LOCKS_SERVICE_H

#include "../section.h"
#include "ranges.h"

#include <sys/wait.h>

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

	ranges_lock(variant->command, fd, on);
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

#endif
