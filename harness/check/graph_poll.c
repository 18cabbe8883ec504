/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits for any of several descriptors: poll(2), select(2), epoll(7). Whom the task waits for are
 * those who could make one of them ready, as far as it is known who has the other ends. Of an epoll
 * list it is also told what is ready and still wakes nobody: an edge that was used up, or a
 * one-shot that nobody armed again.
 */
#include "check/graph_look.h"
#include "intercept/numbered.h"
#include "os/inspect.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

enum {
	POLLED_MAX = 64,
	NESTED_MAX = 3, /* lists in lists */
	LINES_BYTES = 4096,
	WAITED = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP,
};

/* What is gathered over all descriptors of one wait. */
struct wait {
	struct graph_edge *edge;
	const struct look *look;
	pid_t pid;
	uint32_t count;
	struct stat last; /* of the one, if it is one */
	int fd;
	short events;
	char names[56];
};

static void name(struct wait *wait, int object, int fd)
{
	size_t used = strlen(wait->names), room = sizeof(wait->names) - used;
	const char *gap = used ? ", " : "";

	if (object >= 0)
		snprintf(wait->names + used, room, "%s%s", gap, object_label(object));
	else
		snprintf(wait->names + used, room, "%sdescriptor %d", gap, fd);
}

/* ---- Who could make a descriptor ready ----------------------------------------------------- */

static int object_of(const struct stat *status)
{
	static const enum family families[] = { FAMILY_PIPE, FAMILY_SOCKET, FAMILY_POSIX_MQ,
						FAMILY_FILE };
	size_t i;
	int object = -1;

	for (i = 0; object < 0 && i < sizeof(families) / sizeof(families[0]); i++)
		object = object_seek(families[i], status->st_dev, status->st_ino);
	return object;
}

/* Who has a descriptor of the object: whoever has an eventfd can write it. */
static uint64_t sharers(int object)
{
	uint64_t found = 0, tasks;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task_is_over(task) || (found & task_bit((int)i)))
			continue;
		tasks = graph_process(task->pid);
		if (numbered_find_in(task->pid, object) >= 0)
			found |= tasks;
	}
	return found;
}

static void list(struct wait *wait, int fd, unsigned depth);

/* One without an inode of its own. */
static void numbered(struct wait *wait, int fd, unsigned depth)
{
	int object = numbered_object_in(wait->pid, fd);
	pid_t target = inspect_pidfd(wait->pid, fd);
	enum family family = object >= 0 ? control->objects[object].family : FAMILY_NONE;
	uint64_t tasks = graph_process(target);

	if (tasks) {
		wait->edge->holders |= tasks;
		object = object_seek(FAMILY_PROCESS, (uint64_t)__builtin_ctzll(tasks), 0);
	} else if (family == FAMILY_EPOLL && depth < NESTED_MAX) {
		list(wait, fd, depth + 1);
	} else if (family == FAMILY_EVENTFD || family == FAMILY_TIMERFD) {
		wait->edge->holders |= sharers(object);
	} else {
		wait->edge->holders |= graph_living();
	}
	name(wait, object, fd);
}

static void see(struct wait *wait, int fd, short events, unsigned depth)
{
	struct stat status;

	if (wait->count == POLLED_MAX || inspect_stat(wait->pid, fd, &status) != 0)
		return;
	wait->count++;
	wait->last = status;
	wait->fd = fd;
	wait->events = events;
	if ((status.st_mode & S_IFMT) == 0) {
		numbered(wait, fd, depth);
		return;
	}
	name(wait, object_of(&status), fd);
	if (S_ISFIFO(status.st_mode))
		graph_pipe_ends(wait->edge, wait->look, &status, events & POLLOUT);
	else if (!S_ISSOCK(status.st_mode) || !graph_socket_ends(wait->edge, wait->look, fd))
		wait->edge->holders |= graph_living();
}

/* ---- The descriptors of each call ---------------------------------------------------------- */

static void polled(struct wait *wait, uintptr_t at, uint64_t count)
{
	struct pollfd fds[POLLED_MAX];
	uint64_t i;

	if (count > POLLED_MAX)
		count = POLLED_MAX;
	if (!graph_peek(wait->look->task, at, fds, count * sizeof(fds[0])))
		return;
	for (i = 0; i < count; i++)
		if (fds[i].fd >= 0)
			see(wait, fds[i].fd, fds[i].events, 0);
}

