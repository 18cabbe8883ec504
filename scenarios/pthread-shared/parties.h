/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parties of a scenario as threads of one process, where its roles are processes each, or as a
 * child of one. A body is given its party's number, as sabot_index() is the process's.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_PARTIES_H
#define SCENARIOS_PTHREAD_SHARED_PARTIES_H

#include <sabot/sabot.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES_MAX = 8 };

/* So many threads with this body, numbered from 0. A table of these ends with a zeroed entry. */
struct party_kind {
	void (*body)(struct sabot_task *task, unsigned number);
	unsigned count;
};

struct party {
	struct sabot_task *task;
	void (*body)(struct sabot_task *task, unsigned number);
	unsigned number;
	pthread_t thread;
};

static inline void *party_run(void *argument)
{
	const struct party *party = argument;

	party->body(party->task, party->number);
	return NULL;
}

/* Runs all of them and waits for their ends. */
static inline void parties_run(struct sabot_task *task, const struct party_kind *kinds)
{
	struct party parties[PARTIES_MAX];
	unsigned count = 0, i;

	for (; kinds->body; kinds++)
		for (i = 0; i < kinds->count; i++) {
			struct party *party = &parties[count++];

			*party = (struct party){ task, kinds->body, i, 0 };
			SABOT_ZERO(pthread_create(&party->thread, NULL, party_run, party));
		}
	while (count)
		SABOT_ZERO(pthread_join(parties[--count].thread, NULL));
}

/* Runs one in a child, and returns its status as of waitpid(2). */
static inline int parties_fork(struct sabot_task *task,
			       void (*body)(struct sabot_task *task, unsigned number),
			       unsigned number)
{
	pid_t child = SABOT_OK(fork());
	int status;

	if (child == 0) {
		body(task, number);
		_exit(0);
	}
	SABOT_OK(waitpid(child, &status, 0));
	return status;
}

#endif
