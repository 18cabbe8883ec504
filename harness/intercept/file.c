/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors come and go: open(2), close(2), dup(2). Opening a regular file is a point, since its
 * name may come, go or change; opening a FIFO may sleep and wake; closing releases the process's
 * record locks of the inode and can end a stream. Copies are noted only. Functions that libc builds
 * on these (fopen, popen, mkstemp) are not seen.
 */
#undef _FORTIFY_SOURCE
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/numbered.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <unistd.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

/* An open(2) under way. */
struct opening {
	struct call call;
	bool is_point;
	bool is_new;	    /* it makes the file */
	struct stat before; /* where it cuts the file off */
	const char *path;
};

static bool makes_unnamed(int flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE;
}

static bool look(int dirfd, const char *path, int flags, struct stat *status,
		 enum descriptor_kind *kind)
{
	*kind = descriptor_look_path(dirfd, path, !(flags & O_NOFOLLOW), status);
	return status->st_ino != 0;
}

/* What is opened, as far as it is there: the point comes first, and others may make or remove it.
 */
static bool describe(struct opening *opening, int dirfd, int flags, uintptr_t site)
{
	struct stat status;
	enum descriptor_kind kind;
	bool exists = look(dirfd, opening->path, flags, &status, &kind);
	bool is_known = exists && kind != DESCRIPTOR_OTHER;

	if (exists && !is_known && !makes_unnamed(flags))
		return false;
	(void)call_enter_at(&opening->call, kind == DESCRIPTOR_FILE ? OP_FILE_OPEN : OP_OPEN, site);
	opening->call.amount = flags;
	if ((flags & O_CREAT) || makes_unnamed(flags))
		opening->call.asks |= CALL_MAKES;
	if ((flags & O_NONBLOCK) && (flags & O_ACCMODE) == O_WRONLY)
		opening->call.asks |= CALL_AT_ONCE; /* of a FIFO that nobody reads */
	if (is_known) {
		opening->call.object = descriptor_object(&status);
		descriptor_name(opening->call.object, opening->path);
	}
	return true;
}

static void open_begin(struct opening *opening, int dirfd, const char *path, int flags,
		       uintptr_t site)
{
	struct stat status;
	enum descriptor_kind kind;

	opening->path = path;
	opening->is_new = false;
	opening->before.st_size = 0;
	opening->is_point = call_is_task() && describe(opening, dirfd, flags, site);
	if (opening->is_point)
		call_begin(&opening->call);
	if (opening->is_point || descriptor_in_setup())
		opening->is_new = makes_unnamed(flags) ||
				  ((flags & O_CREAT) && !look(dirfd, path, flags, &status, &kind));
	if ((flags & O_TRUNC) && opening->is_point)
		(void)look(dirfd, path, flags, &opening->before, &kind);
}

static int open_end(struct opening *opening, int result)
{
	struct stat status;

	if (result >= 0 && opening->is_new && descriptor_status(result, &status) == 0)
		opening->call.object = descriptor_made(&status, opening->path);
	if (result >= 0 && opening->before.st_size)
		mapping_cut(&opening->before, 0, "open", opening->call.site);
	if (!opening->is_point)
		descriptor_setup_opened(result);
	return opening->is_point ? (int)call_end(&opening->call, result) : result;
}

static mode_t mode_of(int flags, va_list list)
{
	return (flags & O_CREAT) || makes_unnamed(flags) ? va_arg(list, mode_t) : 0;
}

INTERPOSE int open(const char *path, int flags, ...)
{
	struct opening opening;
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	open_begin(&opening, AT_FDCWD, path, flags, CALL_SITE);
	return open_end(&opening, REAL(open)(path, flags, mode));
}

INTERPOSE int open64(const char *path, int flags, ...)
{
	struct opening opening;
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	open_begin(&opening, AT_FDCWD, path, flags, CALL_SITE);
	return open_end(&opening, REAL(open64)(path, flags, mode));
}

INTERPOSE int openat(int dirfd, const char *path, int flags, ...)
{
	struct opening opening;
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	open_begin(&opening, dirfd, path, flags, CALL_SITE);
	return open_end(&opening, REAL(openat)(dirfd, path, flags, mode));
}

INTERPOSE int openat64(int dirfd, const char *path, int flags, ...)
{
	struct opening opening;
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	open_begin(&opening, dirfd, path, flags, CALL_SITE);
	return open_end(&opening, REAL(openat64)(dirfd, path, flags, mode));
}

INTERPOSE int creat(const char *path, mode_t mode)
{
	struct opening opening;

	open_begin(&opening, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, CALL_SITE);
	return open_end(&opening, REAL(creat)(path, mode));
}

INTERPOSE int creat64(const char *path, mode_t mode)
{
	struct opening opening;

	open_begin(&opening, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, CALL_SITE);
	return open_end(&opening, REAL(creat64)(path, mode));
}

