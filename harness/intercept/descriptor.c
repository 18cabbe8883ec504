/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/descriptor.h"

#include "intercept/numbered.h"

#include "os/hot.h"
#include "os/sys.h"

#include <poll.h>
#include <string.h>

enum {
	STANDARD_LAST = 2, /* standard input, output and error */
	SCANNED = 32,	   /* descriptors */
};

static enum descriptor_kind kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return DESCRIPTOR_FILE;
	case S_IFIFO:
	case S_IFSOCK:
	case 0: /* eventfd(2), timerfd_create(2), epoll_create(2), ... */
		return DESCRIPTOR_STREAM;
	default:
		return DESCRIPTOR_OTHER;
	}
}

/* A POSIX message queue looks like a regular file: it is one if mq_open() made it known. */
static enum family family_of(const struct stat *status)
{
	if (S_ISFIFO(status->st_mode))
		return FAMILY_PIPE;
	if (S_ISSOCK(status->st_mode))
		return FAMILY_SOCKET;
	return object_seek(FAMILY_POSIX_MQ, status->st_dev, status->st_ino) >= 0 ? FAMILY_POSIX_MQ
										 : FAMILY_FILE;
}

int descriptor_status(int fd, struct stat *status)
{
	return (int)sys_call(SYS_fstat, fd, (long)status, 0, 0, 0, 0);
}

enum descriptor_kind descriptor_look(int fd, struct stat *status)
{
	if (descriptor_status(fd, status) != 0)
		return DESCRIPTOR_OTHER;
	if (fd <= STANDARD_LAST &&
	    object_seek(family_of(status), status->st_dev, status->st_ino) < 0)
		return DESCRIPTOR_OTHER;
	return kind_of(status->st_mode);
}

enum descriptor_kind descriptor_look_path(int dirfd, const char *path, bool follow,
					  struct stat *status)
{
	long flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;

	if (sys_call(SYS_newfstatat, dirfd, (long)path, (long)status, flags, 0, 0) != 0) {
		status->st_ino = 0;
		return DESCRIPTOR_OTHER;
	}
	return kind_of(status->st_mode);
}

int descriptor_object(const struct stat *status)
{
	if ((status->st_mode & S_IFMT) == 0)
		return -1; /* all of these share one inode */
	return object_find(family_of(status), status->st_dev, status->st_ino);
}

int descriptor_object_of(int fd, const struct stat *status)
{
	return (status->st_mode & S_IFMT) == 0 ? numbered_object(fd) : descriptor_object(status);
}

int descriptor_locks(enum family family, const struct stat *status)
{
	int object = object_find(family, status->st_dev, status->st_ino);
	int file = object_seek(family_of(status), status->st_dev, status->st_ino);

	if (file >= 0 && control->objects[file].label[0])
		object_name(object, "%s", control->objects[file].label);
	return object;
}

void descriptor_name(int object, const char *path)
{
	const char *last = strrchr(path, '/');

	object_name(object, "%s", last ? last + 1 : path);
}

int descriptor_made(const struct stat *status, const char *path)
{
	static const enum family families[] = { FAMILY_FILE,	    FAMILY_PIPE,     FAMILY_SOCKET,
						FAMILY_RECORD_LOCK, FAMILY_OFD_LOCK, FAMILY_FLOCK };
	size_t i;
	int object;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		object_retire(object_seek(families[i], status->st_dev, status->st_ino));
	object = descriptor_object(status);
	if (path)
		descriptor_name(object, path);
	return object;
}

void descriptor_closed(const struct stat *status)
{
	static const enum family families[] = { FAMILY_RECORD_LOCK, FAMILY_OFD_LOCK, FAMILY_FLOCK };
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		int object = object_seek(families[i], status->st_dev, status->st_ino);
		int held = object < 0 ? 0 : control->objects[object].held[task_self->process];

		/* An OFD lock or flock may live on in a copy of the descriptor; /proc/locks knows.
		 */
		if (held)
			object_take(object, &control->tasks[task_self->process], -held, true);
	}
}

bool descriptor_in_setup(void)
{
	return !task_self && control && control->in_setup;
}

/* Of what setup opened, by descriptor; control->made tells which of them are. */
static uint64_t inherited_inodes[DESCRIPTORS_MAX] HOT;

void descriptor_setup_opened(int fd)
{
	struct stat status;

	if (fd < 0 || !descriptor_in_setup() || descriptor_status(fd, &status) != 0)
		return;
	if (fd < DESCRIPTORS_MAX)
		inherited_inodes[fd] = status.st_ino;
	control_made(kind_of(status.st_mode) == DESCRIPTOR_STREAM ? FAMILY_PIPE : FAMILY_FILE, fd,
		     NULL);
}

void descriptor_setup_closed(int fd)
{
	if (!descriptor_in_setup())
		return;
	numbered_closed((unsigned)fd, (unsigned)fd);
	control_unmade(FAMILY_PIPE, fd, NULL);
	control_unmade(FAMILY_FILE, fd, NULL);
}

void descriptor_inherited(void)
{
	uint32_t i;

	numbered_closed(0, NUMBERED_MAX - 1);
	for (i = 0; i < control->made_count; i++)
		if (control->made[i].task < 0 && control->made[i].family == FAMILY_PIPE)
			(void)sys_close(control->made[i].id);
}

/* Whether it is still what setup opened there. */
static bool is_setups(const struct made *made)
{
	struct stat status;

	return descriptor_status(made->id, &status) != 0 ||
	       status.st_ino == inherited_inodes[made->id];
}

static bool is_stream_or_file(const struct made *made)
{
	return made->task < 0 && made->id >= 0 && made->id < DESCRIPTORS_MAX &&
	       (made->family == FAMILY_PIPE || made->family == FAMILY_FILE);
}

static bool is_inherited(int fd)
{
	uint32_t i;

	for (i = 0; i < control->made_count; i++)
		if (control->made[i].id == fd && is_stream_or_file(&control->made[i]))
			return true;
	return false;
}

/* Of those from `lowest` on, by one call: most tasks leave none. */
static int find_open(int lowest)
{
	struct pollfd fds[SCANNED];
	int i;

	for (i = 0; i < SCANNED; i++)
		fds[i] = (struct pollfd){ .fd = lowest + i };
	/* Nor are more looked at than a process may have. */
	if (sys_call(SYS_poll, (long)fds, SCANNED, 0, 0, 0, 0) < 0)
		for (i = 0; i < SCANNED; i++)
			fds[i].revents = sys_fcntl(lowest + i, F_GETFD, 0) < 0 ? POLLNVAL : 0;
	for (i = 0; i < SCANNED && lowest + i < control->fd_base; i++)
		if (!(fds[i].revents & POLLNVAL) && !is_inherited(lowest + i))
			return lowest + i;
	return -1;
}

int descriptor_left(int lowest)
{
	uint32_t i;

	for (i = 0; i < control->made_count; i++)
		if (is_stream_or_file(&control->made[i]) && !is_setups(&control->made[i]))
			return control->made[i].id;
	return find_open(lowest);
}

bool descriptor_is_inherited(void)
{
	uint32_t i;

	for (i = 0; i < control->made_count; i++)
		if (control->made[i].task < 0 && (control->made[i].family == FAMILY_PIPE ||
						  control->made[i].family == FAMILY_FILE))
			return true;
	/* By a call that nobody intercepts. */
	return find_open(STANDARD_LAST + 1) >= 0;
}
