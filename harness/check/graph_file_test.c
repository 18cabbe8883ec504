/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and file locks, with real processes: what /proc says of them is what is tested. */
#include "check/graph.h"

#include "check/scene_test.h"
#include "check/stuck.h"
#include "os/proc.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct graph graph;
static char path[64];

/* A process that runs body(argument), until it sleeps in the system call. */
static struct task *run(const char *name, void (*body)(const int *argument), const int *argument,
			long number)
{
	struct task *task = scene_task(name);
	uint64_t arguments[6];
	pid_t pid = fork();

	if (pid == 0) {
		body(argument);
		_exit(0);
	}
	task->pid = task->tid = pid;
	while (proc_syscall(task->pid, task->tid, arguments) != number)
		sched_yield();
	return task;
}

static void sleeps(struct task *task, enum op op, enum family family)
{
	scene_sleep(task, op, object_find(family, 1, 1), 0);
}

static int end_all(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < control->task_count; i++) {
		kill(control->tasks[i].pid, SIGKILL);
		waitpid(control->tasks[i].pid, NULL, 0);
	}
	return 0;
}

static void wait_for_ever(const int *unused)
{
	(void)unused;
	for (;;)
		pause();
}

/* ---- Pipes --------------------------------------------------------------------------------- */

static void read_one(const int *fd)
{
	char byte;

	(void)!read(fd[0], &byte, 1);
}

static void read_and_keep_no_end(const int *fd)
{
	close(fd[1]);
	read_one(fd);
}

static void fill(const int *fd)
{
	static char page[4096];

	for (;;)
		(void)!write(fd[1], page, sizeof(page));
}

static void a_reader_waits_for_who_can_write(void **state)
{
	struct task *reader;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	reader = run("a#0", read_and_keep_no_end, fd, SYS_read);
	(void)run("b#0", wait_for_ever, fd, SYS_pause);
	close(fd[0]);
	close(fd[1]);
	sleeps(reader, OP_READ, FAMILY_PIPE);
	graph_build(&graph);
	assert_int_equal(graph.edges[0].how, GRAPH_OPEN);
	assert_int_equal(graph.edges[0].holders, task_bit(1));
	assert_false(graph.edges[0].harness);
}

static void a_forgotten_end_is_a_self_deadlock(void **state)
{
	struct task *reader;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	reader = run("a#0", read_one, fd, SYS_read);
	close(fd[0]);
	close(fd[1]);
	sleeps(reader, OP_READ, FAMILY_PIPE);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_SELF_DEADLOCK);
	assert_string_equal(control->finding.message,
			    "a#0 waits for pipe#0, whose write end it has open itself");
}

static void who_all_read_one_pipe_keep_one_another_waiting(void **state)
{
	struct task *one, *other;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	one = run("a#0", read_one, fd, SYS_read);
	other = run("a#1", read_one, fd, SYS_read);
	close(fd[0]);
	close(fd[1]);
	sleeps(one, OP_READ, FAMILY_PIPE);
	sleeps(other, OP_READ, FAMILY_PIPE);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_SELF_DEADLOCK);
}

static void a_writer_waits_for_who_can_read(void **state)
{
	struct task *writer;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	writer = run("a#0", fill, fd, SYS_write);
	sleeps(writer, OP_WRITE, FAMILY_PIPE);
	graph_build(&graph);
	assert_string_equal(graph.edges[0].part, "read end");
	assert_true(graph.edges[0].harness); /* this very process */
	assert_false(graph.edges[0].free);
	close(fd[0]);
	close(fd[1]);
}

static void move_on(const int *fd)
{
	close(fd[1]);
	close(fd[2]);
	for (;;)
		(void)!splice(fd[0], NULL, fd[3], NULL, 4096, 0);
}

/* It waits for bytes in the first pipe, and for room in the second once there are some. */
static void who_moves_bytes_waits_for_either_end(void **state)
{
	static char page[4096];
	struct task *mover;
	int fd[4], i, pages;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(pipe(fd + 2), 0);
	mover = run("a#0", move_on, fd, SYS_splice);
	sleeps(mover, OP_SPLICE, FAMILY_PIPE);
	graph_build(&graph);
	assert_string_equal(graph.edges[0].part, "write end");
	assert_true(graph.edges[0].harness);
	pages = fcntl(fd[3], F_GETPIPE_SZ) / (int)sizeof(page);
	for (i = 0; i <= pages; i++)
		assert_int_equal(write(fd[1], page, sizeof(page)), sizeof(page));
	do {
		sched_yield();
		graph_build(&graph);
	} while (strcmp(graph.edges[0].part, "read end") != 0);
	assert_true(graph.edges[0].harness);
	for (i = 0; i < 4; i++)
		close(fd[i]);
}

static void ends_are_found_crosswise(void **state)
{
	int fd[4], crossed[2], other[2];
	struct task *a, *b;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(pipe(fd + 2), 0);
	crossed[0] = fd[0];
	crossed[1] = fd[3];
	other[0] = fd[2];
	other[1] = fd[1];
	a = run("a#0", read_one, crossed, SYS_read);
	b = run("b#0", read_one, other, SYS_read);
	close_range((unsigned)fd[0], (unsigned)fd[3], 0);
	sleeps(a, OP_READ, FAMILY_PIPE);
	scene_sleep(b, OP_READ, object_find(FAMILY_PIPE, 2, 2), 0);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_DEADLOCK);
	assert_string_equal(control->finding.message,
			    "a#0 waits for pipe#0, whose write end is open in b#0, which waits for "
			    "pipe#1, whose write end is open in a#0");
}

