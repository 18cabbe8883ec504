/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of descriptors to wait for: epoll(7). Who waits for what, and which wake-ups were used up
 * (edge-triggered, one-shot), is the kernel's to know; the waits-for graph reads it from there. To
 * take an event of a level-triggered descriptor wakes the next of those who wait on the same list.
 */
#include "intercept/numbered.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "intercept/timeout.h"

#include <sys/epoll.h>

INTERPOSE int epoll_create(int size)
{
	struct call call;
	bool is_task = numbered_begin(&call, OP_EPOLL_CREATE, size, CALL_SITE);

	return numbered_end(&call, OP_EPOLL_CREATE, is_task, REAL(epoll_create)(size));
}

INTERPOSE int epoll_create1(int flags)
{
	struct call call;
	bool is_task = numbered_begin(&call, OP_EPOLL_CREATE, flags, CALL_SITE);

	return numbered_end(&call, OP_EPOLL_CREATE, is_task, REAL(epoll_create1)(flags));
}

INTERPOSE int epoll_ctl(int list, int what, int fd, struct epoll_event *event)
{
	struct call call;

	if (!call_enter(&call, OP_EPOLL_CTL))
		return REAL(epoll_ctl)(list, what, fd, event);
	call.object = numbered_object(list);
	call.amount = what;
	call.detail[0] = (uint64_t)fd;
	call_begin(&call);
	return (int)call_end(&call, REAL(epoll_ctl)(list, what, fd, event));
}

static bool enter(struct call *call, int list, int room, uintptr_t site)
{
	if (!call_enter_at(call, OP_EPOLL_WAIT, site))
		return false;
	call->object = numbered_object(list);
	call->amount = room;
	return true;
}

static const sigset_t *stripped(const sigset_t *mask, sigset_t *room)
{
	if (!mask)
		return NULL;
	*room = signal_strip(mask);
	return room;
}

INTERPOSE int epoll_wait(int list, struct epoll_event *events, int room, int timeout)
{
	struct call call;

	if (!enter(&call, list, room, CALL_SITE))
		return REAL(epoll_wait)(list, events, room, timeout);
	timeout = timeout_announce_ms(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call, REAL(epoll_wait)(list, events, room, timeout));
}

INTERPOSE int epoll_pwait(int list, struct epoll_event *events, int room, int timeout,
			  const sigset_t *mask)
{
	struct call call;
	sigset_t kept;

	if (!enter(&call, list, room, CALL_SITE))
		return REAL(epoll_pwait)(list, events, room, timeout, mask);
	timeout = timeout_announce_ms(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call,
			     REAL(epoll_pwait)(list, events, room, timeout, stripped(mask, &kept)));
}

INTERPOSE int epoll_pwait2(int list, struct epoll_event *events, int room,
			   const struct timespec *timeout, const sigset_t *mask)
{
	struct call call;
	sigset_t kept;

	if (!enter(&call, list, room, CALL_SITE))
		return REAL(epoll_pwait2)(list, events, room, timeout, mask);
	timeout = timeout_announce(&call, timeout);
	call_begin(&call);
	return (int)call_end(&call, REAL(epoll_pwait2)(list, events, room, timeout,
						       stripped(mask, &kept)));
}
