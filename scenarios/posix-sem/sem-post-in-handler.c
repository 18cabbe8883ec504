/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal handler wakes another process: sem_post() may be called there, other locks may not.
 *
 * Shows: each signal that is handled is one permit, whoever is killed and wherever the handler
 * strikes (signal-safety(7), sem_post(3)); pthread_cond_signal() with the mutex that belongs to it
 * waits for ever once the handler interrupts whoever has the mutex. Does not show: standard
 * signals, of which several become one.
 */
#include "handler_post.h"

static const struct handler_post_way by_semaphore = { 0 };
static const struct handler_post_way by_condition = { .by_condition = true };

static void setup(struct sabot_env *env)
{
	struct handler_post *shared = sabot_env_shared(env);
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	shared->variant = *(const struct handler_post_way *)sabot_env_variant(env);
	SABOT_OK(sem_init(&shared->told, 1, 0));
	SABOT_ZERO(pthread_mutexattr_init(&mutex));
	SABOT_ZERO(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &mutex));
	SABOT_ZERO(pthread_condattr_init(&cond));
	SABOT_ZERO(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_cond_init(&shared->cond, &cond));
}

static void send(struct sabot_task *task)
{
	const struct handler_post *shared = sabot_shared(task);
	int i;

	for (i = 0; i < SIGNALS; i++) {
		if (shared->catcher)
			(void)sigqueue(shared->catcher, SIGRTMIN, (union sigval){ 0 });
		else
			(void)sched_yield();
	}
}

static bool in_time(struct sabot_task *task)
{
	struct handler_post *shared = sabot_shared(task);
	struct timespec end;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
	end.tv_sec++;
	return sem_timedwait(&shared->told, &end) == 0;
}

static void take(struct sabot_task *task)
{
	struct handler_post *shared = sabot_shared(task);

	while (in_time(task))
		shared->taken++;
	sabot_assert(task, errno == ETIMEDOUT, "sem_timedwait() fails, errno %d", errno);
}

static const struct sabot_role roles[] = {
	{ "catcher", 1, handler_catch_all },
	{ "sender", 1, send },
	{ "waiter", 1, take },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each signal that is handled is one permit", SABOT_WHEN_SETTLED,
	  handler_one_permit_each },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_semaphore },
	{ .name = "kill-anywhere", .variant = &by_semaphore, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &by_semaphore, .fault = { .kind = SABOT_STOP } },
	{ .name = "condition", .variant = &by_condition, .caught_by = "self-deadlock" },
	{ 0 },
};

static const char *const points[] = { "at work", NULL };

const struct sabot_scenario sem_post_in_handler = {
	.name = "sem-post-in-handler",
	.group = "posix-sem",
	.about = "a handler may post a semaphore; a condition variable locks it out",
	.tags = "signal crash deadlock",
	.shared_size = sizeof(struct handler_post),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
