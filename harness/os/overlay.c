/* SPDX-License-Identifier: Apache-2.0 */
#include "os/overlay.h"

#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside the working directory; see os/world.c. */
#define ROOM "/dev/shm/.sabot/overlay"

static bool mounted[OVERLAYS_MAX];

/* The two directories of an overlay, empty. */
static int make_room(unsigned number)
{
	char path[64];

	snprintf(path, sizeof(path), ROOM "%u", number);
	tree_remove(AT_FDCWD, path);
	if (mkdir(path, 0700) != 0)
		return -errno;
	snprintf(path, sizeof(path), ROOM "%u/upper", number);
	if (mkdir(path, 0755) != 0)
		return -errno;
	snprintf(path, sizeof(path), ROOM "%u/work", number);
	return mkdir(path, 0700) == 0 ? 0 : -errno;
}

/* Who made the directory may make files in it, here too. */
static void take_owner(unsigned number, const struct stat *status)
{
	char path[64];

	snprintf(path, sizeof(path), ROOM "%u/upper", number);
	(void)!chown(path, status->st_uid, status->st_gid);
	(void)chmod(path, status->st_mode & 07777);
}

int overlay_renew(unsigned number, const char *directory)
{
	char options[4096 + 256];
	struct stat status;
	int error;

	/* Options are a list, in which these have a meaning. */
	if (strpbrk(directory, ":,\\") || strlen(directory) > 4095)
		return -EINVAL;
	if (mounted[number] && umount2(directory, MNT_DETACH) != 0)
		return -errno;
	mounted[number] = false;
	if (stat(directory, &status) != 0)
		return -errno;
	error = make_room(number);
	if (error)
		return error;
	take_owner(number, &status);
	snprintf(options, sizeof(options),
		 "lowerdir=%s,upperdir=" ROOM "%u/upper,workdir=" ROOM "%u/work", directory, number,
		 number);
	if (mount("overlay", directory, "overlay", MS_NOSUID | MS_NODEV, options) != 0)
		return -errno;
	mounted[number] = true;
	return 0;
}

void overlay_drop(unsigned number, const char *directory)
{
	if (mounted[number])
		(void)umount2(directory, MNT_DETACH);
	mounted[number] = false;
}

bool overlay_takes(const char *directory)
{
	char path[4096 + 32];

	snprintf(path, sizeof(path), "%s/.sabot-tries", directory);
	return mkdir(path, 0700) == 0 && rmdir(path) == 0;
}
