/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of the caller's network namespace, as sock_diag(7) tells of them: which are
 * connected, and to which. Each function returns 0 or -errno; -ENOENT also where the kernel has no
 * such diagnosis. Harness only.
 */
#ifndef SABOT_OS_SOCKETS_H
#define SABOT_OS_SOCKETS_H

#include <linux/inet_diag.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls visit() for each TCP socket, those that no process has any more too, until it is false. */
int sockets_each_tcp(bool (*visit)(const struct inet_diag_msg *socket, void *argument),
		     void *argument);

/* Ends all TCP sockets that are left. Returns how many could not be ended, or -errno. */
int sockets_end_tcp(void);

/*
 * The other end of a Unix socket's connection, by its inode; 0 if it has none, or one that nobody
 * has accepted: then *listener is the inode of the socket in whose queue it waits, else 0.
 */
int sockets_unix_peer(uint64_t inode, uint64_t *peer, uint64_t *listener);

/* The listening socket that is bound to that Unix address, which may be abstract. */
int sockets_unix_bound(const char *name, size_t length, uint64_t *inode);

#endif
