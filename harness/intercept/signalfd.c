/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals read from a descriptor: signalfd(2). What a read takes is what is pending for the thread
 * that reads, whoever made the descriptor (signalfd(2), NOTES). The harness's own signals are kept
 * out of its mask.
 */
#include "intercept/numbered.h"
#include "intercept/real.h"
#include "intercept/signal.h"

#include <sys/signalfd.h>

/* A mask that is set anew may let a waiting reader find something. */
static int change(int fd, const sigset_t *mask, int flags, uintptr_t site)
{
	struct call call;

	if (!call_enter_at(&call, OP_SIGNALFD, site))
		return REAL(signalfd)(fd, mask, flags);
	call.object = numbered_object(fd);
	call_begin(&call);
	return (int)call_end(&call, REAL(signalfd)(fd, mask, flags));
}

INTERPOSE int signalfd(int fd, const sigset_t *mask, int flags)
{
	struct call call;
	sigset_t room;
	bool is_task;

	if (mask) {
		room = signal_strip(mask);
		mask = &room;
	}
	if (fd != -1)
		return change(fd, mask, flags, CALL_SITE);
	is_task = numbered_begin(&call, OP_SIGNALFD, 0, CALL_SITE);
	return numbered_end(&call, OP_SIGNALFD, is_task, REAL(signalfd)(fd, mask, flags));
}
