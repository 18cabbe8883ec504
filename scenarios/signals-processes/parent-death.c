/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child is to learn of its parent's death.
 *
 * Shows: prctl(PR_SET_PDEATHSIG) tells it of a death that comes after the call only, so the child
 * must look for its parent once more; and of the death of the thread that made it, though the
 * process lives (PR_SET_PDEATHSIG(2const)). Whoever is stopped in a process group that loses its
 * last parent in the session gets SIGHUP and goes on (setpgid(2)). A process whose first thread has
 * ended lives. Does not show: pidfd_open(2), which has none of these traps.
 */
#include "orphans.h"

/* ---- A signal at the parent's death --------------------------------------------------------- */

/* ---- Stopped, and nobody is left to continue it --------------------------------------------- */

/* ---- A process without its first thread ----------------------------------------------------- */

/* --------------------------------------------------------------------------------------------- */

static const struct orphans_way looks = { .body = have_child, .looks = true };
static const struct orphans_way trusts = { .body = have_child };
static const struct orphans_way by_thread = { .body = have_forking_thread };
static const struct orphans_way stopped = { .body = have_stopped_child };
static const struct orphans_way headless = { .body = have_headless_child };

static void setup(struct sabot_env *env)
{
	struct orphans *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->fds));
}

static void act(struct sabot_task *task)
{
	const struct orphans_way *variant = sabot_variant(task);

	variant->body(task);
}

static const struct sabot_role roles[] = { { "parent", 1, act }, { 0 } };

static const char *const both[] = { "a child is told of its parent's death",
				    "who looks after prctl() sees that it is an orphan", NULL };
static const char *const one[] = { "a child is told of its parent's death",
				   "parent blocks for ever in sigsuspend", NULL };
static const char *const early[] = { "a child is told although its parent lives",
				     "parent blocks for ever in sigsuspend",
				     "parent blocks for ever in waitpid", NULL };
static const char *const hangs_up[] = { "the stopped child gets SIGHUP, and goes on", NULL };
static const char *const zombie[] = { "waitpid() says that it lives, /proc that it is a zombie",
				      NULL };

#define PARENT .kind = SABOT_KILL, .who = "parent#0"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &looks },
	{ .name = "kill-parent", .variant = &looks, .fault = { PARENT } },
	{ .name = "trusts-prctl",
	  .variant = &trusts,
	  .fault = { PARENT },
	  .caught_by = "deadlock" },
	{ .name = "platform-looks",
	  .variant = &looks,
	  .fault = { PARENT },
	  .characterises = "a parent dies, and its child asks to be told, and looks",
	  .known = both },
	{ .name = "platform",
	  .variant = &trusts,
	  .fault = { PARENT },
	  .characterises = "a parent dies, and its child asks to be told",
	  .known = one },
	{ .name = "platform-thread",
	  .variant = &by_thread,
	  .characterises = "the thread that made a child ends, and its process lives",
	  .known = early },
	{ .name = "platform-stopped",
	  .variant = &stopped,
	  .fault = { PARENT, .point = "has a child" },
	  .characterises = "the parent of a stopped process dies, in a session of their own",
	  .known = hangs_up },
	{ .name = "platform-headless",
	  .variant = &headless,
	  .characterises = "the first thread of a process ends before the others",
	  .known = zombie },
	{ 0 },
};

static const char *const points[] = { "has a child", NULL };

const struct sabot_scenario parent_death = {
	.name = "parent-death",
	.group = "signals-processes",
	.about = "what a child learns of its parent's death",
	.tags = "crash signal platform",
	.shared_size = sizeof(struct orphans),
	.setup = setup,
	.roles = roles,
	.cases = cases,
	.points = points,
};
