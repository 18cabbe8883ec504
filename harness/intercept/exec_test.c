/* SPDX-License-Identifier: Apache-2.0 */
/* Other programs that tasks run, with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>

#define TEXT(text) ((char *)(uintptr_t)(text)) /* libc takes arguments as not const */

/* ---- In place of the task, and beside it ---------------------------------------------------- */

static void wait_for(struct sabot_task *task, pid_t child, int wanted)
{
	int status;

	sabot_assert(task, waitpid(child, &status, 0) == child, "errno %d", errno);
	sabot_assert(task, WIFSIGNALED(status) || WEXITSTATUS(status) == wanted, "status %x",
		     (unsigned)status);
}

static void replace_children(struct sabot_task *task)
{
	char *const arguments[] = { TEXT("sh"), TEXT("-c"), TEXT("exit $CODE"), NULL };
	char *const environment[] = { TEXT("CODE=4"), NULL };
	pid_t child = SABOT_OK(vfork());

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 3", NULL);
		_exit(9);
	}
	wait_for(task, child, 3);
	child = SABOT_OK(fork());
	if (child == 0) {
		execve("/no/such", arguments, environment);
		sabot_point(task, "still here");
		execle("/bin/sh", "sh", "-c", "exit $CODE", NULL, environment);
		_exit(9);
	}
	wait_for(task, child, 4);
	child = SABOT_OK(fork());
	if (child == 0) {
		execlp("sh", "sh", "-c", "kill -9 $$", NULL);
		_exit(9);
	}
	wait_for(task, child, 0);
}
SCENARIO(replaced, { "parent", 2, replace_children }, { "other", 1, idle });

static void leave_for_good(struct sabot_task *task)
{
	sabot_point(task, "before");
	execl("/bin/true", "true", NULL);
}
SCENARIO(gone, { "worker", 2, leave_for_good }, { "other", 1, idle });

extern char **environ;

static void spawn_children(struct sabot_task *task)
{
	char *const arguments[] = { TEXT("sh"), TEXT("-c"), TEXT("exit 5"), NULL };
	pid_t children[2];

	sabot_assert(task,
		     posix_spawn(&children[0], "/no/such", NULL, NULL, arguments, environ) ==
			     ENOENT,
		     "it was spawned");
	SABOT_ZERO(posix_spawn(&children[0], "/bin/sh", NULL, NULL, arguments, environ));
	SABOT_ZERO(posix_spawnp(&children[1], "sh", NULL, NULL, arguments, environ));
	wait_for(task, children[1], 5);
	wait_for(task, children[0], 5);
}
SCENARIO(spawned, { "parent", 2, spawn_children }, { "other", 1, idle });

/* Without the gate nobody holds another program back: its end may come before a strike or after. */
static void sweep(const struct sabot_scenario *scenario, enum plan_fault_kind kind,
		  unsigned tolerated)
{
	if (control->gated)
		seeded_sweep(scenario, 1, kind, 0, tolerated);
}

static void test_programs(void **state)
{
	(void)state;
	seeded(&replaced_scenario, 5, 0);
	sweep(&replaced_scenario, PLAN_KILL, 1u << KIND_EXIT);
	seeded(&gone_scenario, 5, 0);
	sweep(&gone_scenario, PLAN_KILL, 0);
	seeded(&spawned_scenario, 5, 0);
	assert_int_equal(control->task_count, 7);
	assert_string_equal(control->tasks[3].name + strlen("parent#0"), "/1");
	sweep(&spawned_scenario, PLAN_KILL, 1u << KIND_EXIT);
	sweep(&spawned_scenario, PLAN_STOP, 0);
}

/* ---- What passes between them --------------------------------------------------------------- */

