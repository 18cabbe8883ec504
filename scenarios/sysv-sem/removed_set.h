/* SPDX-License-Identifier: Apache-2.0 */
/* Waiters in a set of semaphores that is removed: how each is told of the end. */
#ifndef SCENARIOS_SYSV_SEM_REMOVED_SET_H
#define SCENARIOS_SYSV_SEM_REMOVED_SET_H

#include <sabot/sabot.h>

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

enum { WAITERS = 2 };

struct removed_set {
	int semid;
	bool is_told[WAITERS];
	pid_t pid[WAITERS]; /* once it can be told to stop */
};

struct removed_set_way {
	bool tries_again, by_signal;
};

static volatile sig_atomic_t is_to_stop;

static inline void removed_stop(int signo)
{
	(void)signo;
	is_to_stop = true;
}

/* A signal that comes before the wait does not end it, but the next one does. */
static inline void removed_wait_for_signal(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = removed_stop, .sa_flags = SA_RESTART };
	struct sembuf take = { 0, -1, SEM_UNDO };
	struct removed_set *shared = sabot_shared(task);
	unsigned index = sabot_index(task);

	SABOT_OK(sigaction(SIGTERM, &action, NULL));
	shared->pid[index] = getpid();
	while (!is_to_stop)
		sabot_assert(task, semop(shared->semid, &take, 1) != 0 && errno == EINTR,
			     "semop() ends with errno %d", errno);
	shared->is_told[index] = true;
}

static inline void removed_signal_all(struct removed_set *shared)
{
	unsigned i, waiting;

	do {
		for (waiting = 0, i = 0; i < WAITERS; i++) {
			waiting += !shared->is_told[i];
			if (shared->pid[i] && !shared->is_told[i])
				(void)kill(shared->pid[i], SIGTERM); /* it may have ended */
		}
		(void)sched_yield();
	} while (waiting);
}

static inline void removed_all_are_told(struct sabot_check *check)
{
	const struct removed_set *shared = sabot_check_shared(check);
	unsigned i, waiting = 0;

	for (i = 0; i < WAITERS; i++)
		waiting += !shared->is_told[i];
	sabot_require(check, waiting <= sabot_killed(check, "waiter"),
		      "%u were not told, %u were killed", waiting, sabot_killed(check, "waiter"));
}

#endif
