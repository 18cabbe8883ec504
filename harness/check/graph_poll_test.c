/* SPDX-License-Identifier: Apache-2.0 */
/* Who polls, with real processes: what /proc says of their descriptors is what is tested. */
#include "check/graph.h"

#include "check/scene_test.h"
#include "check/stuck.h"
#include "intercept/numbered.h"
#include "os/proc.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct graph graph;

/* What the tasks inherit. */
static struct {
	int pipe[2], event, other, list;
} fds;

/* A process that runs body(), until it sleeps in the system call. */
static struct task *run(const char *name, void (*body)(void), long number)
{
	struct task *task = scene_task(name);
	uint64_t arguments[6];
	pid_t pid = fork();

	if (pid == 0) {
		body();
		_exit(0);
	}
	task->pid = task->tid = pid;
	while (proc_syscall(task->pid, task->tid, arguments) != number)
		sched_yield();
	return task;
}

static int number_of(int fd, enum op op)
{
	int object = object_find(op_family(op), control->family_objects[op_family(op)], 0);

	assert_true(fd >= 0);
	numbered_note(fd, object);
	return object;
}

static int begin(void **state)
{
	(void)scene_clear(state);
	if (pipe(fds.pipe) != 0)
		return -1;
	fds.event = eventfd(0, 0);
	fds.other = eventfd(0, 0);
	fds.list = epoll_create1(0);
	(void)number_of(fds.event, OP_EVENTFD);
	(void)number_of(fds.other, OP_EVENTFD);
	(void)number_of(fds.list, OP_EPOLL_CREATE);
	return 0;
}

static int end(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < control->task_count; i++) {
		kill(control->tasks[i].pid, SIGKILL);
		waitpid(control->tasks[i].pid, NULL, 0);
	}
	numbered_closed(0, NUMBERED_MAX - 1);
	close(fds.pipe[0]);
	close(fds.pipe[1]);
	close(fds.event);
	close(fds.other);
	close(fds.list);
	return 0;
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void wait_without_pipe(void)
{
	close(fds.pipe[0]);
	close(fds.pipe[1]);
	wait_for_ever();
}

static void poll_both(void)
{
	struct pollfd both[2] = { { .fd = fds.event, .events = POLLIN },
				  { .fd = fds.pipe[0], .events = POLLIN } };

	close(fds.pipe[1]);
	(void)poll(both, 2, -1);
}

/* The supervisor's own descriptors do not count: it has closed the streams of setup by then. */
static void close_own(void)
{
	numbered_closed(0, NUMBERED_MAX - 1);
	close(fds.pipe[0]);
	close(fds.pipe[1]);
}

static const struct graph_edge *edge_of(struct task *task, enum op op, int object)
{
	scene_sleep(task, op, object, 0);
	graph_build(&graph);
	assert_int_equal(graph.count, 1);
	return &graph.edges[0];
}

static void a_poller_waits_for_all_who_could_make_one_ready(void **state)
{
	const struct graph_edge *edge;
	struct task *poller;

	(void)state;
	poller = run("a#0", poll_both, SYS_poll);
	(void)run("b#0", wait_for_ever, SYS_pause);
	(void)run("b#1", wait_without_pipe, SYS_pause);
	close_own();
	edge = edge_of(poller, OP_POLL, -1);
	assert_int_equal(edge->how, GRAPH_READY);
	assert_int_equal(edge->holders, task_bit(1) | task_bit(2));
	assert_ptr_equal(strstr(edge->name, "eventfd#0, descriptor "), edge->name);
	assert_true(graph_is_certain(edge));
}

static void select_pipe(void)
{
	fd_set reads;

	close(fds.pipe[1]);
	FD_ZERO(&reads);
	FD_SET(fds.pipe[0], &reads);
	(void)select(fds.pipe[0] + 1, &reads, NULL, NULL, NULL);
}

static void one_pipe_is_told_as_of_a_read(void **state)
{
	const struct graph_edge *edge;
	struct task *poller;

	(void)state;
	poller = run("a#0", select_pipe, SYS_pselect6);
	(void)run("b#0", wait_for_ever, SYS_pause);
	(void)run("b#1", wait_without_pipe, SYS_pause);
	close_own();
	edge = edge_of(poller, OP_SELECT, -1);
	assert_int_equal(edge->how, GRAPH_OPEN);
	assert_string_equal(edge->part, "write end");
	assert_int_equal(edge->holders, task_bit(1));
}

static void wait_listed(void)
{
	struct epoll_event event;

	(void)epoll_wait(fds.list, &event, 1, -1);
}

