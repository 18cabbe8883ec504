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
#include "ready.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct shared {
	int fds[2]; /* the child reads until nobody has the write end but itself */
};

struct variant {
	void (*body)(struct sabot_task *task);
	bool looks; /* for its parent, after prctl() */
};

static volatile sig_atomic_t told, hung_up;

static void note(int signo)
{
	(void)signo;
	told = 1;
}

static void note_hang_up(int signo)
{
	(void)signo;
	hung_up = 1;
}

/* ---- A signal at the parent's death --------------------------------------------------------- */

/* Ends once it knows that its parent is dead, or is ended by it. */
static void be_child(struct sabot_task *task, pid_t parent)
{
	const struct variant *variant = sabot_variant(task);
	sigset_t open;

	SABOT_OK(sigprocmask(SIG_BLOCK, NULL, &open));
	ready_block(SIGUSR1);
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

static void have_child(struct sabot_task *task)
{
	pid_t parent = getpid(), child = SABOT_OK(fork());

	if (child == 0)
		be_child(task, parent);
	sabot_point(task, "has a child");
	SABOT_OK(kill(child, SIGKILL));
	SABOT_OK(waitpid(child, NULL, 0));
}

static void *have_child_in_thread(void *task)
{
	pid_t parent = getpid(), child = SABOT_OK(fork());

	if (child == 0)
		be_child(task, parent);
	return NULL;
}

static void have_forking_thread(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, have_child_in_thread, task));
	SABOT_ZERO(pthread_join(thread, NULL));
	SABOT_OK(wait(NULL));
}

/* ---- Stopped, and nobody is left to continue it --------------------------------------------- */

static void have_stopped_child(struct sabot_task *task)
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

/* ---- A process without its first thread ----------------------------------------------------- */

static void *outlive(void *task)
{
	struct shared *shared = sabot_shared(task);
	char byte;

	SABOT_OK(read(shared->fds[0], &byte, 1));
	return NULL;
}

static char state_of(pid_t pid)
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

static void have_headless_child(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
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

/* --------------------------------------------------------------------------------------------- */

static const struct variant looks = { .body = have_child, .looks = true };
static const struct variant trusts = { .body = have_child };
static const struct variant by_thread = { .body = have_forking_thread };
static const struct variant stopped = { .body = have_stopped_child };
static const struct variant headless = { .body = have_headless_child };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->fds));
}

static void act(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.cases = cases,
	.points = points,
};
