/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that have no inode of their own: eventfd(2), timerfd_create(2), signalfd(2),
 * epoll_create(2). Their objects are known by the descriptor's number, in a table of each process
 * that fork() copies as it does the descriptors. Not known: what came through a socket, and numbers
 * from NUMBERED_MAX on.
 */
#ifndef SABOT_INTERCEPT_NUMBERED_H
#define SABOT_INTERCEPT_NUMBERED_H

#include "intercept/call.h"

enum { NUMBERED_MAX = 256 };

/* Around the call that makes one, in tasks and in setup. It is no point: nobody knows of it yet. */
bool numbered_begin(struct call *call, enum op op, int64_t amount, uintptr_t site);
/* Returns fd. */
int numbered_end(struct call *call, enum op op, bool is_task, int fd);

/* The object of the caller's descriptor, or -1. */
int numbered_object(int fd);
/* `to` is a copy of fd, or of something else if fd is not known. */
void numbered_copied(int fd, int to);
/* The descriptor is one of the object's, or (-1) of no object that is known here. */
void numbered_note(int fd, int object);
/* The descriptors from first to last are closed. */
void numbered_closed(unsigned first, unsigned last);

/* Of another process that was forked from this one; -1 also if that cannot be seen. */
int numbered_object_in(pid_t pid, int fd);
/* One of its descriptors that the object stands for, or -1. */
int numbered_find_in(pid_t pid, int object);

#endif
