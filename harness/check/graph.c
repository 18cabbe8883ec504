/* SPDX-License-Identifier: Apache-2.0 */
#include "check/graph.h"

#include "check/graph_look.h"
#include "core/trace.h"
#include "os/inspect.h"
#include "os/proc.h"

#include <string.h>
#include <sys/syscall.h>

uint64_t graph_living(void)
{
	uint64_t living = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (!task_is_over(&control->tasks[i]))
			living |= task_bit((int)i);
	return living;
}

uint64_t graph_process(pid_t pid)
{
	uint64_t tasks = 0;
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == pid && !task_is_over(&control->tasks[i]))
			tasks |= task_bit((int)i);
	return tasks;
}

uint64_t graph_logged(int object)
{
	uint64_t tasks = 0;
	uint32_t i;

	if (object < 0)
		return 0;
	if (control->objects[object].owner >= 0)
		return task_bit(control->objects[object].owner);
	for (i = 0; i < control->task_count; i++)
		if (control->objects[object].held[i] > 0)
			tasks |= task_bit((int)i);
	return tasks;
}

uint64_t graph_dead_inside(int object)
{
	uint64_t tasks = 0;
	uint32_t i;

	for (i = 0; object >= 0 && i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task->state == TASK_DEAD && task->in_call && task->call.object == object)
			tasks |= task_bit((int)i);
	}
	return tasks;
}

/* What the task's last change of state before its death was. */
static bool died_woken(int task)
{
	uint32_t i;

	for (i = trace_count(); i-- > 0;) {
		const struct event *event = &control->events[i];

		if (event->task != task)
			continue;
		if (event->kind == EVENT_WOKEN)
			return true;
		if (event->kind != EVENT_DEATH && event->kind != EVENT_FAULT)
			return false;
	}
	return false;
}

uint64_t graph_dead_woken(int object)
{
	uint64_t inside = graph_dead_inside(object), left, tasks = 0;

	for (left = inside; left; left &= left - 1)
		if (died_woken(__builtin_ctzll(left)))
			tasks |= left & -left;
	return tasks;
}

bool graph_peek(const struct task *task, uintptr_t address, void *buffer, size_t size)
{
	uintptr_t offset = address - SHARED_ADDRESS;

	if (offset < control->shared_size && size <= control->shared_size - offset) {
		memcpy(buffer, (const char *)control->shared + offset, size);
		return true;
	}
	return task->pid > 0 && inspect_memory(task->pid, address, buffer, size) == 0;
}

void graph_anybody(struct graph_edge *edge)
{
	edge->how = GRAPH_ANYBODY;
	edge->holders = graph_living() & ~task_bit(edge->task);
}

/* Code that no interceptor knows: the system call tells more than the announcement. */
static void look_at_unknown(struct graph_edge *edge, const struct look *look)
{
	switch (look->number) {
	case SYS_futex:
		graph_look_memory(edge, look);
		return;
	case SYS_read:
	case SYS_write:
	case SYS_readv:
	case SYS_writev:
	case SYS_fcntl:
	case SYS_flock:
		graph_look_file(edge, look);
		return;
	case SYS_accept:
	case SYS_accept4:
	case SYS_connect:
	case SYS_sendto:
	case SYS_sendmsg:
	case SYS_sendmmsg:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_recvmmsg:
		graph_look_socket(edge, look);
		return;
	case SYS_wait4:
	case SYS_waitid:
		graph_look_process(edge, look);
		return;
	case SYS_pause:
	case SYS_rt_sigsuspend:
	case SYS_rt_sigtimedwait:
		snprintf(edge->name, sizeof(edge->name), "a signal");
		break;
	default:
		break;
	}
	if (edge->object < 0 && look->number >= 0 && !edge->name[0])
		snprintf(edge->name, sizeof(edge->name), "system call %ld", look->number);
	graph_anybody(edge);
}

