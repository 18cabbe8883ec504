/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process forks while it holds a robust mutex in shared memory. The child has the memory and a
 * copy of everything that libc knows of the mutex, but not the mutex: it may not unlock it, and its
 * end or death is no owner's death.
 *
 * Shows: the parent owns it until it unlocks it or dies itself, whatever becomes of the child
 * (glibc bug 19402 had the child inherit the parent's list of robust mutexes, whose owners its
 * death then declared dead); the same when one thread forks while another holds the mutex; and an
 * exec of the owner counts as its death (Linux kernel/fork.c, exec_mm_release()). A mutex that is
 * not robust lets the child unlock it. Does not show: a child that is made by clone(2) itself.
 */
#include "pair.h"
#include "pshared.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
	struct pair pair;
	pthread_mutex_t mutex;
};

struct variant {
	int robust;
	bool thread_forks, execs;
};

static const struct variant robust = { PTHREAD_MUTEX_ROBUST, false, false };
static const struct variant threads = { PTHREAD_MUTEX_ROBUST, .thread_forks = true };
static const struct variant stalled = { PTHREAD_MUTEX_STALLED, false, false };
static const struct variant execs = { PTHREAD_MUTEX_ROBUST, .execs = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	pshared_mutex_init(&shared->mutex, variant->robust);
}

static void *make_child(void *argument)
{
	struct sabot_task *task = argument;
	struct shared *shared = sabot_shared(task);
	pid_t child = SABOT_OK(fork());
	int error, status;

	if (child == 0) {
		error = pthread_mutex_unlock(&shared->mutex);
		sabot_observe(task, "the child's unlock gets %s", strerrorname_np(error));
		_exit(0);
	}
	SABOT_OK(waitpid(child, &status, 0));
	sabot_assert(task, status == 0 || status == SIGKILL, "the child ends with %#x", status);
	return NULL;
}

static void make_child_in_thread(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, make_child, task));
	SABOT_ZERO(pthread_join(thread, NULL));
}

static void lock(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int error = pthread_mutex_lock(&shared->mutex);

	if (error == EOWNERDEAD) {
		sabot_observe(task, "the next one gets EOWNERDEAD");
		pair_repair(&shared->pair);
		error = pthread_mutex_consistent(&shared->mutex);
	}
	SABOT_ZERO(error);
}

static void be_parent(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	lock(task);
	sabot_mark(task, INSIDE);
	if (variant->execs)
		SABOT_OK(execl("/bin/true", "true", NULL));
	else if (variant->thread_forks)
		make_child_in_thread(task);
	else
		(void)make_child(task);
	pair_write(task, &shared->pair);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void be_other(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	lock(task);
	pair_write(task, &shared->pair);
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static const struct sabot_role roles[] = {
	{ "parent", 1, be_parent },
	{ "other", 2, be_other },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &robust },
	{ .name = "threads", .variant = &threads },
	{ .name = "kill-anywhere", .variant = &robust, .fault.kind = SABOT_KILL },
	{ .name = "kill-with-threads", .variant = &threads, .fault.kind = SABOT_KILL },
	{ .name = "child-unlocks",
	  .variant = &stalled,
	  .caught_by = "one at most is inside",
	  .about = "of a mutex that is not robust" },
	{ .name = "platform-child",
	  .variant = &robust,
	  .fault = { SABOT_KILL, .who = "parent#0/1" },
	  .characterises = "the forked child of a robust mutex's owner is killed",
	  .known = (const char *const[]){ "the child's unlock gets EPERM", NULL } },
	{ .name = "platform-exec",
	  .variant = &execs,
	  .characterises = "the owner of a robust mutex calls exec",
	  .known = (const char *const[]){ "the next one gets EOWNERDEAD", NULL } },
	{ 0 },
};

const struct sabot_scenario robust_fork = {
	.name = "robust-fork",
	.group = "pthread-shared",
	.about = "a child that is forked under a robust mutex does not own it",
	.tags = "crash mutex robust fork threads platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.keeps_no_state = true,
};