/* The program is held after each of its sleeps: it goes on when it is chosen to. */
static void talk(struct sabot_task *task)
{
	char *const arguments[] = { TEXT("cat"), NULL };
	int to[2], from[2], status;
	posix_spawn_file_actions_t actions;
	char text[4] = "";
	pid_t child;

	SABOT_OK(pipe2(to, O_CLOEXEC));
	SABOT_OK(pipe2(from, O_CLOEXEC));
	SABOT_ZERO(posix_spawn_file_actions_init(&actions));
	SABOT_ZERO(posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO));
	SABOT_ZERO(posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO));
	SABOT_ZERO(posix_spawn(&child, "/bin/cat", &actions, NULL, arguments, environ));
	SABOT_ZERO(posix_spawn_file_actions_destroy(&actions));
	SABOT_OK(close(to[0]));
	SABOT_OK(close(from[1]));
	signal(SIGPIPE, SIG_IGN);
	if (write(to[1], "ab", 2) == 2 && read(from[0], text, 2) == 2) {
		sabot_assert(task, !strcmp(text, "ab"), "\"%s\"", text);
		if (write(to[1], "cd", 2) == 2)
			sabot_assert(task, read(from[0], text, 2) >= 0, "errno %d", errno);
	}
	SABOT_OK(close(to[1]));
	SABOT_OK(waitpid(child, &status, 0));
	SABOT_OK(close(from[0]));
}
SCENARIO(talking, { "parent", 2, talk });

static void take_lines(struct sabot_task *task)
{
	FILE *file = popen("echo one; echo two; exit 6", "re");
	char line[16];
	int lines = 0, status;

	SABOT_OK(file ? 0 : -1);
	while (fgets(line, sizeof(line), file))
		lines++;
	status = pclose(file);
	sabot_assert(task, WIFSIGNALED(status) || (lines == 2 && WEXITSTATUS(status) == 6),
		     "%d lines, status %x", lines, (unsigned)status);
	sabot_assert(task, !popen("true", "x") && errno == EINVAL, "errno %d", errno);
	sabot_assert(task, pclose(stdin) == -1, "it was no command's");
}
SCENARIO(taking, { "parent", 2, take_lines });

/* Each gets its end although the other's was made later. */
static void give_lines(struct sabot_task *task)
{
	FILE *one = popen("read a; test \"$a\" = x", "w"), *two = popen("cat >/dev/null", "w");
	int status;

	SABOT_OK(one && two ? 0 : -1);
	signal(SIGPIPE, SIG_IGN);
	fputs("x\n", one);
	fputs("y\n", two);
	status = pclose(one);
	sabot_assert(task, status == 0 || WIFSIGNALED(status), "status %x", (unsigned)status);
	status = pclose(two);
	sabot_assert(task, status == 0 || WIFSIGNALED(status), "status %x", (unsigned)status);
}
SCENARIO(giving, { "parent", 1, give_lines });

static void command(struct sabot_task *task)
{
	int status = system("exit 7"); /* tidy-allow calls: it is what is tested */

	sabot_assert(task, WIFSIGNALED(status) || WEXITSTATUS(status) == 7, "status %x",
		     (unsigned)status);
	status = system("kill -15 $$"); /* tidy-allow calls: it is what is tested */
	sabot_assert(task, WIFSIGNALED(status), "status %x", (unsigned)status);
	sabot_assert(task, system(NULL), "no shell"); /* tidy-allow calls: as above */
}
SCENARIO(commands, { "parent", 2, command });

static void *read_nothing(void *unused)
{
	(void)unused;
	(void)system("read line"); /* tidy-allow calls: it is what is tested */
	return NULL;
}

/* A command that its thread waits for is killed and reaped, or it would be left as a child. */
static void cancel_command(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct sigaction action;
	pthread_t thread;
	void *result;

	SABOT_OK(dup2(shared->fds[0], STDIN_FILENO));
	SABOT_ZERO(pthread_create(&thread, NULL, read_nothing, NULL));
	sabot_point(task, "meanwhile");
	SABOT_ZERO(pthread_cancel(thread));
	SABOT_ZERO(pthread_join(thread, &result));
	sabot_assert(task, result == PTHREAD_CANCELED, "it went on");
	SABOT_OK(sigaction(SIGINT, NULL, &action));
	sabot_assert(task, action.sa_handler == SIG_DFL, "SIGINT is still ignored");
}
SCENARIO(cancelled_command, { "parent", 1, cancel_command });

