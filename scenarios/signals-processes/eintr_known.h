/* SPDX-License-Identifier: Apache-2.0 */
/* What each call says that a signal comes upon, as signal(7) and this platform have it. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_EINTR_KNOWN_H
#define SCENARIOS_SIGNALS_PROCESSES_EINTR_KNOWN_H

#include <stddef.h>

/* clang-format off */
static const char *const without_restart[] = {
	"epoll_wait: EINTR",
	"fcntl(F_SETLKW): EINTR",
	"flock: EINTR",
	"futex wait with a limit: EINTR",
	"futex wait: EINTR",
	"mq_receive: EINTR",
	"msgrcv: EINTR",
	"nanosleep: EINTR",
	"open of a FIFO: EINTR",
	"poll: EINTR",
	"pthread_cond_wait: goes on",
	"pthread_mutex_lock: goes on",
	"read from a pipe: EINTR",
	"read from an eventfd: EINTR",
	"recv: EINTR",
	"select: EINTR",
	"sem_timedwait: EINTR",
	"sem_wait: EINTR",
	"semop: EINTR",
	"semtimedop: EINTR",
	"sigwaitinfo: EINTR",
	"waitpid: EINTR",
	NULL
};

static const char *const with_restart[] = {
	"epoll_wait: EINTR",
	"fcntl(F_SETLKW): goes on",
	"flock: goes on",
	"futex wait with a limit: EINTR",
	"futex wait: goes on",
	"mq_receive: goes on",
	"msgrcv: EINTR",
	"nanosleep: EINTR",
	"open of a FIFO: goes on",
	"poll: EINTR",
	"pthread_cond_wait: goes on",
	"pthread_mutex_lock: goes on",
	"read from a pipe: goes on",
	"read from an eventfd: goes on",
	"recv: goes on",
	"select: EINTR",
	"sem_timedwait: EINTR",
	"sem_wait: goes on",
	"semop: EINTR",
	"semtimedop: EINTR",
	"sigwaitinfo: EINTR",
	"waitpid: goes on",
	NULL
};

static const char *const after_stop[] = {
	"epoll_wait: EINTR",
	"semop: EINTR",
	"semtimedop: EINTR",
	"sigwaitinfo: EINTR",
	NULL
};

#endif
