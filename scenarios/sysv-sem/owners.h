/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to own a lock that was taken with SEM_UNDO; none gives it back before the process's end. */
#ifndef SCENARIOS_SYSV_SEM_OWNERS_H
#define SCENARIOS_SYSV_SEM_OWNERS_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

struct owned {
	int semid;
	bool is_taken; /* by a process that has not given it back */
	int pipe[2];   /* open in everybody, until they are in each other's way */
};

static inline void owned_setup(struct sabot_env *env)
{
	struct owned *owned = sabot_env_shared(env);

	owned->semid = SABOT_OK(semget(IPC_PRIVATE, 2, 0600));
	SABOT_OK(semctl(owned->semid, 0, SETVAL, 1));
	SABOT_OK(pipe2(owned->pipe, O_CLOEXEC));
}

static inline void owned_take(struct owned *owned)
{
	struct sembuf take = { 0, -1, SEM_UNDO };

	SABOT_OK(semop(owned->semid, &take, 1));
}

static inline void *owned_take_here(void *owned)
{
	owned_take(owned);
	((struct owned *)owned)->is_taken = true;
	return NULL;
}

/* A thread takes it and ends. */
static inline void own_by_thread(struct sabot_task *task, struct owned *owned)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, owned_take_here, owned));
	SABOT_ZERO(pthread_join(thread, NULL));
	sabot_point(task, "owned");
}

/* As by_thread, and expects to find it free. */
static inline void own_after_thread(struct sabot_task *task, struct owned *owned)
{
	own_by_thread(task, owned);
	owned_take(owned);
}

/* A child ends that was forked meanwhile. */
static inline void own_with_child(struct sabot_task *task, struct owned *owned)
{
	pid_t child;

	(void)owned_take_here(owned);
	child = SABOT_OK(fork());
	if (child == 0)
		_exit(0);
	SABOT_OK(waitpid(child, NULL, 0));
	sabot_point(task, "owned");
}

/* Another program goes on in the process, until all others have closed the pipe. */
static inline void own_over_exec(struct sabot_task *task, struct owned *owned)
{
	(void)task;
	(void)owned_take_here(owned);
	SABOT_OK(dup2(owned->pipe[0], STDIN_FILENO));
	SABOT_OK(execl("/bin/cat", "cat", NULL));
}

/* The process leaves what the kernel keeps for it. */
static inline void own_unshared(struct sabot_task *task, struct owned *owned)
{
	owned_take(owned);
	SABOT_OK(unshare(CLONE_SYSVSEM));
	owned->is_taken = true;
	sabot_point(task, "owned");
}

/* Gives so often what it never took, and takes it away again, that the kernel keeps count no more.
 */
static inline void own_less_than_nothing(struct sabot_task *task, struct owned *owned)
{
	struct sembuf post[] = { { 1, 32767, SEM_UNDO }, { 1, -32767, 0 } };
	unsigned posts = 0;

	while (semop(owned->semid, post, 2) == 0) {
		posts += (unsigned)post[0].sem_op;
		post[0].sem_op = 1;
		post[1].sem_op = -1;
	}
	sabot_observe(task, "after %u posts semop() says %s", posts, strerrorname_np(errno));
}

#endif
