/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX message queues: what mq_open(3) and the like share with mq_notify(3). */
#ifndef SABOT_INTERCEPT_POSIX_MQ_H
#define SABOT_INTERCEPT_POSIX_MQ_H

#include "intercept/call.h"

#include <mqueue.h>

/* The object of the queue that the descriptor refers to, or -1. */
int posix_mq_object(mqd_t queue);

/*
 * A message is about to be sent: the process that asked to be told of it may get a signal. Before
 * the real call, so that the supervisor looks at it after.
 */
void mq_notify_expect(int object);

#endif