/* ---- Locks --------------------------------------------------------------------------------- */

static int open_file(void)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* argument: command, first byte, bytes. */
static void lock_bytes(const int *argument)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = argument[1], .l_len = argument[2] };

	(void)fcntl(open_file(), argument[0], &lock);
}

static void lock_and_stay(const int *argument)
{
	lock_bytes(argument);
	wait_for_ever(NULL);
}

static void flock_and_stay(const int *unused)
{
	flock(open_file(), LOCK_EX);
	wait_for_ever(unused);
}

static void expect_held(struct task *waiter, enum op op, enum family family, const char *part,
			uint64_t holders)
{
	sleeps(waiter, op, family);
	graph_build(&graph);
	assert_int_equal(graph.count, 1);
	assert_int_equal(graph.edges[0].how, GRAPH_HELD);
	assert_int_equal(graph.edges[0].holders, holders);
	assert_string_equal(graph.edges[0].part, part);
}

static void record_locks_know_range_and_owner(void **state)
{
	const int low[] = { F_SETLKW, 0, 8 }, high[] = { F_SETLKW, 8, 8 },
		  wanted[] = { F_SETLKW, 12, 0 };
	struct task *waiter;

	(void)state;
	(void)run("a#0", lock_and_stay, low, SYS_pause);
	(void)run("a#1", lock_and_stay, high, SYS_pause);
	waiter = run("b#0", lock_bytes, wanted, SYS_fcntl);
	expect_held(waiter, OP_SETLKW, FAMILY_RECORD_LOCK, "bytes 12 to the end", task_bit(1));
}

static void description_locks_are_found_by_descriptor(void **state)
{
	const int low[] = { F_OFD_SETLKW, 0, 8 }, high[] = { F_OFD_SETLKW, 8, 8 };
	struct task *waiter;

	(void)state;
	(void)run("a#0", lock_and_stay, low, SYS_pause);
	(void)run("a#1", lock_and_stay, high, SYS_pause);
	waiter = run("b#0", lock_bytes, high, SYS_fcntl);
	expect_held(waiter, OP_OFD_SETLKW, FAMILY_OFD_LOCK, "bytes 8-15", task_bit(1));
}

static void both_kinds_bar_each_other(void **state)
{
	const int mine[] = { F_OFD_SETLKW, 3, 1 }, theirs[] = { F_SETLKW, 3, 1 };
	struct task *waiter;

	(void)state;
	(void)run("a#0", lock_and_stay, mine, SYS_pause);
	waiter = run("b#0", lock_bytes, theirs, SYS_fcntl);
	expect_held(waiter, OP_SETLKW, FAMILY_RECORD_LOCK, "byte 3", task_bit(0));
}

static void flocks_outlive_their_taker_in_its_child(void **state)
{
	struct task *waiter;
	int fd = open_file();

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX),
			 0); /* of this process, which then leaves it to a child */
	(void)run("a#0", wait_for_ever, NULL, SYS_pause);
	close(fd);
	waiter = run("b#0", flock_and_stay, NULL, SYS_flock);
	expect_held(waiter, OP_FLOCK, FAMILY_FLOCK, "", task_bit(0));
}

static void without_a_process_the_log_must_do(void **state)
{
	int object = object_find(FAMILY_RECORD_LOCK, 1, 1);
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	object_take(object, a, 1, true);
	scene_call(b, OP_SETLKW, object, F_WRLCK);
	b->call.detail[0] = 8;
	b->call.detail[1] = 8;
	b->state = TASK_ASLEEP;
	graph_build(&graph);
	assert_int_equal(graph.edges[0].holders, task_bit(0));
	assert_string_equal(graph.edges[0].part, "bytes 8-15");
}

/* ---- Children ------------------------------------------------------------------------------ */

static void wait_for_child(const int *unused)
{
	pid_t child = fork();

	if (child == 0)
		wait_for_ever(unused);
	waitpid(child, NULL, 0);
}

static void a_parent_waits_for_its_child(void **state)
{
	struct task *parent = run("a#0", wait_for_child, NULL, SYS_wait4), *child;
	uint64_t arguments[6];

	(void)state;
	assert_int_equal(proc_syscall(parent->pid, parent->tid, arguments), SYS_wait4);
	child = scene_task("a#0/1");
	child->pid = child->tid = (pid_t)arguments[0];
	child->parent = 0;
	scene_sleep(parent, OP_WAIT, -1, 0);
	graph_build(&graph);
	assert_int_equal(graph.edges[0].how, GRAPH_ALIVE);
	assert_int_equal(graph.edges[0].holders, task_bit(1));
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_clear, end_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_reader_waits_for_who_can_write),
		SCENE(a_forgotten_end_is_a_self_deadlock),
		SCENE(who_all_read_one_pipe_keep_one_another_waiting),
		SCENE(a_writer_waits_for_who_can_read),
		SCENE(who_moves_bytes_waits_for_either_end),
		SCENE(ends_are_found_crosswise),
		SCENE(record_locks_know_range_and_owner),
		SCENE(description_locks_are_found_by_descriptor),
		SCENE(both_kinds_bar_each_other),
		SCENE(flocks_outlive_their_taker_in_its_child),
		cmocka_unit_test_setup(without_a_process_the_log_must_do, scene_clear),
		SCENE(a_parent_waits_for_its_child),
	};
	int failed;

	snprintf(path, sizeof(path), "/tmp/sabot-graph-file-test.%d", (int)getpid());
	failed = cmocka_run_group_tests(tests, scene_open, NULL);
	unlink(path);
	return failed;
}
