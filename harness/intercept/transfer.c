/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes through descriptors: read(2), write(2) and their kin. On a pipe, FIFO or socket they may
 * sleep and wake others. On a regular file they never sleep, but a death between two writes
 * matters, so they are points too. Not points: devices, and the harness's own standard streams.
 */
#undef _FORTIFY_SOURCE
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"
#include "intercept/socket.h"

#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room);
ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room);

/* False: no point. `on_file` and `on_stream` are what the call is on either kind. */
static bool begin(struct call *call, int fd, enum op on_file, enum op on_stream, size_t size,
		  uintptr_t site)
{
	enum descriptor_kind kind;
	struct stat status;

	if (!call_is_task())
		return false;
	kind = descriptor_look(fd, &status);
	if (kind == DESCRIPTOR_OTHER)
		return false;
	(void)call_enter_at(call, kind == DESCRIPTOR_FILE ? on_file : on_stream, site);
	call->object = descriptor_object_of(fd, &status);
	call->amount = (int64_t)size;
	call->detail[0] = (uint64_t)fd;
	call->asks = CALL_AS_OPENED;
	if (S_ISSOCK(status.st_mode) && on_stream == OP_READ)
		socket_announce_receive(call, fd);
	else if (S_ISSOCK(status.st_mode) && on_stream == OP_WRITE)
		socket_announce_send(call, fd);
	call_begin(call);
	return true;
}

static bool begin_read(struct call *call, int fd, size_t size, uintptr_t site)
{
	return begin(call, fd, OP_FILE_READ, OP_READ, size, site);
}

static bool begin_write(struct call *call, int fd, size_t size, uintptr_t site)
{
	return begin(call, fd, OP_FILE_WRITE, OP_WRITE, size, site);
}

/* With an offset only files work: on a stream it is an error at once. */
static bool begin_pread(struct call *call, int fd, size_t size, uintptr_t site)
{
	return begin(call, fd, OP_PREAD, OP_PREAD, size, site);
}

static bool begin_pwrite(struct call *call, int fd, size_t size, uintptr_t site)
{
	return begin(call, fd, OP_PWRITE, OP_PWRITE, size, site);
}

static size_t total(const struct iovec *parts, int count)
{
	size_t size = 0;
	int i;

	for (i = 0; parts && i < count && i < IOV_MAX; i++)
		size += parts[i].iov_len;
	return size;
}

INTERPOSE ssize_t read(int fd, void *buffer, size_t size)
{
	struct call call;

	if (!begin_read(&call, fd, size, CALL_SITE))
		return REAL(read)(fd, buffer, size);
	return call_end(&call, REAL(read)(fd, buffer, size));
}

/* What read() becomes when _FORTIFY_SOURCE knows the buffer's room. */
INTERPOSE ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	struct call call;

	if (!begin_read(&call, fd, size, CALL_SITE))
		return REAL(__read_chk)(fd, buffer, size, room);
	return call_end(&call, REAL(__read_chk)(fd, buffer, size, room));
}

INTERPOSE ssize_t readv(int fd, const struct iovec *parts, int count)
{
	struct call call;

	if (!begin_read(&call, fd, total(parts, count), CALL_SITE))
		return REAL(readv)(fd, parts, count);
	return call_end(&call, REAL(readv)(fd, parts, count));
}

INTERPOSE ssize_t write(int fd, const void *buffer, size_t size)
{
	struct call call;

	if (!begin_write(&call, fd, size, CALL_SITE))
		return REAL(write)(fd, buffer, size);
	return call_end(&call, REAL(write)(fd, buffer, size));
}

INTERPOSE ssize_t writev(int fd, const struct iovec *parts, int count)
{
	struct call call;

	if (!begin_write(&call, fd, total(parts, count), CALL_SITE))
		return REAL(writev)(fd, parts, count);
	return call_end(&call, REAL(writev)(fd, parts, count));
}

INTERPOSE ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	struct call call;

	if (!begin_pread(&call, fd, size, CALL_SITE))
		return REAL(pread)(fd, buffer, size, offset);
	return call_end(&call, REAL(pread)(fd, buffer, size, offset));
}

INTERPOSE ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	struct call call;

	if (!begin_pread(&call, fd, size, CALL_SITE))
		return REAL(pread64)(fd, buffer, size, offset);
	return call_end(&call, REAL(pread64)(fd, buffer, size, offset));
}

INTERPOSE ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room)
{
	struct call call;

	if (!begin_pread(&call, fd, size, CALL_SITE))
		return REAL(__pread_chk)(fd, buffer, size, offset, room);
	return call_end(&call, REAL(__pread_chk)(fd, buffer, size, offset, room));
}

INTERPOSE ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room)
{
	struct call call;

	if (!begin_pread(&call, fd, size, CALL_SITE))
		return REAL(__pread64_chk)(fd, buffer, size, offset, room);
	return call_end(&call, REAL(__pread64_chk)(fd, buffer, size, offset, room));
}

INTERPOSE ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
	struct call call;

	if (!begin_pread(&call, fd, total(parts, count), CALL_SITE))
		return REAL(preadv)(fd, parts, count, offset);
	return call_end(&call, REAL(preadv)(fd, parts, count, offset));
}

INTERPOSE ssize_t preadv64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	struct call call;

	if (!begin_pread(&call, fd, total(parts, count), CALL_SITE))
		return REAL(preadv64)(fd, parts, count, offset);
	return call_end(&call, REAL(preadv64)(fd, parts, count, offset));
}

