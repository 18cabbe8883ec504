/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A launcher starts a daemon as of old: it forks, the child begins a session and forks again, and
 * its child, which is nobody's by then, takes a lock so that there is one.
 *
 * Shows: the daemon has another parent, a session that it does not lead, and no terminal, whoever
 * of the launcher and of the child in between is killed, and two launchers start one (daemon(7)).
 * Whose parent ends is given to the nearest subreaper, or to the first process of its PID namespace
 * (prctl(2), PR_SET_CHILD_SUBREAPER; Linux kernel/exit.c, find_new_reaper()).
 * Does not show: what the daemon does, and descriptors that it inherits.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_SERVING, SERVING }; /* marks */

struct variant {
	bool forks_once, unlocked;
};

static const struct variant proper = { 0 };
static const struct variant forks_once = { .forks_once = true };
static const struct variant unlocked = { .unlocked = true };

static void serve(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int lock = SABOT_OK(open("daemon.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600));

	if (variant->unlocked || flock(lock, LOCK_EX | LOCK_NB) == 0) {
		sabot_mark(task, SERVING);
		sabot_point(task, "serving");
		sabot_mark(task, NOT_SERVING);
	}
	_exit(0);
}

static void be_orphan(struct sabot_task *task, pid_t parent)
{
	int terminal;

	while (getppid() == parent)
		sched_yield();
	sabot_observe(task, "an orphan's parent is %s", getppid() == 1 ? "process 1" : "another");
	terminal = open("/dev/tty", O_RDWR);
	sabot_assert(task, terminal == -1, "it has a terminal");
	sabot_assert(task, getsid(0) != getpid(), "it leads its session, and may get a terminal");
	serve(task);
}

static void launch(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	pid_t child = SABOT_OK(fork());

	if (child == 0) {
		pid_t parent;

		if (variant->forks_once)
			serve(task);
		SABOT_OK(setsid());
		parent = getpid();
		if (SABOT_OK(fork()) == 0)
			be_orphan(task, parent);
		_exit(0);
	}
	if (!variant->forks_once)
		SABOT_OK(waitpid(child, NULL, 0));
}

static void setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(close(open("daemon.lock", O_RDWR | O_CREAT, 0600)));
}

static void one_serves(struct sabot_check *check)
{
	unsigned serving = sabot_alive(check, SERVING);

	sabot_require(check, serving <= 1, "%u serve", serving);
}

static const struct sabot_role roles[] = { { "launcher", 2, launch }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one daemon serves", SABOT_WHEN_SETTLED, one_serves },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &proper },
	{ .name = "kill-anywhere", .variant = &proper, .fault = { .kind = SABOT_KILL } },
	{ .name = "unlocked", .variant = &unlocked, .caught_by = "at most one daemon serves" },
	{ .name = "forks-once", .variant = &forks_once, .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &proper,
	  .characterises = "the parent of a process ends before it",
	  .known = (const char *const[]){ "an orphan's parent is process 1", NULL } },
	{ 0 },
};

static const char *const points[] = { "serving", NULL };

const struct sabot_scenario daemon_orphan = {
	.name = "daemon-orphan",
	.group = "signals-processes",
	.about = "a daemon is nobody's child, and the only one",
	.tags = "crash leak lock platform",
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