/* What open() becomes when it is called with two arguments and _FORTIFY_SOURCE. */
INTERPOSE int __open_2(const char *path, int flags)
{
	struct opening opening;

	open_begin(&opening, AT_FDCWD, path, flags, CALL_SITE);
	return open_end(&opening, REAL(__open_2)(path, flags));
}

INTERPOSE int __open64_2(const char *path, int flags)
{
	struct opening opening;

	open_begin(&opening, AT_FDCWD, path, flags, CALL_SITE);
	return open_end(&opening, REAL(__open64_2)(path, flags));
}

INTERPOSE int __openat_2(int dirfd, const char *path, int flags)
{
	struct opening opening;

	open_begin(&opening, dirfd, path, flags, CALL_SITE);
	return open_end(&opening, REAL(__openat_2)(dirfd, path, flags));
}

INTERPOSE int __openat64_2(int dirfd, const char *path, int flags)
{
	struct opening opening;

	open_begin(&opening, dirfd, path, flags, CALL_SITE);
	return open_end(&opening, REAL(__openat64_2)(dirfd, path, flags));
}

INTERPOSE int close(int fd)
{
	struct stat status;
	struct call call;
	int result;

	descriptor_setup_closed(fd);
	if (!call_is_task() || descriptor_look(fd, &status) == DESCRIPTOR_OTHER)
		return REAL(close)(fd);
	(void)call_enter(&call, OP_CLOSE);
	call.object = descriptor_object_of(fd, &status);
	call.amount = fd;
	call_begin(&call);
	result = REAL(close)(fd);
	descriptor_closed(&status);
	numbered_closed((unsigned)fd, (unsigned)fd);
	return (int)call_end(&call, result);
}

INTERPOSE int close_range(unsigned first, unsigned last, int flags)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_CLOSE))
		return REAL(close_range)(first, last, flags);
	call.amount = (int64_t)first;
	call_begin(&call);
	result = REAL(close_range)(first, last, flags);
	if (result == 0 && !((unsigned)flags & CLOSE_RANGE_CLOEXEC))
		numbered_closed(first, last);
	return (int)call_end(&call, result);
}

INTERPOSE void closefrom(int first)
{
	struct call call;

	if (!call_enter(&call, OP_CLOSE)) {
		REAL(closefrom)(first);
		return;
	}
	call.amount = first;
	call_begin(&call);
	REAL(closefrom)(first);
	numbered_closed((unsigned)first, UINT_MAX);
	(void)call_end(&call, 0);
}

/* A copy that is made in setup is inherited too. */
static int copied(int fd, int result)
{
	numbered_copied(fd, result);
	descriptor_setup_opened(result);
	return result;
}

INTERPOSE int dup(int fd)
{
	struct stat status;
	struct call call;
	int result;

	if (!call_is_task() || descriptor_look(fd, &status) == DESCRIPTOR_OTHER)
		return copied(fd, REAL(dup)(fd));
	(void)call_enter(&call, OP_DUP);
	call.object = descriptor_object_of(fd, &status);
	call_note(&call);
	result = REAL(dup)(fd);
	numbered_copied(fd, result);
	return (int)call_end(&call, result);
}

/* A copy to a descriptor that is open closes that one. */
static bool replaces(int fd, int to, struct stat *status)
{
	return fd != to && descriptor_look(to, status) != DESCRIPTOR_OTHER;
}

static bool copy_begin(struct call *call, int fd, int to, uintptr_t site)
{
	struct stat status;

	if (!call_is_task())
		return false;
	if (replaces(fd, to, &status)) {
		(void)call_enter_at(call, OP_DUP, site);
		call->object = descriptor_object_of(to, &status);
		call->amount = to;
		call_begin(call);
		return true;
	}
	if (descriptor_look(fd, &status) == DESCRIPTOR_OTHER)
		return false;
	(void)call_enter_at(call, OP_DUP, site);
	call->object = descriptor_object_of(fd, &status);
	call->amount = to;
	call_note(call);
	return true;
}

INTERPOSE int dup2(int fd, int to)
{
	struct stat status;
	struct call call;
	bool closes;
	int result;

	if (!copy_begin(&call, fd, to, CALL_SITE))
		return copied(fd, REAL(dup2)(fd, to));
	closes = replaces(fd, to, &status);
	result = REAL(dup2)(fd, to);
	if (result >= 0 && closes)
		descriptor_closed(&status);
	numbered_copied(fd, result);
	return (int)call_end(&call, result);
}

INTERPOSE int dup3(int fd, int to, int flags)
{
	struct stat status;
	struct call call;
	bool closes;
	int result;

	if (!copy_begin(&call, fd, to, CALL_SITE))
		return copied(fd, REAL(dup3)(fd, to, flags));
	closes = replaces(fd, to, &status);
	result = REAL(dup3)(fd, to, flags);
	if (result >= 0 && closes)
		descriptor_closed(&status);
	numbered_copied(fd, result);
	return (int)call_end(&call, result);
}
