/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for several descriptors: poll(2), select(2) and their kin. Verified: a wait that time
 * ends leaves the sets empty, and select(2) tells what was left of its time.
 */
#undef _FORTIFY_SOURCE
#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "intercept/timeout.h"

#include "core/clock.h"

#include <poll.h>
#include <string.h>
#include <sys/select.h>

enum { NS_PER_US = 1000, US_PER_S = 1000000 };

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room);

static const sigset_t *stripped(const sigset_t *mask, sigset_t *room)
{
	if (!mask)
		return NULL;
	*room = signal_strip(mask);
	return room;
}

static int object_of(int fd)
{
	struct stat status;

	return descriptor_look(fd, &status) == DESCRIPTOR_OTHER ? -1
								: descriptor_object_of(fd, &status);
}

/* Each is made known, in their order; the call is shown with the only one there is. */
static bool enter(struct call *call, struct pollfd *fds, nfds_t count, uintptr_t site)
{
	nfds_t i;

	if (!call_enter_at(call, OP_POLL, site))
		return false;
	call->amount = (int64_t)count;
	for (i = 0; fds && i < count && i < FD_SETSIZE; i++) {
		int object = object_of(fds[i].fd);

		if (count == 1)
			call->object = object;
	}
	return true;
}

INTERPOSE int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct call call;

	if (!enter(&call, fds, count, CALL_SITE))
		return REAL(poll)(fds, count, timeout);
	timeout = timeout_announce_ms(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call, REAL(poll)(fds, count, timeout));
}

/* What poll() becomes when _FORTIFY_SOURCE knows the array's room. */
INTERPOSE int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
	struct call call;

	if (!enter(&call, fds, count, CALL_SITE))
		return REAL(__poll_chk)(fds, count, timeout, room);
	timeout = timeout_announce_ms(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call, REAL(__poll_chk)(fds, count, timeout, room));
}

INTERPOSE int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		    const sigset_t *mask)
{
	struct call call;
	sigset_t room;

	if (!enter(&call, fds, count, CALL_SITE))
		return REAL(ppoll)(fds, count, timeout, mask);
	timeout = timeout_announce(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call, REAL(ppoll)(fds, count, timeout, stripped(mask, &room)));
}

INTERPOSE int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
			  const sigset_t *mask, size_t size)
{
	struct call call;
	sigset_t room;

	if (!enter(&call, fds, count, CALL_SITE))
		return REAL(__ppoll_chk)(fds, count, timeout, mask, size);
	timeout = timeout_announce(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call,
			     REAL(__ppoll_chk)(fds, count, timeout, stripped(mask, &room), size));
}

/* ---- select(2) ----------------------------------------------------------------------------- */

struct sets {
	fd_set *of[3];
	int count;
};

static bool has(const struct sets *sets, int fd)
{
	int i;

	for (i = 0; i < 3; i++)
		if (sets->of[i] && FD_ISSET(fd, sets->of[i]))
			return true;
	return false;
}

static bool enter_select(struct call *call, const struct sets *sets, uintptr_t site)
{
	int fd, found = 0;

	if (!call_enter_at(call, OP_SELECT, site))
		return false;
	call->amount = sets->count;
	for (fd = 0; fd < sets->count && fd < FD_SETSIZE; fd++) {
		if (!has(sets, fd))
			continue;
		call->object = object_of(fd);
		found++;
	}
	if (found != 1)
		call->object = -1;
	return true;
}

/* The kernel, which was interrupted and not timed out, has left the sets as they were. */
static void clear(const struct sets *sets)
{
	int i, fd;

	for (i = 0; i < 3; i++)
		for (fd = 0; sets->of[i] && fd < sets->count && fd < FD_SETSIZE; fd++)
			FD_CLR(fd, sets->of[i]);
}

static int wait_for(struct call *call, const struct sets *sets, const struct timespec *timeout,
		    const sigset_t *mask)
{
	const struct timespec *given = timeout_announce(call, timeout);
	int result;

	call_begin(call);
	result = REAL(pselect)(sets->count, sets->of[0], sets->of[1], sets->of[2], given, mask);
	if (result == 0 && given != timeout)
		clear(sets);
	return (int)call_end(call, result);
}

INTERPOSE int pselect(int count, fd_set *restrict reads, fd_set *restrict writes,
		      fd_set *restrict others, const struct timespec *restrict timeout,
		      const sigset_t *restrict mask)
{
	struct sets sets = { { reads, writes, others }, count };
	struct call call;
	sigset_t room;

	if (!enter_select(&call, &sets, CALL_SITE))
		return REAL(pselect)(count, reads, writes, others, timeout, mask);
	return wait_for(&call, &sets, timeout, stripped(mask, &room));
}

/* The fraction may be above a second here, and what is left is told (select(2), NOTES). */
static int select_within(struct call *call, const struct sets *sets, struct timeval *timeout)
{
	struct timespec time;
	uint64_t ns, end, left;
	int result;

	ns = (uint64_t)timeout->tv_sec * CLOCK_NS_PER_S + (uint64_t)timeout->tv_usec * NS_PER_US;
	time = clock_split(ns);
	end = clock_now() + ns;
	result = wait_for(call, sets, &time, NULL);
	left = end > clock_now() ? end - clock_now() : 0;
	*timeout = (struct timeval){ .tv_sec = (time_t)(left / CLOCK_NS_PER_S),
				     .tv_usec = (suseconds_t)(left / NS_PER_US % US_PER_S) };
	return result;
}

INTERPOSE int select(int count, fd_set *restrict reads, fd_set *restrict writes,
		     fd_set *restrict others, struct timeval *restrict timeout)
{
	struct sets sets = { { reads, writes, others }, count };
	struct call call;

	if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
		return REAL(select)(count, reads, writes, others, timeout);
	if (!enter_select(&call, &sets, CALL_SITE))
		return REAL(select)(count, reads, writes, others, timeout);
	return timeout ? select_within(&call, &sets, timeout) : wait_for(&call, &sets, NULL, NULL);
}
