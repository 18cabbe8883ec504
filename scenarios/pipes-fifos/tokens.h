/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in a pipe, one for each job that may run, and a keeper that puts back what the dead had.
 */
#ifndef SCENARIOS_PIPES_FIFOS_TOKENS_H
#define SCENARIOS_PIPES_FIFOS_TOKENS_H

#include "ends.h"

#include <poll.h>
#include <sys/ioctl.h>

enum { CLIENTS = 3, TOKENS = 1, JOBS = 2 };
enum { WAITING, RUNNING }; /* marks */

struct tokens {
	int tokens[2], alive[CLIENTS][2];
	bool holds[CLIENTS];
	int jobs[CLIENTS];
};

enum keeper { COUNTS, GIVES_ALWAYS, ABSENT };

/* All write ends but one's own: each pipe hangs up with its client. */
static inline void tokens_keep_end(const struct tokens *shared, unsigned own)
{
	unsigned i;

	for (i = 0; i < CLIENTS; i++)
		if (i != own)
			SABOT_OK(close(shared->alive[i][WRITE_END]));
}

/* Of those that are neither there nor held; to count is one step. */
static inline int tokens_count_missing(const struct tokens *shared)
{
	int there, missing = TOKENS;
	unsigned i;

	SABOT_OK(ioctl(shared->tokens[READ_END], FIONREAD, &there));
	for (i = 0; i < CLIENTS; i++)
		missing -= shared->holds[i];
	return missing - there;
}

/* Waits until somebody is gone. Returns who. */
static inline int tokens_next_gone(struct pollfd alive[CLIENTS])
{
	int i = 0;

	SABOT_OK(poll(alive, CLIENTS, -1));
	while (!alive[i].revents)
		i++;
	alive[i].fd = -1;
	alive[i].revents = 0;
	return i;
}

static inline void tokens_keep(struct sabot_task *task)
{
	const enum keeper *keeper = sabot_variant(task);
	struct tokens *shared = sabot_shared(task);
	struct pollfd alive[CLIENTS];
	int i, gone, missing;

	tokens_keep_end(shared, CLIENTS);
	for (i = 0; i < CLIENTS; i++)
		alive[i] = (struct pollfd){ .fd = shared->alive[i][READ_END], .events = POLLIN };
	for (i = 0; i < CLIENTS; i++) {
		gone = tokens_next_gone(alive);
		shared->holds[gone] = false;
		missing = *keeper == ABSENT ? 0 : tokens_count_missing(shared);
		if (*keeper == GIVES_ALWAYS)
			missing = shared->jobs[gone] < JOBS;
		for (; missing > 0; missing--)
			SABOT_OK(write(shared->tokens[WRITE_END], "+", 1));
	}
}

static inline void tokens_bound(struct sabot_check *check)
{
	unsigned running = sabot_alive(check, RUNNING);

	sabot_require(check, running <= TOKENS, "%u jobs run, %d tokens were made", running,
		      TOKENS);
}

#endif
