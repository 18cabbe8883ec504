/* SPDX-License-Identifier: Apache-2.0 */
/* An epoll list with a signalfd(2) on it, of the process that makes it, for one signal. */
#ifndef SCENARIOS_SOCKETS_EPOLL_SIGNAL_LIST_H
#define SCENARIOS_SOCKETS_EPOLL_SIGNAL_LIST_H

#include "watch.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct signal_list {
	int list, signals; /* descriptors */
};

static inline sigset_t signal_list_set(int signo)
{
	sigset_t set;

	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, signo));
	return set;
}

/* First of all, and by whom it is inherited. */
static inline void signal_list_block(int signo)
{
	sigset_t set = signal_list_set(signo);

	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
}

/* An event says `what`. */
static inline struct signal_list signal_list_make(int signo, uint32_t what)
{
	sigset_t set = signal_list_set(signo);
	struct signal_list made = { .list = SABOT_OK(epoll_create1(0)) };

	made.signals = SABOT_OK(signalfd(-1, &set, SFD_NONBLOCK));
	watch_add(made.list, made.signals, EPOLLIN, what);
	return made;
}

/* False: none was pending for the caller. */
static inline bool signal_list_take(const struct signal_list *signals)
{
	struct signalfd_siginfo info;

	return read(signals->signals, &info, sizeof(info)) == sizeof(info);
}

static inline void signal_list_close(const struct signal_list *signals)
{
	SABOT_OK(close(signals->list));
	SABOT_OK(close(signals->signals));
}

#endif
