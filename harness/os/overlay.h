/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories whose changes are not kept: an overlay (mount_namespaces(7), overlayfs) whose upper
 * layer is memory of this mount namespace. Only in a worker's own world (os/world.h).
 */
#ifndef SABOT_OS_OVERLAY_H
#define SABOT_OS_OVERLAY_H

#include <stdbool.h>

enum { OVERLAYS_MAX = 2 };

/*
 * What is in the directory is as it was outside of this namespace, and what is changed from now on
 * is changed here alone, until the next call with this number. The directory is an absolute path;
 * mounts below it are not seen. Returns 0 or -errno: the directory is itself then.
 */
int overlay_renew(unsigned number, const char *directory);

/* The directory is itself again. */
void overlay_drop(unsigned number, const char *directory);

/*
 * Whether files can be made in the directory, which an overlay covers. Within a user namespace they
 * cannot in one of an owner who has no number there. False as well if nobody may write there.
 */
bool overlay_takes(const char *directory);

#endif
