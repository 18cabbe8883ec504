/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of processes: whom they stand for. */
#ifndef SABOT_INTERCEPT_PIDFD_H
#define SABOT_INTERCEPT_PIDFD_H

#include <sys/types.h>

/* The process that the caller's descriptor stands for; 0 if it is no such, -1 if it is reaped. */
pid_t pidfd_target(int fd);

#endif
