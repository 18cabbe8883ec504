/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A janitor removes what others may leave behind, when all of them are gone. Whoever does not hold
 * the pipe any more has ended or died: nobody has to say so, so nobody can fail to.
 */
#ifndef SCENARIOS_SHARED_MEMORY_JANITOR_H
#define SCENARIOS_SHARED_MEMORY_JANITOR_H

#include <sabot/sabot.h>

#include <unistd.h>

/* Open in everybody, from setup on. */
struct janitor {
	int pipe[2];
};

static inline void janitor_setup(struct janitor *janitor)
{
	SABOT_OK(pipe(janitor->pipe));
}

static inline void janitor_wait(const struct janitor *janitor)
{
	char byte;

	SABOT_OK(close(janitor->pipe[1]));
	SABOT_OK(read(janitor->pipe[0], &byte, 1));
}

#endif
