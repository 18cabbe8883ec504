/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocking signals and waiting for them. The harness's own can be neither blocked nor taken. A
 * change of the mask is a point: whether a signal comes before it or after it is what makes the
 * difference.
 */
#include "intercept/signal.h"

#include "intercept/deadline.h"
#include "intercept/real.h"
#include "intercept/timer.h"

#include "core/clock.h"

#include <string.h>
#include <unistd.h>

/* Which signals are waited for: the kernel shows them as not blocked, but they are to be taken. */
static void describe(struct call *call, const sigset_t *set)
{
	memcpy(&call->detail[0], set, sizeof(call->detail[0]));
}

static sigset_t *stripped(const sigset_t *set, sigset_t *room)
{
	if (!set)
		return NULL;
	*room = signal_strip(set);
	return room;
}

INTERPOSE int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	struct call call;
	sigset_t room;

	if (!set || !call_enter(&call, OP_SIGMASK))
		return REAL(sigprocmask)(how, set, old);
	call.amount = how;
	call_begin(&call);
	control->lasting = true;
	return (int)call_end(&call, REAL(sigprocmask)(how, stripped(set, &room), old));
}

INTERPOSE int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	struct call call;
	sigset_t room;

	if (!set || !call_enter(&call, OP_SIGMASK))
		return REAL(pthread_sigmask)(how, set, old);
	call.amount = how;
	call_begin(&call);
	control->lasting = true;
	return call_end_error(&call, REAL(pthread_sigmask)(how, stripped(set, &room), old));
}

INTERPOSE int pause(void)
{
	struct call call;

	if (!call_enter(&call, OP_PAUSE))
		return REAL(pause)();
	call_begin(&call);
	return (int)call_end(&call, REAL(pause)());
}

INTERPOSE int sigsuspend(const sigset_t *set)
{
	struct call call;
	sigset_t room;

	if (!call_enter(&call, OP_SIGSUSPEND))
		return REAL(sigsuspend)(set);
	call_begin(&call);
	return (int)call_end(&call, REAL(sigsuspend)(stripped(set, &room)));
}

INTERPOSE int sigwait(const sigset_t *restrict set, int *restrict signo)
{
	struct call call;
	sigset_t room;

	if (!call_enter(&call, OP_SIGWAIT))
		return REAL(sigwait)(set, signo);
	describe(&call, set);
	call_begin(&call);
	return call_end_error(&call, REAL(sigwait)(stripped(set, &room), signo));
}

/* What was taken may be of a timer. `room` is where the real call put it. */
static int take(int signo, siginfo_t *room, siginfo_t *info)
{
	if (signo > 0)
		timer_taken(room);
	if (signo > 0 && info)
		*info = *room;
	return signo;
}

INTERPOSE int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	siginfo_t told = { 0 };
	struct call call;
	sigset_t room;

	if (!call_enter(&call, OP_SIGWAIT))
		return REAL(sigwaitinfo)(set, info);
	describe(&call, set);
	call_begin(&call);
	return (int)call_end(&call,
			     take(REAL(sigwaitinfo)(stripped(set, &room), &told), &told, info));
}

INTERPOSE int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
			   const struct timespec *restrict timeout)
{
	siginfo_t told = { 0 };
	struct timespec left;
	struct call call;
	sigset_t room;

	if (!call_enter(&call, OP_SIGTIMEDWAIT))
		return REAL(sigtimedwait)(set, info, timeout);
	describe(&call, set);
	if (timeout && (timeout->tv_sec || timeout->tv_nsec)) {
		call.deadline_ns = call_deadline_after(timeout);
		call.timeout_result = -EAGAIN;
		deadline_left(&call, &left);
		timeout = &left;
	} else if (timeout) {
		call.asks = CALL_AT_ONCE;
	}
	call_begin(&call);
	return (int)call_end(&call, take(REAL(sigtimedwait)(stripped(set, &room), &told, timeout),
					 &told, info));
}