INTERPOSE ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	struct call call;

	if (!begin_pwrite(&call, fd, size, CALL_SITE))
		return REAL(pwrite)(fd, buffer, size, offset);
	return call_end(&call, REAL(pwrite)(fd, buffer, size, offset));
}

INTERPOSE ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	struct call call;

	if (!begin_pwrite(&call, fd, size, CALL_SITE))
		return REAL(pwrite64)(fd, buffer, size, offset);
	return call_end(&call, REAL(pwrite64)(fd, buffer, size, offset));
}

INTERPOSE ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	struct call call;

	if (!begin_pwrite(&call, fd, total(parts, count), CALL_SITE))
		return REAL(pwritev)(fd, parts, count, offset);
	return call_end(&call, REAL(pwritev)(fd, parts, count, offset));
}

INTERPOSE ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	struct call call;

	if (!begin_pwrite(&call, fd, total(parts, count), CALL_SITE))
		return REAL(pwritev64)(fd, parts, count, offset);
	return call_end(&call, REAL(pwritev64)(fd, parts, count, offset));
}

/* Offset -1 means the descriptor's own: then they are readv(2) and writev(2) with flags. */
INTERPOSE ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
	struct call call;
	size_t size = total(parts, count);

	if (offset == -1 ? !begin_read(&call, fd, size, CALL_SITE)
			 : !begin_pread(&call, fd, size, CALL_SITE))
		return REAL(preadv2)(fd, parts, count, offset, flags);
	return call_end(&call, REAL(preadv2)(fd, parts, count, offset, flags));
}

INTERPOSE ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset,
			     int flags)
{
	struct call call;
	size_t size = total(parts, count);

	if (offset == -1 ? !begin_read(&call, fd, size, CALL_SITE)
			 : !begin_pread(&call, fd, size, CALL_SITE))
		return REAL(preadv64v2)(fd, parts, count, offset, flags);
	return call_end(&call, REAL(preadv64v2)(fd, parts, count, offset, flags));
}

INTERPOSE ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
	struct call call;
	size_t size = total(parts, count);

	if (offset == -1 ? !begin_write(&call, fd, size, CALL_SITE)
			 : !begin_pwrite(&call, fd, size, CALL_SITE))
		return REAL(pwritev2)(fd, parts, count, offset, flags);
	return call_end(&call, REAL(pwritev2)(fd, parts, count, offset, flags));
}

INTERPOSE ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset,
			      int flags)
{
	struct call call;
	size_t size = total(parts, count);

	if (offset == -1 ? !begin_write(&call, fd, size, CALL_SITE)
			 : !begin_pwrite(&call, fd, size, CALL_SITE))
		return REAL(pwritev64v2)(fd, parts, count, offset, flags);
	return call_end(&call, REAL(pwritev64v2)(fd, parts, count, offset, flags));
}

/* Descriptions can be shared between processes, and their offset with them. */
static bool begin_seek(struct call *call, int fd, off64_t offset, int whence, uintptr_t site)
{
	if (offset == 0 && whence == SEEK_CUR)
		return false;
	return begin(call, fd, OP_LSEEK, OP_LSEEK, (size_t)offset, site);
}

INTERPOSE off_t lseek(int fd, off_t offset, int whence)
{
	struct call call;

	if (!begin_seek(&call, fd, offset, whence, CALL_SITE))
		return REAL(lseek)(fd, offset, whence);
	return call_end(&call, REAL(lseek)(fd, offset, whence));
}

INTERPOSE off64_t lseek64(int fd, off64_t offset, int whence)
{
	struct call call;

	if (!begin_seek(&call, fd, offset, whence, CALL_SITE))
		return REAL(lseek64)(fd, offset, whence);
	return call_end(&call, REAL(lseek64)(fd, offset, whence));
}

INTERPOSE int ftruncate(int fd, off_t length)
{
	struct stat before = { .st_size = 0 };
	struct call call;
	bool is_point = begin(&call, fd, OP_FTRUNCATE, OP_FTRUNCATE, (size_t)length, CALL_SITE);
	int result;

	(void)descriptor_status(fd, &before);
	result = REAL(ftruncate)(fd, length);
	if (result == 0)
		mapping_cut(&before, length, "ftruncate", CALL_SITE);
	return is_point ? (int)call_end(&call, result) : result;
}

INTERPOSE int ftruncate64(int fd, off64_t length)
{
	struct stat before = { .st_size = 0 };
	struct call call;
	bool is_point = begin(&call, fd, OP_FTRUNCATE, OP_FTRUNCATE, (size_t)length, CALL_SITE);
	int result;

	(void)descriptor_status(fd, &before);
	result = REAL(ftruncate64)(fd, length);
	if (result == 0)
		mapping_cut(&before, length, "ftruncate", CALL_SITE);
	return is_point ? (int)call_end(&call, result) : result;
}

INTERPOSE int fsync(int fd)
{
	struct call call;

	if (!begin(&call, fd, OP_FSYNC, OP_FSYNC, 0, CALL_SITE))
		return REAL(fsync)(fd);
	return (int)call_end(&call, REAL(fsync)(fd));
}

INTERPOSE int fdatasync(int fd)
{
	struct call call;

	if (!begin(&call, fd, OP_FSYNC, OP_FSYNC, 0, CALL_SITE))
		return REAL(fdatasync)(fd);
	return (int)call_end(&call, REAL(fdatasync)(fd));
}
