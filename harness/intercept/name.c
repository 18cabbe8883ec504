/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of files: unlink(2), rename(2), link(2), mkfifo(3), mkdir(2), truncate(2), and the
 * questions stat(2) and access(2), which others may make wrong before the next call. Each is a
 * point of its own.
 */
#undef _FORTIFY_SOURCE
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool begin(struct call *call, enum op op, int dirfd, const char *path, uintptr_t site)
{
	struct stat status;

	if (!call_enter_at(call, op, site))
		return false;
	if (descriptor_look_path(dirfd, path, false, &status) != DESCRIPTOR_OTHER) {
		call->object = descriptor_object(&status);
		descriptor_name(call->object, path);
	}
	call_begin(call);
	return true;
}

INTERPOSE int unlink(const char *path)
{
	struct call call;

	if (!begin(&call, OP_UNLINK, AT_FDCWD, path, CALL_SITE))
		return REAL(unlink)(path);
	return (int)call_end(&call, REAL(unlink)(path));
}

INTERPOSE int unlinkat(int dirfd, const char *path, int flags)
{
	struct call call;

	if (!begin(&call, flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK, dirfd, path, CALL_SITE))
		return REAL(unlinkat)(dirfd, path, flags);
	return (int)call_end(&call, REAL(unlinkat)(dirfd, path, flags));
}

INTERPOSE int remove(const char *path)
{
	struct call call;

	if (!begin(&call, OP_UNLINK, AT_FDCWD, path, CALL_SITE))
		return REAL(remove)(path);
	return (int)call_end(&call, REAL(remove)(path));
}

INTERPOSE int rename(const char *from, const char *to)
{
	struct call call;

	if (!begin(&call, OP_RENAME, AT_FDCWD, from, CALL_SITE))
		return REAL(rename)(from, to);
	return (int)call_end(&call, REAL(rename)(from, to));
}

INTERPOSE int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	struct call call;

	if (!begin(&call, OP_RENAME, from_dir, from, CALL_SITE))
		return REAL(renameat)(from_dir, from, to_dir, to);
	return (int)call_end(&call, REAL(renameat)(from_dir, from, to_dir, to));
}

INTERPOSE int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	struct call call;

	if (!begin(&call, OP_RENAME, from_dir, from, CALL_SITE))
		return REAL(renameat2)(from_dir, from, to_dir, to, flags);
	return (int)call_end(&call, REAL(renameat2)(from_dir, from, to_dir, to, flags));
}

INTERPOSE int link(const char *from, const char *to)
{
	struct call call;

	if (!begin(&call, OP_LINK, AT_FDCWD, from, CALL_SITE))
		return REAL(link)(from, to);
	return (int)call_end(&call, REAL(link)(from, to));
}

INTERPOSE int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	struct call call;

	if (!begin(&call, OP_LINK, from_dir, from, CALL_SITE))
		return REAL(linkat)(from_dir, from, to_dir, to, flags);
	return (int)call_end(&call, REAL(linkat)(from_dir, from, to_dir, to, flags));
}

INTERPOSE int symlink(const char *target, const char *path)
{
	struct call call;

	if (!begin(&call, OP_LINK, AT_FDCWD, path, CALL_SITE))
		return REAL(symlink)(target, path);
	return (int)call_end(&call, REAL(symlink)(target, path));
}

INTERPOSE int symlinkat(const char *target, int dirfd, const char *path)
{
	struct call call;

	if (!begin(&call, OP_LINK, dirfd, path, CALL_SITE))
		return REAL(symlinkat)(target, dirfd, path);
	return (int)call_end(&call, REAL(symlinkat)(target, dirfd, path));
}

INTERPOSE int mkdir(const char *path, mode_t mode)
{
	struct call call;

	if (!begin(&call, OP_MKDIR, AT_FDCWD, path, CALL_SITE))
		return REAL(mkdir)(path, mode);
	return (int)call_end(&call, REAL(mkdir)(path, mode));
}

INTERPOSE int mkdirat(int dirfd, const char *path, mode_t mode)
{
	struct call call;

	if (!begin(&call, OP_MKDIR, dirfd, path, CALL_SITE))
		return REAL(mkdirat)(dirfd, path, mode);
	return (int)call_end(&call, REAL(mkdirat)(dirfd, path, mode));
}

INTERPOSE int rmdir(const char *path)
{
	struct call call;

	if (!begin(&call, OP_RMDIR, AT_FDCWD, path, CALL_SITE))
		return REAL(rmdir)(path);
	return (int)call_end(&call, REAL(rmdir)(path));
}

INTERPOSE int truncate(const char *path, off_t length)
{
	struct stat before = { .st_size = 0 };
	struct call call;
	bool is_point = begin(&call, OP_FTRUNCATE, AT_FDCWD, path, CALL_SITE);
	int result;

	(void)descriptor_look_path(AT_FDCWD, path, true, &before);
	result = REAL(truncate)(path, length);
	if (result == 0)
		mapping_cut(&before, length, "truncate", CALL_SITE);
	return is_point ? (int)call_end(&call, result) : result;
}

