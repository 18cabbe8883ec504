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
#include "guarded.h"
#include "parties.h"

struct variant {
	struct pshared_mutex like;
	bool thread_forks, execs;
};

static const struct variant robust = { { PTHREAD_MUTEX_ROBUST, 0, 0 }, false, false };
static const struct variant threads = { { PTHREAD_MUTEX_ROBUST, 0, 0 }, .thread_forks = true };
static const struct variant stalled = { { PTHREAD_MUTEX_STALLED, 0, 0 }, false, false };
static const struct variant execs = { { PTHREAD_MUTEX_ROBUST, 0, 0 }, .execs = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct guarded *guarded = sabot_env_shared(env);

	pshared_mutex_make(&guarded->mutex, &variant->like);
}

static void be_child(struct sabot_task *task, unsigned number)
{
	struct guarded *guarded = sabot_shared(task);
	int error = pthread_mutex_unlock(&guarded->mutex);

	(void)number;
	sabot_observe(task, "the child's unlock gets %s", strerrorname_np(error));
}

static void make_child(struct sabot_task *task, unsigned number)
{
	int status = parties_fork(task, be_child, number);

	sabot_assert(task, status == 0 || status == SIGKILL, "the child ends with %#x", status);
}

static void lock(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct guarded *guarded = sabot_shared(task);
	int error = pthread_mutex_lock(&guarded->mutex);

	if (error == EOWNERDEAD)
		sabot_observe(task, "the next one gets EOWNERDEAD");
	guarded_own(task, guarded, &variant->like, error);
}

static void be_parent(struct sabot_task *task)
{
	static const struct party_kind maker[] = { { make_child, 1 }, { 0 } };
	const struct variant *variant = sabot_variant(task);

	lock(task);
	sabot_mark(task, INSIDE);
	if (variant->execs)
		SABOT_OK(execl("/bin/true", "true", NULL));
	else if (variant->thread_forks)
		parties_run(task, maker);
	else
		make_child(task, 0);
	guarded_write(task, sabot_shared(task), &variant->like);
}

static void be_other(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	lock(task);
	guarded_write(task, sabot_shared(task), &variant->like);
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
	.shared_size = sizeof(struct guarded),
	.setup = setup,
	.roles = roles,
	.invariants = pair_invariants,
	.cases = cases,
	.points = pair_points,
	.keeps_no_state = true,
};
