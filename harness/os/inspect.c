/* SPDX-License-Identifier: Apache-2.0 */
#include "os/inspect.h"

#include "os/proc_text.h"
#include "os/sys.h"

#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int inspect_memory(pid_t pid, uintptr_t address, void *buffer, size_t size)
{
	struct iovec to = { .iov_base = buffer, .iov_len = size };
	struct iovec from = { .iov_base = (void *)address, .iov_len = size };
	long got = sys_call(SYS_process_vm_readv, pid, (long)&to, 1, (long)&from, 1, 0);

	if (got < 0)
		return (int)got;
	return (size_t)got == size ? 0 : -EFAULT;
}

int inspect_descriptors(pid_t pid, bool (*visit)(pid_t pid, int fd, void *argument), void *argument)
{
	const struct dirent *entry;
	char path[64];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	if (!directory)
		return -errno;
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && !visit(pid, atoi(entry->d_name), argument))
			break;
	closedir(directory);
	return 0;
}

int inspect_stat(pid_t pid, int fd, struct stat *status)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return stat(path, status) == 0 ? 0 : -errno;
}

int inspect_fdinfo(pid_t pid, int fd, char *text, size_t size)
{
	char path[64];
	size_t used = 0;
	ssize_t got;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	file = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (file < 0)
		return file;
	while (used < size - 1 && (got = sys_read(file, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	(void)sys_close(file);
	text[used] = '\0';
	return 0;
}

int inspect_flags(pid_t pid, int fd)
{
	char text[256];
	int64_t flags = -ENOENT;
	int error = inspect_fdinfo(pid, fd, text, sizeof(text));

	if (!error)
		(void)proc_text_number(text, "\nflags:", 8, &flags);
	return error ? error : (int)flags;
}

pid_t inspect_pidfd(pid_t pid, int fd)
{
	char text[512];
	int64_t number = 0;

	if (inspect_fdinfo(pid, fd, text, sizeof(text)) == 0)
		(void)proc_text_number(text, "\nPid:", 10, &number);
	return (pid_t)number;
}

const char *inspect_link(pid_t pid, int fd, char *text, size_t size)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	length = readlink(path, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

bool inspect_same(pid_t pid, int fd, pid_t other_pid, int other_fd)
{
	if (pid == other_pid && fd == other_fd)
		return true;
	return sys_call(SYS_kcmp, pid, other_pid, KCMP_FILE, fd, other_fd, 0) == 0;
}

int inspect_duplicate(pid_t pid, int fd)
{
	int process = (int)sys_call(SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
	int copy;

	if (process < 0)
		return process;
	copy = (int)sys_call(SYS_pidfd_getfd, process, fd, 0, 0, 0, 0);
	(void)sys_close(process);
	return copy;
}

short inspect_events(pid_t pid, int fd, short wanted)
{
	struct pollfd ready = { .fd = inspect_duplicate(pid, fd), .events = wanted };
	struct timespec now = { 0 };
	long count;

	if (ready.fd < 0)
		return 0;
	count = sys_call(SYS_ppoll, (long)&ready, 1, (long)&now, 0, 0, 0);
	(void)sys_close(ready.fd);
	return count == 1 ? ready.revents : 0;
}

bool inspect_ready(pid_t pid, int fd, bool writes)
{
	short wanted = writes ? POLLOUT : POLLIN;

	return inspect_events(pid, fd, wanted) & wanted;
}

ssize_t inspect_text(pid_t pid, int fd, char *text, size_t size)
{
	int copy = inspect_duplicate(pid, fd);
	long got;

	if (copy < 0)
		return copy;
	got = sys_call(SYS_pread64, copy, (long)text, (long)size - 1, 0, 0, 0);
	(void)sys_close(copy);
	text[got > 0 ? got : 0] = '\0';
	return got;
}
