/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What descriptors and paths refer to, and the objects that stand for it: keyed by device and
 * inode, named by the path that the scenario gave. Seen by raw system calls, so that errno stays.
 */
#ifndef SABOT_INTERCEPT_DESCRIPTOR_H
#define SABOT_INTERCEPT_DESCRIPTOR_H

#include "intercept/call.h"

#include <sys/stat.h>

enum descriptor_kind {
	DESCRIPTOR_OTHER,  /* not the schedule's: a device, a directory, or not open at all */
	DESCRIPTOR_FILE,   /* a regular file: calls have effects, and do not sleep */
	DESCRIPTOR_STREAM, /* a pipe, FIFO, socket, eventfd, ...: calls may sleep, and wake others
			    */
};

/* Fills *status. Returns 0 or -errno. */
int descriptor_status(int fd, struct stat *status);
/*
 * Both fill *status. Descriptors 0 to 2 count as other unless a call of the scenario's has made
 * what they refer to: a line printed for debugging changes no schedule.
 */
enum descriptor_kind descriptor_look(int fd, struct stat *status);
enum descriptor_kind descriptor_look_path(int dirfd, const char *path, bool follow,
					  struct stat *status);

/* The object that stands for the inode, or -1 if it has none of its own. */
int descriptor_object(const struct stat *status);
/* The same of a descriptor that is open on it: of those that share an inode, each its own. */
int descriptor_object_of(int fd, const struct stat *status);
/* The object of the inode's locks of this family. */
int descriptor_locks(enum family family, const struct stat *status);

/*
 * The inode was just made: an object that has its key stood for one that is gone. `path` names the
 * new one, or is NULL. In tasks, and in setup, where it is all that is noted of a file. Returns its
 * object.
 */
int descriptor_made(const struct stat *status, const char *path);
/* The path leads to the object: its last component is a name for it. */
void descriptor_name(int object, const char *path);

/* What the calling process holds of the inode's locks is gone with a descriptor that it closed. */
void descriptor_closed(const struct stat *status);

/* Whether setup runs here: what it makes is noted, but no call of its is a point. */
bool descriptor_in_setup(void);
/* Setup opened or closed the descriptor. Nothing in tasks. */
void descriptor_setup_opened(int fd);
void descriptor_setup_closed(int fd);

/*
 * The tasks have inherited what setup opened: closes the supervisor's own copies of streams, since
 * a stream ends when its last end is closed. Files stay open, for checks.
 */
void descriptor_inherited(void);
/*
 * A descriptor that the caller has opened and not closed, or -1. None was open from `lowest` on but
 * what setup opened.
 */
int descriptor_left(int lowest);
/* Whether setup opened any: tasks that were forked before it do not have them. */
bool descriptor_is_inherited(void);

#endif