static void look_at(struct graph_edge *edge, const struct look *look)
{
	enum family family =
		edge->object >= 0 ? control->objects[edge->object].family : op_family(edge->op);

	if (graph_polls(look->number)) {
		graph_look_poll(edge, look);
		return;
	}
	switch (family) {
	case FAMILY_SYSV_SEM:
		graph_look_sysv(edge);
		break;
	case FAMILY_POSIX_SEM:
	case FAMILY_MUTEX:
	case FAMILY_COND:
	case FAMILY_RWLOCK:
	case FAMILY_BARRIER:
	case FAMILY_SPIN:
	case FAMILY_FUTEX:
		graph_look_memory(edge, look);
		break;
	case FAMILY_RECORD_LOCK:
	case FAMILY_OFD_LOCK:
	case FAMILY_FLOCK:
	case FAMILY_FILE:
	case FAMILY_PIPE:
		graph_look_file(edge, look);
		break;
	case FAMILY_SOCKET:
		graph_look_socket(edge, look);
		break;
	case FAMILY_SYSV_MSG:
	case FAMILY_POSIX_MQ:
		graph_look_queue(edge);
		break;
	case FAMILY_SIGNAL:
		if (!graph_look_told(edge))
			look_at_unknown(edge, look);
		break;
	case FAMILY_THREAD:
	case FAMILY_PROCESS:
		graph_look_process(edge, look);
		break;
	default:
		look_at_unknown(edge, look);
		break;
	}
}

static void add(struct graph *graph, const struct task *task)
{
	struct graph_edge *edge = &graph->edges[graph->count++];
	struct look look = { .task = task, .number = -1 };

	memset(edge, 0, sizeof(*edge));
	edge->task = task_number(task);
	edge->object = task->call.object;
	edge->op = task->call.op;
	edge->amount = task->call.amount;
	edge->site = task->call.site;
	edge->spins = task->state == TASK_SPINNING;
	edge->next = -1;
	if (task->stopped) {
		edge->object = -1;
		snprintf(edge->name, sizeof(edge->name), "SIGCONT (it is stopped)");
		graph_anybody(edge);
		return;
	}
	if (!edge->spins && task->pid > 0)
		look.number = proc_syscall(task->pid, task->tid, look.arguments);
	look_at(edge, &look);
}

/*
 * A pipe's end that the waiting task itself has open too: it waits for the others, unless all of
 * them wait for the same; then each could go on if it had closed its own.
 */
static void sort_out_own_end(struct graph *graph, struct graph_edge *edge)
{
	uint64_t self = task_bit(edge->task), others = edge->holders & ~self;
	uint32_t i;

	if (edge->how != GRAPH_OPEN || !(edge->holders & self))
		return;
	for (i = 0; i < graph->count; i++) {
		const struct graph_edge *other = &graph->edges[i];

		if (other->how == GRAPH_OPEN && other->inode == edge->inode &&
		    !strcmp(other->part, edge->part))
			others &= ~task_bit(other->task);
	}
	edge->holders = others ? edge->holders & ~self : self;
}

void graph_build(struct graph *graph)
{
	uint32_t i;

	graph->count = graph->cycle_length = 0;
	graph->named = 0;
	graph->trace_hash = 0;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].state == TASK_ASLEEP ||
		    control->tasks[i].state == TASK_SPINNING)
			add(graph, &control->tasks[i]);
	for (i = 0; i < graph->count; i++)
		sort_out_own_end(graph, &graph->edges[i]);
}

struct graph_edge *graph_edge_of(struct graph *graph, int task)
{
	uint32_t i;

	for (i = 0; i < graph->count; i++)
		if (graph->edges[i].task == task)
			return &graph->edges[i];
	return NULL;
}

bool graph_is_certain(const struct graph_edge *edge)
{
	return edge->holders && edge->how != GRAPH_ANYBODY && edge->how != GRAPH_MAYBE;
}

struct graph *graph_kept(void)
{
	static struct graph kept;

	return &kept;
}

struct graph *graph_last(void)
{
	struct graph *graph = graph_kept();

	if (control->finding.kind == KIND_NONE || !graph->count ||
	    graph->trace_hash != control->trace_hash)
		return NULL;
	return graph;
}