INTERPOSE int truncate64(const char *path, off64_t length)
{
	struct stat before = { .st_size = 0 };
	struct call call;
	bool is_point = begin(&call, OP_FTRUNCATE, AT_FDCWD, path, CALL_SITE);
	int result;

	(void)descriptor_look_path(AT_FDCWD, path, true, &before);
	result = REAL(truncate64)(path, length);
	if (result == 0)
		mapping_cut(&before, length, "truncate", CALL_SITE);
	return is_point ? (int)call_end(&call, result) : result;
}

/* A node that was made is a new object, in setup too. */
static int end_node(struct call *call, bool is_point, int dirfd, const char *path, int result)
{
	struct stat status;

	if (result == 0 && (is_point || descriptor_in_setup()) &&
	    descriptor_look_path(dirfd, path, false, &status) != DESCRIPTOR_OTHER)
		call->object = descriptor_made(&status, path);
	return is_point ? (int)call_end(call, result) : result;
}

INTERPOSE int mkfifo(const char *path, mode_t mode)
{
	struct call call;
	bool is_point = begin(&call, OP_MKFIFO, AT_FDCWD, path, CALL_SITE);

	return end_node(&call, is_point, AT_FDCWD, path, REAL(mkfifo)(path, mode));
}

INTERPOSE int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	struct call call;
	bool is_point = begin(&call, OP_MKFIFO, dirfd, path, CALL_SITE);

	return end_node(&call, is_point, dirfd, path, REAL(mkfifoat)(dirfd, path, mode));
}

INTERPOSE int mknod(const char *path, mode_t mode, dev_t device)
{
	struct call call;
	bool is_point = begin(&call, OP_MKFIFO, AT_FDCWD, path, CALL_SITE);

	return end_node(&call, is_point, AT_FDCWD, path, REAL(mknod)(path, mode, device));
}

INTERPOSE int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
	struct call call;
	bool is_point = begin(&call, OP_MKFIFO, dirfd, path, CALL_SITE);

	return end_node(&call, is_point, dirfd, path, REAL(mknodat)(dirfd, path, mode, device));
}

INTERPOSE int access(const char *path, int mode)
{
	struct call call;

	if (!begin(&call, OP_STAT, AT_FDCWD, path, CALL_SITE))
		return REAL(access)(path, mode);
	return (int)call_end(&call, REAL(access)(path, mode));
}

INTERPOSE int faccessat(int dirfd, const char *path, int mode, int flags)
{
	struct call call;

	if (!begin(&call, OP_STAT, dirfd, path, CALL_SITE))
		return REAL(faccessat)(dirfd, path, mode, flags);
	return (int)call_end(&call, REAL(faccessat)(dirfd, path, mode, flags));
}

INTERPOSE int stat(const char *path, struct stat *status)
{
	struct call call;

	if (!begin(&call, OP_STAT, AT_FDCWD, path, CALL_SITE))
		return REAL(stat)(path, status);
	return (int)call_end(&call, REAL(stat)(path, status));
}

INTERPOSE int stat64(const char *path, struct stat64 *status)
{
	struct call call;

	if (!begin(&call, OP_STAT, AT_FDCWD, path, CALL_SITE))
		return REAL(stat64)(path, status);
	return (int)call_end(&call, REAL(stat64)(path, status));
}

INTERPOSE int lstat(const char *path, struct stat *status)
{
	struct call call;

	if (!begin(&call, OP_STAT, AT_FDCWD, path, CALL_SITE))
		return REAL(lstat)(path, status);
	return (int)call_end(&call, REAL(lstat)(path, status));
}

INTERPOSE int lstat64(const char *path, struct stat64 *status)
{
	struct call call;

	if (!begin(&call, OP_STAT, AT_FDCWD, path, CALL_SITE))
		return REAL(lstat64)(path, status);
	return (int)call_end(&call, REAL(lstat64)(path, status));
}

INTERPOSE int fstatat(int dirfd, const char *path, struct stat *status, int flags)
{
	struct call call;

	if ((flags & AT_EMPTY_PATH) || !begin(&call, OP_STAT, dirfd, path, CALL_SITE))
		return REAL(fstatat)(dirfd, path, status, flags);
	return (int)call_end(&call, REAL(fstatat)(dirfd, path, status, flags));
}

INTERPOSE int fstatat64(int dirfd, const char *path, struct stat64 *status, int flags)
{
	struct call call;

	if ((flags & AT_EMPTY_PATH) || !begin(&call, OP_STAT, dirfd, path, CALL_SITE))
		return REAL(fstatat64)(dirfd, path, status, flags);
	return (int)call_end(&call, REAL(fstatat64)(dirfd, path, status, flags));
}
