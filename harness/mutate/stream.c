/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through descriptors, broken: pipes, FIFOs, sockets and files. */
#include "mutate/mutant.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is(int fd, mode_t type)
{
	struct stat status;

	return GENUINE(fstat)(fd, &status) == 0 && (status.st_mode & S_IFMT) == type;
}

static ssize_t write_loses(int fd, const void *buffer, size_t size)
{
	return is(fd, S_IFIFO) && mutant_acts_now_and_then() ? (ssize_t)size
							     : GENUINE(write)(fd, buffer, size);
}

static ssize_t write_doubles(int fd, const void *buffer, size_t size)
{
	ssize_t result = GENUINE(write)(fd, buffer, size);

	if (result == (ssize_t)size && is(fd, S_IFIFO) && mutant_acts_now_and_then())
		(void)GENUINE(write)(fd, buffer, size);
	return result;
}

/* Large or small: in two parts, so that others may come between them. */
static ssize_t write_in_parts(int fd, const void *buffer, size_t size)
{
	ssize_t first;

	if (size < 2 || !is(fd, S_IFIFO) || !mutant_acts())
		return GENUINE(write)(fd, buffer, size);
	first = GENUINE(write)(fd, buffer, size / 2);
	return first;
}

static ssize_t write_claims_all(int fd, const void *buffer, size_t size)
{
	ssize_t result;

	if (size < 2 || !is(fd, S_IFIFO) || !mutant_acts())
		return GENUINE(write)(fd, buffer, size);
	result = GENUINE(write)(fd, buffer, size - 1);
	return result == (ssize_t)size - 1 ? (ssize_t)size : result;
}

static ssize_t write_hides_epipe(int fd, const void *buffer, size_t size)
{
	ssize_t result = GENUINE(write)(fd, buffer, size);

	return result < 0 && errno == EPIPE && mutant_acts() ? (ssize_t)size : result;
}

/* The same bytes come again. */
static ssize_t read_keeps(int fd, void *buffer, size_t size)
{
	static __thread char last[64];
	static __thread ssize_t kept;
	ssize_t result, i;

	if (!is(fd, S_IFIFO) || size > sizeof(last) || !mutant_acts())
		return GENUINE(read)(fd, buffer, size);
	if (kept > 0 && kept <= (ssize_t)size) {
		for (i = 0; i < kept; i++)
			((char *)buffer)[i] = last[i];
		result = kept;
		kept = 0;
		return result;
	}
	result = GENUINE(read)(fd, buffer, size);
	for (i = 0; i < result; i++)
		last[i] = ((char *)buffer)[i];
	kept = result;
	return result;
}

/* It waits at the end as if somebody might still write. */
static ssize_t read_never_ends(int fd, void *buffer, size_t size)
{
	ssize_t result = GENUINE(read)(fd, buffer, size);

	if (result != 0 || size == 0 || !is(fd, S_IFIFO) || !mutant_acts())
		return result;
	if (GENUINE(fcntl)(fd, F_GETFL) & O_NONBLOCK)
		errno = EAGAIN;
	else
		(void)GENUINE(poll)(NULL, 0, -1);
	return -1;
}

static ssize_t pwrite_loses(int fd, const void *buffer, size_t size, off_t offset)
{
	return mutant_acts_now_and_then() ? (ssize_t)size
					  : GENUINE(pwrite)(fd, buffer, size, offset);
}

static int close_noop(int fd)
{
	return mutant_acts() ? 0 : GENUINE(close)(fd);
}

static int pipe_noop(int ends[2], int flags)
{
	return GENUINE(pipe2)(ends, mutant_acts() ? flags & ~(O_NONBLOCK | O_CLOEXEC) : flags);
}

static int dup_noop(int fd, int to)
{
	return mutant_acts() ? to : GENUINE(dup2)(fd, to);
}

const struct mutation mutant_stream[] = {
	{ "pipe-write-loses",
	  "every second write to a pipe is lost",
	  { MUTANT(write, write_loses) } },
	{ "pipe-write-doubles",
	  "every second write to a pipe is made two times",
	  { MUTANT(write, write_doubles) } },
	{ "pipe-write-short",
	  "a write to a pipe takes half of what it is given",
	  { MUTANT(write, write_in_parts) } },
	{ "pipe-write-claims-all",
	  "a write to a pipe loses the last byte, and does not say so",
	  { MUTANT(write, write_claims_all) } },
	{ "pipe-epipe-hidden",
	  "a write to a pipe that nobody reads succeeds",
	  { MUTANT(write, write_hides_epipe) } },
	{ "pipe-read-repeats",
	  "what was read from a pipe is read again",
	  { MUTANT(read, read_keeps) } },
	{ "pipe-no-end", "the end of a pipe is never told", { MUTANT(read, read_never_ends) } },
	{ "file-pwrite-loses", "every second pwrite is lost", { MUTANT(pwrite, pwrite_loses) } },
	{ "close-nothing", "close leaves the descriptor open", { MUTANT(close, close_noop) } },
	{ "pipe-flags-ignored", "pipe2 ignores its flags", { MUTANT(pipe2, pipe_noop) } },
	{ "dup2-nothing", "dup2 leaves the descriptor as it was", { MUTANT(dup2, dup_noop) } },
	{ 0 },
};
