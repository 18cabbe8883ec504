/* SPDX-License-Identifier: Apache-2.0 */
#include "os/proc.h"

#include "os/sys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int proc_move_fd(int fd, int lowest)
{
	int moved;

	if (fd < 0 || fd >= lowest)
		return fd;
	moved = sys_fcntl(fd, F_DUPFD_CLOEXEC, lowest);
	(void)sys_close(fd);
	return moved;
}

int proc_open_stat(pid_t pid, pid_t tid, int lowest)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	return proc_move_fd(sys_open(path, O_RDONLY | O_CLOEXEC, 0), lowest);
}

/* utime and stime are fields 14 and 15; the state is field 3, and follows the ')' of the name. */
static uint64_t ticks_of(const char *after_name)
{
	const char *at = after_name;
	char *end;
	uint64_t user;
	int field;

	for (field = 3; field < 14 && at; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return 0;
	user = strtoull(at, &end, 10);
	return user + strtoull(end, NULL, 10);
}

char proc_state(int stat_fd, uint64_t *cpu_ticks)
{
	char text[512];
	ssize_t got = sys_pread(stat_fd, text, sizeof(text) - 1, 0);
	const char *after;

	if (got <= 0)
		return 'X';
	text[got] = '\0';
	after = strrchr(text, ')');
	if (!after || after[1] != ' ')
		return 'X';
	if (cpu_ticks)
		*cpu_ticks = ticks_of(after + 2);
	return after[2];
}

int proc_exit_status(int stat_fd)
{
	char text[512];
	ssize_t got = sys_pread(stat_fd, text, sizeof(text) - 1, 0);
	const char *last;

	if (got <= 0)
		return -1;
	text[got] = '\0';
	last = strrchr(text, ' ');
	return last ? atoi(last + 1) : -1;
}

long proc_syscall(pid_t pid, pid_t tid, uint64_t arguments[6])
{
	char path[64], text[256];
	long number = -1;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd < -1 ? fd : -EACCES;
	got = sys_pread(fd, text, sizeof(text) - 1, 0);
	(void)sys_close(fd);
	if (got <= 0)
		return got < -1 ? (long)got : -EACCES;
	text[got] = '\0';
	if (sscanf(text, "%ld %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
		   &number, &arguments[0], &arguments[1], &arguments[2], &arguments[3],
		   &arguments[4], &arguments[5]) < 1)
		return -1;
	return number;
}

/* The set after a line's name; 0 if there is no such line. */
static uint64_t set_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static int read_status(pid_t pid, pid_t tid, char *text, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	got = sys_pread(fd, text, size - 1, 0);
	(void)sys_close(fd);
	if (got <= 0)
		return got < 0 ? (int)got : -ESRCH;
	text[got] = '\0';
	return 0;
}

static uint64_t count_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

int proc_rest(pid_t pid, pid_t tid, struct proc_rest *rest)
{
	char text[4096];
	int error = read_status(pid, tid, text, sizeof(text));
	const char *state = error ? NULL : strstr(text, "\nState:\t");

	if (error)
		return error;
	rest->state = state ? state[strlen("\nState:\t")] : 'X';
	rest->switches = count_of(text, "\nvoluntary_ctxt_switches:") +
			 count_of(text, "\nnonvoluntary_ctxt_switches:");
	return 0;
}

int proc_signals(pid_t pid, pid_t tid, struct proc_signals *signals)
{
	char text[4096];
	int error = read_status(pid, tid, text, sizeof(text));

	if (error)
		return error;
	signals->pending = set_of(text, "\nSigPnd:") | set_of(text, "\nShdPnd:");
	signals->blocked = set_of(text, "\nSigBlk:");
	signals->ignored = set_of(text, "\nSigIgn:");
	signals->caught = set_of(text, "\nSigCgt:");
	return 0;
}

size_t proc_children(pid_t pid, pid_t *children, size_t most)
{
	char path[64], text[1024], *at = text, *end;
	size_t count = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	got = sys_pread(fd, text, sizeof(text) - 1, 0);
	(void)sys_close(fd);
	text[got > 0 ? got : 0] = '\0';
	for (; count < most; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		children[count++] = (pid_t)child;
	}
	return count;
}
