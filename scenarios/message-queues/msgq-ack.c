/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A consumer may die with a job in its hands: a journal keeps each job until it is acknowledged.
 *
 * Shows: to receive a message is to own it, even asleep: the kernel hands it to the sleeper in the
 * sender's call, and it is gone with the process (Linux ipc/msg.c, pipelined_send()). A manager
 * that sends again what is not acknowledged in time gets each job done at least once. System V has
 * no wait with a time-out, so the acknowledgements come by a POSIX queue. Does not show: exactly
 * once, which needs jobs that may be done twice; a manager that nobody starts again, for whom the
 * consumers wait by right. One that is started again goes on from the journal, in shared memory.
 */
#include "acks.h"

static const struct acks_way good = { .journal = true };
static const struct acks_way no_journal = { 0 };
static const struct acks_way ack_first = { .journal = true, .ack_first = true };
static const struct acks_way just_look = { .just_look = true };

static void setup(struct sabot_env *env)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = sizeof(int) };
	struct acks *shared = sabot_env_shared(env);

	shared->jobs = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	shared->acks = SABOT_OK(mq_open("/acks", O_RDWR | O_CREAT, 0600, &attr));
}

static void manage(struct sabot_task *task)
{
	const struct acks_way *variant = sabot_variant(task);
	struct acks *shared = sabot_shared(task);

	while (send_unacked(shared)) {
		if (variant->just_look)
			return;
		while (next_ack(shared))
			continue;
		if (!variant->journal)
			break;
	}
	SABOT_OK(msgctl(shared->jobs, IPC_RMID, NULL));
}

static void consume(struct sabot_task *task)
{
	const struct acks_way *variant = sabot_variant(task);
	struct acks *shared = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open("/acks", O_WRONLY | O_NONBLOCK));
	struct job job;

	while (msgrcv(shared->jobs, &job, sizeof(job.number), 1, 0) >= 0) {
		if (variant->ack_first)
			acknowledge(queue, &job);
		sabot_point(task, "at work");
		shared->done[job.number]++;
		if (!variant->ack_first)
			acknowledge(queue, &job);
		if (variant->just_look)
			break;
	}
	sabot_assert(task, variant->just_look || errno == EIDRM || errno == EINVAL,
		     "msgrcv() fails, errno %d", errno);
	SABOT_OK(mq_close(queue));
}

static const struct sabot_role roles[] = {
	{ "consumer", 2, consume },
	{ "manager", 1, manage },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what is acknowledged is done", SABOT_WHEN_SETTLED, acked_is_done },
	{ "every job is done at least once", SABOT_AT_END, all_done },
	{ "it can be seen what became of the messages", SABOT_AT_END, look },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-consumer", .variant = &good, .fault = { SABOT_KILL, .role = "consumer" } },
	{ .name = "restart-anywhere", .variant = &good, .fault = { .kind = SABOT_RESTART } },
	{ .name = "no-journal",
	  .variant = &no_journal,
	  .fault = { SABOT_KILL, .role = "consumer" },
	  .caught_by = "every job is done at least once" },
	{ .name = "ack-first",
	  .variant = &ack_first,
	  .fault = { SABOT_KILL, .role = "consumer" },
	  .caught_by = "what is acknowledged is done" },
	{ .name = "platform-asleep",
	  .variant = &just_look,
	  .fault = { SABOT_KILL, .role = "consumer", .where = SABOT_ASLEEP },
	  .characterises = "a receiver of a SysV message queue is killed while it sleeps",
	  .known = (const char *const[]){ "no message is lost", NULL } },
	{ .name = "platform-woken",
	  .variant = &just_look,
	  .fault = { SABOT_KILL, .role = "consumer", .where = SABOT_WOKEN },
	  .characterises = "a receiver of a SysV message queue is killed when it has been woken",
	  .known = (const char *const[]){ "its message is lost", NULL } },
	{ 0 },
};

static const char *const points[] = { "at work", NULL };

const struct sabot_scenario msgq_ack = {
	.name = "msgq-ack",
	.group = "message-queues",
	.about = "a journal brings back what was lost with a killed receiver",
	.tags = "crash recovery producer-consumer time platform",
	.shared_size = sizeof(struct acks),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
