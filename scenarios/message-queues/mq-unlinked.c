/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An operator puts a new queue in the place of an old one, while a worker waits in the old.
 *
 * Shows: mq_unlink(3) takes the name away and wakes nobody, the new queue of that name is another
 * one; so a last message must go into the old one, and after the new one is there, else the worker
 * opens the old one again. Does not show: several workers, for whom one last message each is not
 * enough once one dies with two; what a worker that is killed has done of a message (mq-sleeper).
 * The operator is not killed: it alone ends the wait.
 */
#include "jobs.h"

static const struct jobs_way good = { .says_moved = true };
static const struct jobs_way too_early = { .says_moved = true, .before_new = true };
static const struct jobs_way says_nothing = { 0 };

static void setup(struct sabot_env *env)
{
	struct jobs *shared = sabot_env_shared(env);

	shared->old = SABOT_OK(jobs_make(2));
	SABOT_OK(pipe(shared->ends));
}

static void work(struct sabot_task *task)
{
	struct jobs *shared = sabot_shared(task);
	mqd_t queue = shared->old;
	bool moved = false;
	int what;

	while ((what = jobs_receive(queue)) != END) {
		if (what == MOVED) {
			queue = jobs_reopen(task, queue);
			moved = true;
			continue;
		}
		shared->done[what]++;
	}
	if (moved)
		SABOT_OK(mq_close(queue));
}

static void replace(struct sabot_task *task)
{
	const struct jobs_way *variant = sabot_variant(task);
	const struct jobs *shared = sabot_shared(task);
	mqd_t queue;
	char byte;

	SABOT_OK(close(shared->ends[1]));
	jobs_send(shared->old, FIRST_JOB);
	if (variant->before_new)
		jobs_send(shared->old, MOVED);
	queue = jobs_replace(task);
	jobs_send(queue, END);
	jobs_send(queue, SECOND_JOB);
	if (variant->says_moved && !variant->before_new)
		jobs_send(shared->old, MOVED);
	if (variant->says_moved)
		SABOT_OK(read(shared->ends[0], &byte, 1)); /* the worker is gone */
	SABOT_OK(mq_close(queue));
	SABOT_OK(mq_unlink("/jobs"));
}

static const struct sabot_role roles[] = {
	{ "worker", 1, work },
	{ "operator", 1, replace },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "jobs are done once, and in order", SABOT_WHEN_SETTLED, jobs_in_order },
	{ "every job is done", SABOT_AT_END, jobs_all_done },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-worker", .variant = &good, .fault = { SABOT_KILL, .role = "worker" } },
	{ .name = "says-nothing", .variant = &says_nothing, .caught_by = "deadlock" },
	{ .name = "too-early", .variant = &too_early, .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &says_nothing,
	  .characterises = "a POSIX message queue is unlinked while a process waits in it",
	  .known = (const char *const[]){ "worker blocks for ever in mq_receive", NULL } },
	{ 0 },
};

const struct sabot_scenario mq_unlinked = {
	.name = "mq-unlinked",
	.group = "message-queues",
	.about = "a name that is unlinked wakes nobody who waits in its queue",
	.tags = "crash removal platform",
	.shared_size = sizeof(struct jobs),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
