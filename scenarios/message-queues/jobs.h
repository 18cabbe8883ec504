/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs in a POSIX queue by a name, and what must hold of those that were done. */
#ifndef SCENARIOS_MESSAGE_QUEUES_JOBS_H
#define SCENARIOS_MESSAGE_QUEUES_JOBS_H

#include <sabot/sabot.h>

#include <mqueue.h>
#include <unistd.h>

enum { FIRST_JOB, SECOND_JOB, JOBS, MOVED, END };

struct jobs {
	mqd_t old;
	int ends[2];
	int done[JOBS];
};

struct jobs_way {
	bool says_moved, before_new;
};

/* The end comes after all jobs that are there, whenever it is sent. */
static inline void jobs_send(mqd_t queue, int what)
{
	SABOT_OK(mq_send(queue, (const char *)&what, sizeof(what), what == END ? 0 : 1));
}

static inline int jobs_receive(mqd_t queue)
{
	int what;

	SABOT_OK(mq_receive(queue, (char *)&what, sizeof(what), NULL));
	return what;
}

static inline mqd_t jobs_make(int room)
{
	struct mq_attr attr = { .mq_maxmsg = room, .mq_msgsize = sizeof(int) };

	return mq_open("/jobs", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
}

/* From the old queue to the one that has the name now. */
static inline mqd_t jobs_reopen(struct sabot_task *task, mqd_t old)
{
	mqd_t queue;

	SABOT_OK(mq_close(old));
	queue = mq_open("/jobs", O_RDONLY);
	sabot_assert(task, queue >= 0, "there is no queue, errno %d", errno);
	return queue;
}

/* Takes the name away and makes a queue of that name. */
static inline mqd_t jobs_replace(struct sabot_task *task)
{
	mqd_t queue;

	SABOT_OK(mq_unlink("/jobs"));
	queue = jobs_make(2);
	sabot_assert(task, queue >= 0, "the name is not free, errno %d", errno);
	return queue;
}

static inline void jobs_in_order(struct sabot_check *check)
{
	const struct jobs *shared = sabot_check_shared(check);

	sabot_require(check,
		      shared->done[FIRST_JOB] <= 1 &&
			      shared->done[SECOND_JOB] <= shared->done[FIRST_JOB],
		      "the first is done %d times, the second %d times", shared->done[FIRST_JOB],
		      shared->done[SECOND_JOB]);
}

static inline void jobs_all_done(struct sabot_check *check)
{
	const struct jobs_way *variant = sabot_check_variant(check);
	const struct jobs *shared = sabot_check_shared(check);

	if (variant->says_moved && !sabot_killed(check, "worker"))
		sabot_require(check, shared->done[FIRST_JOB] && shared->done[SECOND_JOB],
			      "the first is done %d times, the second %d times",
			      shared->done[FIRST_JOB], shared->done[SECOND_JOB]);
}

#endif
