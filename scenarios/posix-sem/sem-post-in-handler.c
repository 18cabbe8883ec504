/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal handler wakes another process: sem_post() may be called there, other locks may not.
 *
 * Shows: each signal that is handled is one permit, whoever is killed and wherever the handler
 * strikes (signal-safety(7), sem_post(3)); pthread_cond_signal() with the mutex that belongs to it
 * waits for ever once the handler interrupts whoever has the mutex. Does not show: standard
 * signals, of which several become one.
 */
#include <sabot/sabot.h>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS = 3 };

struct variant {
	bool by_condition;
};

struct shared {
	struct variant variant;
	pid_t catcher; /* once it is ready */
	sem_t told;
	int posted, taken;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

static const struct variant by_semaphore = { 0 };
static const struct variant by_condition = { .by_condition = true };

static struct shared *ours; /* the handler has no other way to know */

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	shared->variant = *(const struct variant *)sabot_env_variant(env);
	SABOT_OK(sem_init(&shared->told, 1, 0));
	SABOT_ZERO(pthread_mutexattr_init(&mutex));
	SABOT_ZERO(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &mutex));
	SABOT_ZERO(pthread_condattr_init(&cond));
	SABOT_ZERO(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_cond_init(&shared->cond, &cond));
}

static void tell(int signo)
{
	(void)signo;
	if (ours->variant.by_condition) {
		SABOT_ZERO(pthread_mutex_lock(&ours->mutex));
		ours->posted++;
		SABOT_ZERO(pthread_cond_signal(&ours->cond));
		SABOT_ZERO(pthread_mutex_unlock(&ours->mutex));
		return;
	}
	SABOT_OK(sem_post(&ours->told));
	ours->posted++;
}

/* Works under the mutex meanwhile, as its own business. */
static void catch_all(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = tell, .sa_flags = SA_RESTART };
	struct shared *shared = ours = sabot_shared(task);
	int i;

	SABOT_OK(sigaction(SIGRTMIN, &action, NULL));
	shared->catcher = getpid();
	for (i = 0; i < SIGNALS; i++) {
		if (shared->variant.by_condition)
			SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
		sabot_point(task, "at work");
		if (shared->variant.by_condition)
			SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
}

static void send(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
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
	struct shared *shared = sabot_shared(task);
	struct timespec end;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
	end.tv_sec++;
	return sem_timedwait(&shared->told, &end) == 0;
}

static void take(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	while (in_time(task))
		shared->taken++;
	sabot_assert(task, errno == ETIMEDOUT, "sem_timedwait() fails, errno %d", errno);
}

static void one_permit_each(struct sabot_check *check)
{
	struct shared *shared = sabot_check_shared(check);
	int value = -1;

	if (shared->variant.by_condition)
		return;
	(void)sem_getvalue(&shared->told, &value);
	sabot_require(check, value + shared->taken == shared->posted,
		      "%d were handled, %d taken, %d are left", shared->posted, shared->taken,
		      value);
}

static const struct sabot_role roles[] = {
	{ "catcher", 1, catch_all },
	{ "sender", 1, send },
	{ "waiter", 1, take },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each signal that is handled is one permit", SABOT_WHEN_SETTLED, one_permit_each },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_semaphore },
	{ .name = "kill-anywhere", .variant = &by_semaphore, .fault = { SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &by_semaphore, .fault = { SABOT_STOP } },
	{ .name = "condition", .variant = &by_condition, .caught_by = "self-deadlock" },
	{ 0 },
};

static const char *const points[] = { "at work", NULL };

const struct sabot_scenario sem_post_in_handler = {
	.name = "sem-post-in-handler",
	.group = "posix-sem",
	.about = "a handler may post a semaphore; a condition variable locks it out",
	.tags = "signal crash deadlock",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
