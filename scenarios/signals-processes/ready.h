/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that wait for each other, as far as the other lives; and signals in a line. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_READY_H
#define SCENARIOS_SIGNALS_PROCESSES_READY_H

#include <sabot/sabot.h>

#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { READY_TRIES = 20 };

/* A process that others wait for. */
struct ready {
	sem_t told;
	pid_t pid; /* 0: it has not begun */
};

/* In setup. */
static inline void ready_init(struct ready *ready)
{
	SABOT_OK(sem_init(&ready->told, 1, 0));
}

/* The first that a process does: from then on its death can be seen. */
static inline void ready_begin(struct ready *ready)
{
	ready->pid = getpid();
}

/* One who waits may go on, now or later. */
static inline void ready_tell(struct ready *ready)
{
	SABOT_OK(sem_post(&ready->told));
}

/*
 * Waits until it is told, or the process is dead. It may be so before it has begun: who has not
 * begun for long never will. Returns the process, or 0.
 */
static inline pid_t ready_await(struct ready *ready)
{
	struct timespec until;
	int tries = 0;

	for (;;) {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
		until.tv_sec++;
		if (sem_timedwait(&ready->told, &until) == 0)
			return ready->pid;
		if (errno == ETIMEDOUT &&
		    (ready->pid ? kill(ready->pid, 0) != 0 : ++tries == READY_TRIES))
			return 0;
	}
}

/* `how` as of sigprocmask(2). Returns the set of this one signal. */
static inline sigset_t ready_mask(int how, int signo)
{
	sigset_t set;

	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, signo));
	SABOT_OK(sigprocmask(how, &set, NULL));
	return set;
}

static inline void ready_handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	SABOT_OK(sigaction(signo, &action, NULL));
}

#endif
