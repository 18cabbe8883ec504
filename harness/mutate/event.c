/* SPDX-License-Identifier: Apache-2.0 */
/* epoll, poll, eventfd, broken. */
#include "mutate/mutant.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int control_without(uint32_t stripped, int set, int operation, int fd,
			   struct epoll_event *event)
{
	struct epoll_event plain;

	if (!event || !(event->events & stripped) || !mutant_acts())
		return GENUINE(epoll_ctl)(set, operation, fd, event);
	plain = *event;
	plain.events &= ~stripped;
	return GENUINE(epoll_ctl)(set, operation, fd, &plain);
}

static int no_oneshot(int set, int operation, int fd, struct epoll_event *event)
{
	return control_without(EPOLLONESHOT, set, operation, fd, event);
}

static int no_rearm(int set, int operation, int fd, struct epoll_event *event)
{
	return operation == EPOLL_CTL_MOD && mutant_acts()
		       ? 0
		       : GENUINE(epoll_ctl)(set, operation, fd, event);
}

static int no_add(int set, int operation, int fd, struct epoll_event *event)
{
	return operation == EPOLL_CTL_ADD && mutant_acts()
		       ? 0
		       : GENUINE(epoll_ctl)(set, operation, fd, event);
}

/* As if the descriptor were watched by edges: what is left unread is told once. */
static int adds_edge(int set, int operation, int fd, struct epoll_event *event)
{
	struct epoll_event edge;

	if (!event || operation == EPOLL_CTL_DEL || (event->events & EPOLLET) || !mutant_acts())
		return GENUINE(epoll_ctl)(set, operation, fd, event);
	edge = *event;
	edge.events |= EPOLLET;
	return GENUINE(epoll_ctl)(set, operation, fd, &edge);
}

/* Whoever made it, and with which flags: to read takes all that is there. */
static int takes_whole_value(int fd, eventfd_t *value)
{
	struct pollfd more = { .fd = fd, .events = POLLIN };
	int result = GENUINE(eventfd_read)(fd, value);
	eventfd_t one;

	while (result == 0 && GENUINE(poll)(&more, 1, 0) == 1 && mutant_acts())
		if (GENUINE(eventfd_read)(fd, &one) == 0)
			*value += one;
	return result;
}

const struct mutation mutant_event[] = {
	{ "epoll-no-oneshot", "EPOLLONESHOT is ignored", { MUTANT(epoll_ctl, no_oneshot) } },
	{ "epoll-no-rearm", "EPOLL_CTL_MOD does nothing", { MUTANT(epoll_ctl, no_rearm) } },
	{ "epoll-add-nothing", "EPOLL_CTL_ADD does nothing", { MUTANT(epoll_ctl, no_add) } },
	{ "epoll-always-edge",
	  "level-triggered descriptors are edge-triggered",
	  { MUTANT(epoll_ctl, adds_edge) } },
	{ "eventfd-no-semaphore",
	  "EFD_SEMAPHORE is ignored",
	  { MUTANT(eventfd_read, takes_whole_value) } },
	{ 0 },
};