static void *cancel_and_close(void *file)
{
	int *status = malloc(sizeof(*status));

	SABOT_ZERO(pthread_cancel(pthread_self()));
	if (status)
		*status = pclose(file);
	return status;
}

/* pclose is no cancellation point: it tells the command's status all the same. */
static void close_cancelled(struct sabot_task *task)
{
	FILE *file = popen("exit 4", "r");
	pthread_t thread;
	void *status;

	SABOT_OK(file);
	SABOT_ZERO(pthread_create(&thread, NULL, cancel_and_close, file));
	SABOT_ZERO(pthread_join(thread, &status));
	sabot_assert(task, status != PTHREAD_CANCELED && status, "it was cancelled");
	sabot_assert(task, WEXITSTATUS(*(int *)status) == 4, "status %x", *(int *)status);
	free(status);
}
SCENARIO(cancelled_close, { "parent", 1, close_cancelled });

static void test_streams(void **state)
{
	(void)state;
	seeded(&talking_scenario, 5, 0);
	sweep(&talking_scenario, PLAN_KILL, 1u << KIND_EXIT);
	seeded(&taking_scenario, 5, 0);
	sweep(&taking_scenario, PLAN_KILL, 1u << KIND_EXIT);
	seeded(&giving_scenario, 5, 0);
	sweep(&giving_scenario, PLAN_KILL, 1u << KIND_EXIT);
	seeded(&commands_scenario, 5, 0);
	seeded(&cancelled_command_scenario, 5, 0);
	seeded(&cancelled_close_scenario, 5, 0);
}

/* ---- Programs that sleep -------------------------------------------------------------------- */

/*
 * A real time passes, but only when nobody has anything else to do. It is longer than the machine
 * stands still: the program's sleep, which nobody controls, must not end before it was seen.
 */
static void rest(struct sabot_task *task)
{
	FILE *file = popen("sleep 0.2; echo x", "r");
	char line[8] = "";

	SABOT_OK(file ? 0 : -1);
	sabot_assert(task, fgets(line, sizeof(line), file), "nothing came");
	SABOT_OK(pclose(file));
}
SCENARIO(resting, { "parent", 1, rest }, { "other", 1, idle });

/* The child waits for an end of file that the parent keeps away from it. */
static void keep_end(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	FILE *file;

	SABOT_OK(dup2(shared->fds[0], STDIN_FILENO));
	file = popen("cat", "r");
	SABOT_OK(file ? 0 : -1);
	SABOT_OK(pclose(file));
}
SCENARIO(kept, { "parent", 1, keep_end });

static void test_sleepers(void **state)
{
	(void)state;
	if (control->gated)
		seeded(&resting_scenario, 3, 0);
	seeded(&kept_scenario, 3, WAITS);
	assert_int_equal(seen.kinds[KIND_NONE], 0);
}

/* ---- Daemons -------------------------------------------------------------------------------- */

static void become_daemon(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(daemon(1, 0));
	sabot_point(task, "alone");
	shared->sum++;
	_exit(getsid(0) == getpid() ? 0 : 8);
}
SCENARIO(daemons, { "parent", 2, become_daemon });

static void test_daemons(void **state)
{
	(void)state;
	seeded(&daemons_scenario, 10, 0);
	assert_int_equal(((struct shared *)control->shared)->sum, 2);
	sweep(&daemons_scenario, PLAN_KILL, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_programs),
	cmocka_unit_test(test_streams),
	cmocka_unit_test(test_sleepers),
	cmocka_unit_test(test_daemons),
};

SEEDED_MAIN(tests)
