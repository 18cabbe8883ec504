/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that sleep in a descriptor, and those that wait for a lock on a file. */
#include "eintr_tables.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int fds_held[3]; /* of the process that holds the locks */

/* ---- Descriptors ---------------------------------------------------------------------------- */

static int read_pipe(struct eintr_objects *objects)
{
	char byte;

	return read(objects->bytes[0], &byte, 1) == 1 ? 0 : -1;
}

static void write_pipe(struct eintr_objects *objects)
{
	SABOT_OK(write(objects->bytes[1], "", 1));
}

static int read_counter(struct eintr_objects *objects)
{
	eventfd_t value;

	return eventfd_read(objects->counter, &value);
}

static void add_counter(struct eintr_objects *objects)
{
	SABOT_OK(eventfd_write(objects->counter, 1));
}

static int receive(struct eintr_objects *objects)
{
	char byte;

	return recv(objects->sockets[0], &byte, 1, 0) == 1 ? 0 : -1;
}

static void send_byte(struct eintr_objects *objects)
{
	SABOT_OK(send(objects->sockets[1], "", 1, 0));
}

static int open_fifo(struct eintr_objects *objects)
{
	int fd = open("fifo", O_RDONLY);

	(void)objects;
	return fd < 0 ? -1 : close(fd);
}

static void open_other_end(struct eintr_objects *objects)
{
	(void)objects;
	fds_held[2] = SABOT_OK(open("fifo", O_RDWR)); /* and never waits itself */
}

/* What makes it ready is taken away again, for the next call that waits for it. */
static int drain(const struct eintr_objects *objects, int ready)
{
	char byte;

	if (ready == 1)
		SABOT_OK(read(objects->events[0], &byte, 1));
	return ready == 1 ? 0 : -1;
}

static int wait_poll(struct eintr_objects *objects)
{
	struct pollfd fd = { .fd = objects->events[0], .events = POLLIN };

	return drain(objects, poll(&fd, 1, -1));
}

static int wait_epoll(struct eintr_objects *objects)
{
	struct epoll_event event;

	return drain(objects, epoll_wait(objects->epoll, &event, 1, -1));
}

static int wait_select(struct eintr_objects *objects)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(objects->events[0], &set);
	return drain(objects, select(objects->events[0] + 1, &set, NULL, NULL, NULL));
}

static void write_events(struct eintr_objects *objects)
{
	SABOT_OK(write(objects->events[1], "", 1));
}

/* ---- Locks on files ------------------------------------------------------------------------- */

static int lock_range(int command, const char *name)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = SABOT_OK(open(name, O_RDWR)), result = fcntl(fd, command, &lock), saved = errno;

	SABOT_OK(close(fd));
	errno = saved;
	return result;
}

static int lock_record(struct eintr_objects *objects)
{
	(void)objects;
	return lock_range(F_SETLKW, "record");
}

static int lock_whole(struct eintr_objects *objects)
{
	int fd = SABOT_OK(open("whole", O_RDWR)), result = flock(fd, LOCK_EX), saved = errno;

	(void)objects;
	SABOT_OK(close(fd));
	errno = saved;
	return result;
}

static void unlock_record(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[0]));
}

static void unlock_whole(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[1]));
}

/* ---- All of them ---------------------------------------------------------------------------- */

/* Time ends this one: by then nobody waits for the other end. */
void eintr_close_other_end(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[2]));
}

const struct eintr_call eintr_file_calls[] = {
	{ "read from a pipe", read_pipe, write_pipe },
	{ "read from an eventfd", read_counter, add_counter },
	{ "recv", receive, send_byte },
	{ "open of a FIFO", open_fifo, open_other_end },
	{ "poll", wait_poll, write_events },
	{ "epoll_wait", wait_epoll, write_events },
	{ "select", wait_select, write_events },
	{ "fcntl(F_SETLKW)", lock_record, unlock_record },
	{ "flock", lock_whole, unlock_whole },
	{ 0 },
};

static void make_file(const char *name)
{
	int fd = SABOT_OK(open(name, O_RDWR | O_CREAT, 0600));

	SABOT_OK(close(fd));
}

void eintr_setup_files(struct eintr_objects *objects)
{
	struct epoll_event event = { .events = EPOLLIN };

	SABOT_OK(pipe(objects->bytes));
	SABOT_OK(pipe(objects->events));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, objects->sockets));
	objects->counter = SABOT_OK(eventfd(0, 0));
	objects->epoll = SABOT_OK(epoll_create1(0));
	SABOT_OK(epoll_ctl(objects->epoll, EPOLL_CTL_ADD, objects->events[0], &event));
	SABOT_OK(mkfifo("fifo", 0600));
	make_file("record");
	make_file("whole");
}

void eintr_hold_files(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	fds_held[0] = SABOT_OK(open("record", O_RDWR));
	SABOT_OK(fcntl(fds_held[0], F_SETLK, &lock));
	fds_held[1] = SABOT_OK(open("whole", O_RDWR));
	SABOT_OK(flock(fds_held[1], LOCK_EX));
}
