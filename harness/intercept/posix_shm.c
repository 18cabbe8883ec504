/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX shared memory by name. What is done with its descriptor is as with any file's. */
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>

static bool find_file(const char *name, struct stat *status)
{
	char path[PATH_MAX], room[PRIVATE_NAME_MAX];

	name = call_private(name, room);
	while (*name == '/')
		name++;
	snprintf(path, sizeof(path), "/dev/shm/%s", name);
	return descriptor_look_path(AT_FDCWD, path, false, status) == DESCRIPTOR_FILE;
}

static int object_of(const char *name)
{
	struct stat status;
	int object;

	if (!find_file(name, &status))
		return -1;
	object = descriptor_object(&status);
	descriptor_name(object, name);
	return object;
}

static int note_opened(const char *name, int fd, bool is_new)
{
	struct stat status;
	int object;

	if (is_new)
		control_made(FAMILY_POSIX_SHM, 0, name);
	if (descriptor_status(fd, &status) != 0)
		return -1;
	if (is_new)
		return descriptor_made(&status, name);
	object = descriptor_object(&status);
	descriptor_name(object, name);
	return object;
}

INTERPOSE int shm_open(const char *name, int flags, mode_t mode)
{
	char room[PRIVATE_NAME_MAX];
	struct stat status = { .st_size = 0 };
	struct call call;
	int result;
	bool is_new = false, is_task = call_enter(&call, OP_SHM_OPEN);

	if (is_task) {
		call.object = object_of(name);
		call.amount = flags;
		call.asks = flags & O_CREAT ? CALL_MAKES : 0;
		call_begin(&call);
	}
	if (is_task || descriptor_in_setup())
		is_new = !find_file(name, &status) && (flags & O_CREAT);
	result = REAL(shm_open)(call_private(name, room), flags, mode);
	if (result >= 0 && (flags & O_TRUNC))
		mapping_cut(&status, 0, "shm_open", CALL_SITE);
	if (result >= 0 && (is_task || descriptor_in_setup()))
		call.object = note_opened(name, result, is_new);
	return is_task ? (int)call_end(&call, result) : result;
}

INTERPOSE int shm_unlink(const char *name)
{
	char room[PRIVATE_NAME_MAX];
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SHM_UNLINK);

	if (is_task) {
		call.object = object_of(name);
		call_begin(&call);
	}
	result = REAL(shm_unlink)(call_private(name, room));
	if (result == 0 && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_POSIX_SHM, 0, name);
	return is_task ? (int)call_end(&call, result) : result;
}