static void add(int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	assert_int_equal(epoll_ctl(fds.list, EPOLL_CTL_ADD, fd, &event), 0);
}

static void a_list_waits_for_what_is_on_it(void **state)
{
	const struct graph_edge *edge;
	struct task *poller;

	(void)state;
	add(fds.event, EPOLLIN);
	poller = run("a#0", wait_listed, SYS_epoll_wait);
	(void)run("b#0", wait_for_ever, SYS_pause);
	close_own();
	edge = edge_of(poller, OP_EPOLL_WAIT, object_seek(FAMILY_EPOLL, 0, 0));
	assert_int_equal(edge->how, GRAPH_READY);
	assert_string_equal(edge->part, "(eventfd#0)");
	assert_int_equal(edge->holders, task_bit(1));
	assert_false(edge->free);
}

static void an_edge_that_was_used_up_is_a_lost_wakeup(uint32_t events)
{
	struct epoll_event event;
	struct task *poller;

	add(fds.event, events);
	assert_int_equal(eventfd_write(fds.event, 1), 0);
	assert_int_equal(epoll_wait(fds.list, &event, 1, 0), 1);
	poller = run("a#0", wait_listed, SYS_epoll_wait);
	(void)run("b#0", wait_for_ever, SYS_pause);
	close_own();
	scene_sleep(poller, OP_EPOLL_WAIT, object_seek(FAMILY_EPOLL, 0, 0), 0);
	scene_sleep(&control->tasks[1], OP_PAUSE, -1, 0);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_LOST_WAKEUP);
	assert_string_equal(control->finding.message,
			    "a#0 sleeps on epoll#0 (eventfd#0), which is ready");
}

static void an_edge_is_told_once(void **state)
{
	(void)state;
	an_edge_that_was_used_up_is_a_lost_wakeup(EPOLLIN | EPOLLET);
}

static void a_oneshot_is_armed_once(void **state)
{
	(void)state;
	an_edge_that_was_used_up_is_a_lost_wakeup(EPOLLIN | EPOLLONESHOT);
}

static int target;

static void poll_process(void)
{
	struct pollfd process = { .fd = pidfd_open(target, 0), .events = POLLIN };

	(void)poll(&process, 1, -1);
}

static void who_polls_a_process_waits_for_its_end(void **state)
{
	const struct graph_edge *edge;
	struct task *poller;

	(void)state;
	target = run("b#0", wait_for_ever, SYS_pause)->pid;
	poller = run("a#0", poll_process, SYS_poll);
	close_own();
	edge = edge_of(poller, OP_POLL, -1);
	assert_int_equal(edge->how, GRAPH_READY);
	assert_int_equal(edge->holders, task_bit(0));
}

static void read_event(void)
{
	eventfd_t value;

	(void)eventfd_read(fds.event, &value);
}

static void read_other(void)
{
	eventfd_t value;

	(void)eventfd_read(fds.other, &value);
}

static void two_who_wait_for_each_others_events_are_a_cycle(void **state)
{
	struct task *one, *two;

	(void)state;
	one = run("a#0", read_event, SYS_read);
	two = run("b#0", read_other, SYS_read);
	close_own();
	scene_sleep(one, OP_READ, object_seek(FAMILY_EVENTFD, 0, 0), 8);
	scene_sleep(two, OP_READ, object_seek(FAMILY_EVENTFD, 1, 0), 8);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_DEADLOCK);
	assert_string_equal(control->finding.message,
			    "a#0 waits for eventfd#0, which b#0 could make ready, which waits for "
			    "eventfd#1, which a#0 could make ready");
}

static void whose_event_nobody_else_has_is_alone(void **state)
{
	struct task *one;

	(void)state;
	one = run("a#0", read_event, SYS_read);
	close_own();
	scene_sleep(one, OP_READ, object_seek(FAMILY_EVENTFD, 0, 0), 8);
	stuck_judge();
	assert_int_equal(control->finding.kind, KIND_SELF_DEADLOCK);
	assert_string_equal(control->finding.message,
			    "a#0 waits for eventfd#0, which it alone could make ready");
}

#define SCENE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_poller_waits_for_all_who_could_make_one_ready),
		SCENE(one_pipe_is_told_as_of_a_read),
		SCENE(a_list_waits_for_what_is_on_it),
		SCENE(an_edge_is_told_once),
		SCENE(a_oneshot_is_armed_once),
		SCENE(who_polls_a_process_waits_for_its_end),
		SCENE(two_who_wait_for_each_others_events_are_a_cycle),
		SCENE(whose_event_nobody_else_has_is_alone),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
