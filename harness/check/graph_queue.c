/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message queues. Nobody holds a message, so who could send one (or make room) is a guess: whoever
 * did so before or was about to, else whoever has a POSIX queue open for it. When none of those who
 * did is alive, what is waited for comes no more.
 */
#include "check/graph_look.h"
#include "core/trace.h"
#include "os/inspect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

static bool op_sends(unsigned op)
{
	return op == OP_MSGSND || op == OP_MQ_SEND || op == OP_MQ_TIMEDSEND;
}

static bool op_receives(unsigned op)
{
	return op == OP_MSGRCV || op == OP_MQ_RECEIVE || op == OP_MQ_TIMEDRECEIVE;
}

static bool excepts(const struct graph_edge *edge)
{
	return control->tasks[edge->task].call.detail[1] & MSG_EXCEPT;
}

/* Whether the waiting msgrcv(2) takes a message of that type. */
static bool takes(const struct graph_edge *edge, int64_t type)
{
	if (edge->op != OP_MSGRCV || edge->amount == 0)
		return true;
	if (edge->amount < 0)
		return type <= -edge->amount;
	return (type == edge->amount) != excepts(edge);
}

/* Tasks that sent (`room`: received), or were about to; first those who sent what is wanted. */
static uint64_t find_users(const struct graph_edge *edge, bool room)
{
	uint64_t all = 0, fitting = 0;
	uint32_t i;

	for (i = 0; i < trace_count(); i++) {
		const struct event *event = &control->events[i];

		if (event->kind != EVENT_CALL || event->object != edge->object ||
		    event->task >= TASKS_MAX || event->task == edge->task ||
		    !(room ? op_receives(event->op) : op_sends(event->op)))
			continue;
		all |= task_bit(event->task);
		if (room || takes(edge, event->value))
			fitting |= task_bit(event->task);
	}
	return fitting ? fitting : all;
}

/* Receivers that the kernel gave a message to, and that were killed before they ran. */
static uint64_t find_given(const struct graph_edge *edge)
{
	uint64_t left, tasks = 0;

	for (left = graph_dead_woken(edge->object); left; left &= left - 1) {
		const struct call *call = &control->tasks[__builtin_ctzll(left)].call;
		bool other =
			call->op == OP_MSGRCV && call->amount > 0 && !takes(edge, call->amount);

		if (op_receives(call->op) && !other)
			tasks |= left & -left;
	}
	return tasks;
}

/* ---- POSIX queues: who has one open, and what is in it ------------------------------------- */

struct search {
	const struct object *queue;
	uint64_t holders;
	int useless; /* the access mode that does not help */
	int fd;	     /* one that the process has of it */
};

static bool is_open_on(const struct search *search, pid_t pid, int fd)
{
	struct stat status;

	return inspect_stat(pid, fd, &status) == 0 && status.st_dev == search->queue->key[0] &&
	       status.st_ino == search->queue->key[1];
}

static bool visit_user(pid_t pid, int fd, void *argument)
{
	struct search *search = argument;
	int mode;

	if (!is_open_on(search, pid, fd))
		return true;
	mode = inspect_flags(pid, fd);
	if (mode >= 0 && (mode & O_ACCMODE) != search->useless)
		search->holders |= graph_process(pid);
	return true;
}

static bool visit_own(pid_t pid, int fd, void *argument)
{
	struct search *search = argument;

	if (is_open_on(search, pid, fd))
		search->fd = fd;
	return search->fd < 0;
}

static uint64_t find_open(int object, bool room)
{
	struct search search = { .queue = &control->objects[object],
				 .useless = room ? O_WRONLY : O_RDONLY };
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (!task_is_over(task) && (int)i == __builtin_ctzll(graph_process(task->pid)))
			(void)inspect_descriptors(task->pid, visit_user, &search);
	}
	return search.holders;
}

/* Whether the process asked to be told of a message, and the queue was not empty then, or since. */
static bool is_not_told(int object, pid_t pid, bool by_thread)
{
	struct search search = { .queue = &control->objects[object], .fd = -1 };
	char text[128];
	const char *at;

	(void)inspect_descriptors(pid, visit_own, &search);
	if (search.fd < 0 || !inspect_ready(pid, search.fd, false))
		return false;
	if (by_thread)
		return true;
	if (inspect_text(pid, search.fd, text, sizeof(text)) <= 0)
		return false;
	at = strstr(text, "NOTIFY_PID:");
	return at && (pid_t)strtol(at + strlen("NOTIFY_PID:"), NULL, 10) == pid;
}

bool graph_look_told(struct graph_edge *edge)
{
	const struct task *task = &control->tasks[edge->task];
	uint32_t i;

	for (i = 0; task->pid > 0 && i < control->object_count; i++) {
		if (control->objects[i].family != FAMILY_POSIX_MQ ||
		    !is_not_told((int)i, task->pid, false))
			continue;
		edge->object = (int)i;
		edge->free = true;
		return true;
	}
	return false;
}

/* ---- The edge ------------------------------------------------------------------------------ */

static void name_part(struct graph_edge *edge, bool room)
{
	long long type = edge->amount;
	const char *what = room ? "to have room" : "to hold a message";

	if (edge->op != OP_MSGRCV || type == 0)
		snprintf(edge->part, sizeof(edge->part), "%s", what);
	else if (type < 0)
		snprintf(edge->part, sizeof(edge->part), "%s of type %lld or less", what, -type);
	else
		snprintf(edge->part, sizeof(edge->part), "%s %sof type %lld", what,
			 excepts(edge) ? "not " : "", type);
}

void graph_look_queue(struct graph_edge *edge)
{
	bool room = op_sends(edge->op);
	uint64_t given, used, living = graph_living() & ~task_bit(edge->task);

	graph_anybody(edge);
	if (edge->object < 0)
		return;
	if (edge->op == OP_MQ_AWAIT) {
		edge->free = is_not_told(edge->object, control->tasks[edge->task].pid, true);
		return;
	}
	name_part(edge, room);
	given = room ? 0 : find_given(edge);
	used = find_users(edge, room);
	if (given) {
		edge->how = GRAPH_GIVEN;
		edge->holders = given;
	} else if (used & living) {
		edge->holders = used & living;
	} else if (used) {
		edge->how = room ? GRAPH_EMPTIES : GRAPH_FILLS;
		edge->holders = used;
	} else if (control->objects[edge->object].family == FAMILY_POSIX_MQ) {
		edge->holders = find_open(edge->object, room) & living;
	}
}
