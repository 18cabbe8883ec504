/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loopback of a worker. Packets are processed by a software interrupt: as a rule before the
 * sending call returns, but the kernel may leave them to a thread of its own, which real-time tasks
 * can starve. All packets that one CPU sends over the loopback queue up in one line (its backlog),
 * first come, first served; so a packet of ours that arrives was preceded by all that were sent
 * before it. If nobody has sent any other meanwhile, not as an answer either, nothing is on its
 * way. Holds for tasks on one CPU.
 *
 * The rest is time, the kernel's own: delayed acknowledgements, buffers that grow with what was
 * measured. In a network namespace of our own they are switched off. What stays are the timers for
 * packets that were lost. Of a loopback packets are lost only by a full queue: of a listener's
 * connections, most of all.
 */
#ifndef SABOT_OS_NETWORK_H
#define SABOT_OS_NETWORK_H

#include <stdbool.h>

/*
 * The network namespaces that are made from this one get a small table of connections of their own,
 * where the kernel can do so (6.1 and later). Else all share the machine's, which has a place for
 * every few KiB of its memory; whoever asks for the connections of one namespace walks it whole.
 */
void network_shrink_next(void);

/*
 * In a network namespace of our own: the loopback is up, and free of timers where that is possible.
 * Returns 0 or -errno: of the first thing that the kernel refused; what follows was tried as well.
 */
int network_begin(void);

/*
 * Waits until all packets that were sent over the loopback are processed. False: there were none
 * since it was called last. Descriptors that it keeps are at or above `lowest_fd`. `pause` is
 * called while it waits, with a count from 0. Supervisor only.
 */
bool network_settle(int lowest_fd, void (*pause)(unsigned round));

/* Whether the kernel is going to send a lost packet again, and not into a queue that is still full.
 */
bool network_retries(void);

/*
 * In a namespace of our own: ends what TCP leaves behind for a minute (TIME_WAIT). True: that took
 * a new namespace; processes that live on are still in the old one.
 */
bool network_clean(void);

#endif
