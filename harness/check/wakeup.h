/* SPDX-License-Identifier: Apache-2.0 */
/* Wake-ups that were lost: somebody sleeps although what it waits for is there, or was announced.
 */
#ifndef SABOT_CHECK_WAKEUP_H
#define SABOT_CHECK_WAKEUP_H

#include "check/graph.h"

/*
 * Whether the edge's task sleeps for that reason: what it waits for is free, or the last signal of
 * its condition variable came when nobody waited, or went to somebody who was killed before it ran.
 * Fills *named with the tasks that are to blame, and the message.
 */
bool wakeup_lost(const struct graph_edge *edge, uint64_t *named, char *message, size_t size);

#endif
