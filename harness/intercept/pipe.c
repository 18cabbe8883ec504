/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes: pipe(2), and the calls that move bytes through them without a buffer of the caller's:
 * splice(2), tee(2), vmsplice(2), sendfile(2). read(2) and write(2) are in transfer.c. To make a
 * pipe is no point: nobody else knows of it yet.
 */
#include "intercept/descriptor.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

static bool begin(struct call *call, uintptr_t site)
{
	if (!call_enter_at(call, OP_PIPE, site))
		return false;
	call_note(call);
	return true;
}

static int end(struct call *call, bool is_task, const int ends[2], int result)
{
	struct stat status;

	if (result == 0 && (is_task || descriptor_in_setup()) &&
	    descriptor_status(ends[0], &status) == 0)
		call->object = descriptor_made(&status, NULL);
	if (result == 0) {
		descriptor_setup_opened(ends[0]);
		descriptor_setup_opened(ends[1]);
	}
	return is_task ? (int)call_end(call, result) : result;
}

INTERPOSE int pipe(int ends[2])
{
	struct call call;
	bool is_task = begin(&call, CALL_SITE);

	return end(&call, is_task, ends, REAL(pipe)(ends));
}

INTERPOSE int pipe2(int ends[2], int flags)
{
	struct call call;
	bool is_task = begin(&call, CALL_SITE);

	return end(&call, is_task, ends, REAL(pipe2)(ends, flags));
}

/* The call sleeps on the side that is a pipe; if both are, on the one that it reads. */
static bool begin_move(struct call *call, int from, int to, size_t size, unsigned flags,
		       uintptr_t site)
{
	struct stat status;
	int fd = from;

	if (!call_enter_at(call, OP_SPLICE, site))
		return false;
	if (descriptor_look(from, &status) != DESCRIPTOR_STREAM)
		fd = descriptor_look(to, &status) == DESCRIPTOR_STREAM ? to : -1;
	if (fd >= 0)
		call->object = descriptor_object(&status);
	call->amount = (int64_t)size;
	call->detail[0] = (uint64_t)fd;
	call->asks = flags & SPLICE_F_NONBLOCK ? CALL_AT_ONCE : CALL_AS_OPENED;
	call_begin(call);
	return true;
}

INTERPOSE ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
			 unsigned flags)
{
	struct call call;

	if (!begin_move(&call, from, to, size, flags, CALL_SITE))
		return REAL(splice)(from, from_offset, to, to_offset, size, flags);
	return call_end(&call, REAL(splice)(from, from_offset, to, to_offset, size, flags));
}

INTERPOSE ssize_t tee(int from, int to, size_t size, unsigned flags)
{
	struct call call;

	if (!begin_move(&call, from, to, size, flags, CALL_SITE))
		return REAL(tee)(from, to, size, flags);
	return call_end(&call, REAL(tee)(from, to, size, flags));
}

INTERPOSE ssize_t vmsplice(int fd, const struct iovec *parts, size_t count, unsigned flags)
{
	struct call call;

	if (!begin_move(&call, fd, -1, count, flags, CALL_SITE))
		return REAL(vmsplice)(fd, parts, count, flags);
	return call_end(&call, REAL(vmsplice)(fd, parts, count, flags));
}

INTERPOSE ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
	struct call call;

	if (!begin_move(&call, from, to, size, 0, CALL_SITE))
		return REAL(sendfile)(to, from, offset, size);
	return call_end(&call, REAL(sendfile)(to, from, offset, size));
}

INTERPOSE ssize_t sendfile64(int to, int from, off64_t *offset, size_t size)
{
	struct call call;

	if (!begin_move(&call, from, to, size, 0, CALL_SITE))
		return REAL(sendfile64)(to, from, offset, size);
	return call_end(&call, REAL(sendfile64)(to, from, offset, size));
}