static bool peek_set(const struct wait *wait, uintptr_t at, uint64_t count, fd_set *set)
{
	FD_ZERO(set);
	return at && graph_peek(wait->look->task, at, set, (count + 63) / 64 * 8);
}

static void selected(struct wait *wait, const uint64_t arguments[6])
{
	uint64_t count = arguments[0] < FD_SETSIZE ? arguments[0] : FD_SETSIZE;
	fd_set reads, writes;
	int fd;

	(void)peek_set(wait, arguments[1], count, &reads);
	(void)peek_set(wait, arguments[2], count, &writes);
	for (fd = 0; fd < (int)count; fd++)
		if (FD_ISSET(fd, &reads) || FD_ISSET(fd, &writes))
			see(wait, fd, FD_ISSET(fd, &reads) ? POLLIN : POLLOUT, 0);
}

/*
 * What is on the list and ready all along wakes nobody: else the task would not sleep. The kernel
 * takes the events of a one-shot away when it has fired.
 */
static void listed(struct wait *wait, int fd, uint32_t events, unsigned depth)
{
	uint32_t wanted = events & WAITED ? events & WAITED : (uint32_t)EPOLLIN;

	see(wait, fd, (short)wanted, depth);
	if (inspect_events(wait->pid, fd, (short)wanted))
		wait->edge->free = true;
}

static void list(struct wait *wait, int fd, unsigned depth)
{
	char text[LINES_BYTES];
	const char *at;

	if (inspect_fdinfo(wait->pid, fd, text, sizeof(text)) != 0)
		return;
	for (at = strstr(text, "tfd:"); at; at = strstr(at + 1, "tfd:")) {
		const char *events = strstr(at, "events:");

		if (!events)
			break;
		listed(wait, atoi(at + strlen("tfd:")),
		       (uint32_t)strtoul(events + strlen("events:"), NULL, 16), depth);
	}
}

bool graph_polls(long number)
{
	return number == SYS_poll || number == SYS_ppoll || number == SYS_select ||
	       number == SYS_pselect6 || number == SYS_epoll_wait || number == SYS_epoll_pwait ||
	       number == SYS_epoll_pwait2;
}

/* Of a single pipe's end it is told as of a read or write. */
static void tell_one(struct wait *wait)
{
	struct graph_edge *edge = wait->edge;

	edge->object = object_of(&wait->last);
	edge->how = GRAPH_OPEN;
	edge->inode = wait->last.st_ino;
	snprintf(edge->part, sizeof(edge->part), wait->events & POLLOUT ? "read end" : "write end");
}

static void tell(struct wait *wait, bool is_list)
{
	struct graph_edge *edge = wait->edge;
	uint64_t others = edge->holders & ~task_bit(edge->task);

	if (edge->free)
		edge->holders = 0;
	else if (others)
		edge->holders = others;
	if (wait->count == 1 && S_ISFIFO(wait->last.st_mode) && !is_list && !edge->free) {
		tell_one(wait);
		return;
	}
	edge->how = GRAPH_READY;
	if (is_list)
		snprintf(edge->part, sizeof(edge->part), "(%s)", wait->names);
	if (edge->object < 0)
		snprintf(edge->name, sizeof(edge->name), "%s", is_list ? "epoll" : wait->names);
}

void graph_look_poll(struct graph_edge *edge, const struct look *look)
{
	struct wait wait = { .edge = edge, .look = look, .pid = look->task->pid };
	bool is_list = false;

	edge->holders = 0;
	switch (look->number) {
	case SYS_poll:
	case SYS_ppoll:
		polled(&wait, look->arguments[0], look->arguments[1]);
		break;
	case SYS_select:
	case SYS_pselect6:
		selected(&wait, look->arguments);
		break;
	default:
		is_list = true;
		list(&wait, (int)look->arguments[0], 0);
		break;
	}
	if (wait.count)
		tell(&wait, is_list);
	else
		graph_anybody(edge);
}

void graph_look_numbered(struct graph_edge *edge, const struct look *look, int fd, bool writes)
{
	struct wait wait = { .edge = edge, .look = look, .pid = look->task->pid };

	edge->holders = 0;
	see(&wait, fd, writes ? POLLOUT : POLLIN, 0);
	tell(&wait, false);
}
