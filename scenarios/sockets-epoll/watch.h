/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenarios of epoll share. */
#ifndef SCENARIOS_SOCKETS_EPOLL_WATCH_H
#define SCENARIOS_SOCKETS_EPOLL_WATCH_H

#include <sabot/sabot.h>

#include <sys/epoll.h>

/* Puts the descriptor on the list; an event of it says `what`. */
static inline void watch_add(int list, int fd, uint32_t events, uint32_t what)
{
	struct epoll_event event = { .events = events, .data.u32 = what };

	SABOT_OK(epoll_ctl(list, EPOLL_CTL_ADD, fd, &event));
}

/* Waits for one event; returns what it says, or -1 when the time is over (ms; -1: never). */
static inline int watch_wait(int list, int timeout)
{
	struct epoll_event event;

	return SABOT_OK(epoll_wait(list, &event, 1, timeout)) ? (int)event.data.u32 : -1;
}

#endif
