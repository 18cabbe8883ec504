/* SPDX-License-Identifier: Apache-2.0 */
/* Children of several kinds, and what each learns of the end of its parent. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_ORPHANS_H
#define SCENARIOS_SIGNALS_PROCESSES_ORPHANS_H

#include "ready.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct orphans {
	int fds[2]; /* the child reads until nobody has the write end but itself */
};

struct orphans_way {
	void (*body)(struct sabot_task *task);
	bool looks; /* for its parent, after prctl() */
};

static volatile sig_atomic_t told, hung_up;

static inline void note(int signo)
{
	(void)signo;
	told = 1;
}

static inline void note_hang_up(int signo)
{
	(void)signo;
	hung_up = 1;
}

/* Ends once it knows that its parent is dead, or is ended by it. */
static inline void be_child(struct sabot_task *task, pid_t parent)
{
	const struct orphans_way *variant = sabot_variant(task);
	sigset_t open;

	SABOT_OK(sigprocmask(SIG_BLOCK, NULL, &open));
	ready_mask(SIG_BLOCK, SIGUSR1);
	ready_handle(SIGUSR1, note, 0);
	SABOT_OK(prctl(PR_SET_PDEATHSIG, SIGUSR1));
	if (variant->looks && getppid() != parent) {
		sabot_observe(task, "who looks after prctl() sees that it is an orphan");
		_exit(0);
	}
	while (!told)
		(void)sigsuspend(&open);
	sabot_observe(task, getppid() == parent ? "a child is told although its parent lives"
						: "a child is told of its parent's death");
	_exit(0);
}

static inline void have_child(struct sabot_task *task)
{
	pid_t parent = getpid(), child = SABOT_OK(fork());

	if (child == 0)
		be_child(task, parent);
	sabot_point(task, "has a child");
	SABOT_OK(kill(child, SIGKILL));
	SABOT_OK(waitpid(child, NULL, 0));
}

static inline void *have_child_in_thread(void *task)
{
	pid_t parent = getpid(), child = SABOT_OK(fork());

	if (child == 0)
		be_child(task, parent);
	return NULL;
}

static inline void have_forking_thread(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, have_child_in_thread, task));
	SABOT_ZERO(pthread_join(thread, NULL));
	SABOT_OK(wait(NULL));
}

static inline void have_stopped_child(struct sabot_task *task)
{
	pid_t child;

	SABOT_OK(setsid());
	child = SABOT_OK(fork());
	if (child == 0) {
		ready_handle(SIGHUP, note_hang_up, 0);
		SABOT_OK(setpgid(0, 0));
		SABOT_OK(raise(SIGSTOP));
		sabot_observe(task, hung_up ? "the stopped child gets SIGHUP, and goes on"
					    : "the stopped child goes on");
		_exit(0);
	}
	SABOT_OK(waitpid(child, NULL, WUNTRACED));
	sabot_point(task, "has a child");
	SABOT_OK(kill(child, SIGCONT));
	SABOT_OK(waitpid(child, NULL, 0));
}

static inline void *outlive(void *task)
{
	struct orphans *shared = sabot_shared(task);
	char byte;

	SABOT_OK(read(shared->fds[0], &byte, 1));
	return NULL;
}

static inline char state_of(pid_t pid)
{
	char path[32], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (file) {
		(void)!fscanf(file, "%*d %*s %c", &state);
		fclose(file);
	}
	return state;
}

static inline void have_headless_child(struct sabot_task *task)
{
	struct orphans *shared = sabot_shared(task);
	pid_t child = SABOT_OK(fork());
	pthread_t thread;

	if (child == 0) {
		SABOT_ZERO(pthread_create(&thread, NULL, outlive, task));
		pthread_exit(NULL);
	}
	while (state_of(child) != 'Z')
		sched_yield();
	if (waitpid(child, NULL, WNOHANG) == 0)
		sabot_observe(task, "waitpid() says that it lives, /proc that it is a zombie");
	SABOT_OK(write(shared->fds[1], "", 1));
	SABOT_OK(waitpid(child, NULL, 0));
}

#endif
