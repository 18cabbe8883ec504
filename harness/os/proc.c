/* SPDX-License-Identifier: Apache-2.0 */
#include "os/proc.h"

#include "os/proc_text.h"
#include "os/sys.h"

#include <errno.h>
#include <stdio.h>

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

char proc_state(int stat_fd, uint64_t *cpu_ticks)
{
	char text[512];
	ssize_t got = sys_pread(stat_fd, text, sizeof(text) - 1, 0);

	if (got <= 0)
		return 'X';
	text[got] = '\0';
	return proc_text_state(text, cpu_ticks);
}

int proc_exit_status(int stat_fd)
{
	char text[512];
	ssize_t got = sys_pread(stat_fd, text, sizeof(text) - 1, 0);

	if (got <= 0)
		return -1;
	text[got] = '\0';
	return proc_text_exit_status(text);
}

long proc_syscall(pid_t pid, pid_t tid, uint64_t arguments[6])
{
	char path[64], text[256];
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
	return proc_text_syscall(text, arguments);
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

int proc_rest(pid_t pid, pid_t tid, struct proc_rest *rest)
{
	char text[4096];
	int error = read_status(pid, tid, text, sizeof(text));

	if (!error)
		proc_text_rest(text, rest);
	return error;
}

int proc_signals(pid_t pid, pid_t tid, struct proc_signals *signals)
{
	char text[4096];
	int error = read_status(pid, tid, text, sizeof(text));

	if (!error)
		proc_text_signals(text, signals);
	return error;
}

size_t proc_children(pid_t pid, pid_t *children, size_t most)
{
	char path[64], text[1024];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	got = sys_pread(fd, text, sizeof(text) - 1, 0);
	(void)sys_close(fd);
	text[got > 0 ? got : 0] = '\0';
	return proc_text_children(text, children, most);
}
