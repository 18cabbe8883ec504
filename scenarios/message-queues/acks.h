/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are sent until they are acknowledged, and what must hold of both. */
#ifndef SCENARIOS_MESSAGE_QUEUES_ACKS_H
#define SCENARIOS_MESSAGE_QUEUES_ACKS_H

#include <sabot/sabot.h>

#include <mqueue.h>
#include <sys/msg.h>
#include <time.h>

enum { JOBS = 3 };

struct job {
	long type;
	int number;
};

struct acks {
	int jobs;
	mqd_t acks;
	int done[JOBS];
	bool acked[JOBS];
};

struct acks_way {
	bool journal, ack_first, just_look;
};

/* In a second from now at the latest. Returns whether there was one. */
static inline bool next_ack(struct acks *shared)
{
	struct timespec end;
	int number;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
	end.tv_sec++;
	if (mq_timedreceive(shared->acks, (char *)&number, sizeof(number), NULL, &end) < 0)
		return false;
	shared->acked[number] = true;
	return true;
}

static inline bool send_unacked(struct acks *shared)
{
	struct job job = { .type = 1 };
	bool sent = false;

	for (job.number = 0; job.number < JOBS; job.number++)
		if (!shared->acked[job.number]) {
			SABOT_OK(msgsnd(shared->jobs, &job, sizeof(job.number), 0));
			sent = true;
		}
	return sent;
}

/* One that finds no room is lost, and the job comes again: the manager may have left by then. */
static inline void acknowledge(mqd_t acks, const struct job *job)
{
	(void)mq_send(acks, (const char *)&job->number, sizeof(job->number), 0);
}

static inline void acked_is_done(struct sabot_check *check)
{
	const struct acks *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < JOBS; i++)
		sabot_require(check, !shared->acked[i] || shared->done[i],
			      "job %d is acknowledged and not done", i);
}

static inline void all_done(struct sabot_check *check)
{
	const struct acks_way *variant = sabot_check_variant(check);
	const struct acks *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < JOBS && !variant->just_look; i++)
		sabot_require(check, shared->done[i], "job %d is not done", i);
}

/* Of just_look: each consumer takes one, and the rest is still there. */
static inline void look(struct sabot_check *check)
{
	const struct acks_way *variant = sabot_check_variant(check);
	const struct acks *shared = sabot_check_shared(check);
	int i, there = 0;
	struct msqid_ds status;

	if (!variant->just_look || msgctl(shared->jobs, IPC_STAT, &status) != 0)
		return;
	for (i = 0; i < JOBS; i++)
		there += shared->done[i];
	there += (int)status.msg_qnum;
	sabot_check_observe(check, there < JOBS ? "its message is lost" : "no message is lost");
}

#endif
