/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setsockopt(2), getsockopt(2). Time-outs pass the kernel moved by a long time, and come back as
 * they were given.
 */
#include "core/clock.h"
#include "core/free.h"
#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/socket.h"
#include "os/sys.h"

#include <sys/socket.h>

/* As long as no run lasts, in seconds; the kernel counts in ticks, which must not overflow. */
#define MOVED_S ((time_t)1 << 33)

enum { US_PER_S = 1000000 };

/* The numbers that 64-bit times have on every machine; here they are the same structure. */
enum { RECEIVE_NEW = 66, SEND_NEW = 67 };

static bool is_timeout(int level, int option)
{
	return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO ||
				       option == RECEIVE_NEW || option == SEND_NEW);
}

/* Whether it is one that comes; what the kernel refuses, or takes for none, is left to it. */
static bool moves(const struct timeval *time)
{
	return time->tv_sec >= 0 && time->tv_sec < MOVED_S && time->tv_usec >= 0 &&
	       time->tv_usec < US_PER_S && (time->tv_sec || time->tv_usec);
}

static int set(int fd, int level, int option, const void *value, socklen_t size)
{
	struct timeval time;

	/* In free mode they last as long as they say, of real time. */
	if (!value || size < sizeof(time) || !is_timeout(level, option) || free_on() ||
	    !(call_is_task() || descriptor_in_setup() || task_self))
		return REAL(setsockopt)(fd, level, option, value, size);
	time = *(const struct timeval *)value;
	if (moves(&time))
		time.tv_sec += MOVED_S;
	return REAL(setsockopt)(fd, level, option, &time, sizeof(time));
}

static int get(int fd, int level, int option, void *value, socklen_t *size)
{
	struct timeval *time = value;
	int result = REAL(getsockopt)(fd, level, option, value, size);

	if (result == 0 && is_timeout(level, option) && *size >= sizeof(*time) &&
	    time->tv_sec >= MOVED_S)
		time->tv_sec -= MOVED_S;
	return result;
}

INTERPOSE int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	struct call call;

	if (!socket_enter(&call, OP_SETSOCKOPT, fd, CALL_SITE))
		return set(fd, level, option, value, size);
	call.amount = option;
	call.detail[1] = (uint64_t)level;
	call_begin(&call);
	return (int)call_end(&call, set(fd, level, option, value, size));
}

INTERPOSE int getsockopt(int fd, int level, int option, void *restrict value,
			 socklen_t *restrict size)
{
	struct call call;

	if (!socket_enter(&call, OP_GETSOCKOPT, fd, CALL_SITE))
		return get(fd, level, option, value, size);
	call.amount = option;
	call.detail[1] = (uint64_t)level;
	call_begin(&call);
	return (int)call_end(&call, get(fd, level, option, value, size));
}

static void announce(struct call *call, int fd, int option)
{
	struct timeval time = { 0 };
	socklen_t size = sizeof(time);
	struct timespec after;

	if (sys_call(SYS_getsockopt, fd, SOL_SOCKET, option, (long)&time, (long)&size, 0) != 0)
		return;
	if (free_on() && (time.tv_sec || time.tv_usec))
		time.tv_sec = time.tv_sec * CLOCK_FREE_RATE + MOVED_S;
	if (time.tv_sec < MOVED_S)
		return;
	after.tv_sec = time.tv_sec - MOVED_S;
	after.tv_nsec = time.tv_usec * 1000;
	call->deadline_ns = call_deadline_after(&after);
	call->timeout_result = -EAGAIN;
}

void socket_announce_receive(struct call *call, int fd)
{
	announce(call, fd, SO_RCVTIMEO);
}

void socket_announce_send(struct call *call, int fd)
{
	announce(call, fd, SO_SNDTIMEO);
}
