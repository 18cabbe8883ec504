/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of signals and of time share: a target that says when it is ready, and who sends to
 * it. */
#ifndef SABOT_INTERCEPT_TARGET_TEST_H
#define SABOT_INTERCEPT_TARGET_TEST_H

#include "intercept/seeded_test.h"

#include <sched.h>
#include <signal.h>
#include <sys/sem.h>
#include <time.h>

/* Who waits for a signal that a strike took the sender of waits for ever. */
#define WAITS                                                                                      \
	(1u << KIND_DEADLOCK | 1u << KIND_SELF_DEADLOCK | 1u << KIND_ORPHANED |                    \
	 1u << KIND_LOST_WAKEUP | 1u << KIND_STUCK | 1u << KIND_LIVELOCK)

enum { HOUR = 3600 };

struct shared {
	int semid, fds[2];
	volatile pid_t pid; /* of the target, once it is ready */
	int sum, flag;
};

static struct shared *ours;
static volatile sig_atomic_t hits;

static inline void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(pipe(shared->fds));
}

static inline int change(const struct shared *shared, short by)
{
	struct sembuf operation = { 0, by, 0 };

	return semop(shared->semid, &operation, 1);
}

static inline int take_within(const struct shared *shared, time_t seconds)
{
	struct sembuf operation = { 0, -1, 0 };
	struct timespec timeout = { .tv_sec = seconds };

	return semtimedop(shared->semid, &operation, 1, &timeout);
}

static inline void idle(struct sabot_task *task)
{
	sabot_point(task, "one");
	sabot_point(task, "two");
}

static inline void handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags }, now;

	SABOT_OK(sigaction(signo, &action, NULL));
	SABOT_OK(sigaction(signo, NULL, &now));
	if (now.sa_handler != handler || (now.sa_flags & ~0x04000000) != flags)
		sabot_broken(__FILE__, __LINE__, "what was set is not what is told", EINVAL);
}

static inline void hit(int signo)
{
	(void)signo;
	hits++;
}

/* The target's first words: then others may send. */
static inline struct shared *ready(struct sabot_task *task, void (*handler)(int), int flags)
{
	ours = sabot_shared(task);
	hits = 0;
	if (handler)
		handle(SIGUSR1, handler, flags);
	ours->pid = getpid();
	return ours;
}

static inline void send(struct sabot_task *task, int signo)
{
	struct shared *shared = sabot_shared(task);

	while (!shared->pid)
		sched_yield();
	(void)kill(shared->pid, signo);
}

static inline void send_one(struct sabot_task *task)
{
	send(task, SIGUSR1);
}

#define SCENARIO(id, ...)                                                                          \
	static const struct sabot_role id##_roles[] = { __VA_ARGS__, { 0 } };                      \
	static const struct sabot_scenario id##_scenario = { .name = #id,                          \
							     .group = "test",                      \
							     .shared_size = sizeof(struct shared), \
							     .setup = setup,                       \
							     .roles = id##_roles,                  \
							     .cases = &seeded_case }

#endif
