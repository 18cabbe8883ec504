/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets. What they are in the kernel stays as it is; the time-outs of a socket (SO_RCVTIMEO,
 * SO_SNDTIMEO) are of the virtual clock. The kernel keeps them, moved so far that they never come
 * by themselves: so they go where the socket goes, into a forked child and to whom it is passed.
 */
#ifndef SABOT_INTERCEPT_SOCKET_H
#define SABOT_INTERCEPT_SOCKET_H

#include "intercept/call.h"

/*
 * The call is on this descriptor. False: not a task, or the descriptor is no socket; then the call
 * is not entered.
 */
bool socket_enter(struct call *call, enum op op, int fd, uintptr_t site);

/* After call_enter: the call may wait on the socket as long as its own time-out allows. */
void socket_announce_receive(struct call *call, int fd);
void socket_announce_send(struct call *call, int fd);

/* A descriptor of a new socket, or -1: notes it. In tasks, and in setup. Returns its object. */
int socket_opened(int fd);

#endif
