/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event counters: eventfd(2). Mostly read and written by read(2) and write(2), see transfer.c; libc
 * has a function for either that calls them inside itself. A read sleeps while the counter is zero,
 * a write while it has no room.
 */
#include "intercept/descriptor.h"
#include "intercept/numbered.h"
#include "intercept/real.h"

#include <sys/eventfd.h>

INTERPOSE int eventfd(unsigned count, int flags)
{
	struct call call;
	bool is_task = numbered_begin(&call, OP_EVENTFD, count, CALL_SITE);

	return numbered_end(&call, OP_EVENTFD, is_task, REAL(eventfd)(count, flags));
}

static bool begin(struct call *call, enum op op, int fd, uintptr_t site)
{
	struct stat status;

	if (!call_is_task() || descriptor_look(fd, &status) != DESCRIPTOR_STREAM)
		return false;
	(void)call_enter_at(call, op, site);
	call->object = descriptor_object_of(fd, &status);
	call->amount = sizeof(eventfd_t);
	call->detail[0] = (uint64_t)fd;
	call->asks = CALL_AS_OPENED;
	call_begin(call);
	return true;
}

/* In the trace it is a read or write like any other. */
static int end(struct call *call, int result)
{
	return (int)call_end_as(call, result, result == 0 ? (long)sizeof(eventfd_t) : result);
}

INTERPOSE int eventfd_read(int fd, eventfd_t *value)
{
	struct call call;

	if (!begin(&call, OP_READ, fd, CALL_SITE))
		return REAL(eventfd_read)(fd, value);
	return end(&call, REAL(eventfd_read)(fd, value));
}

INTERPOSE int eventfd_write(int fd, eventfd_t value)
{
	struct call call;

	if (!begin(&call, OP_WRITE, fd, CALL_SITE))
		return REAL(eventfd_write)(fd, value);
	return end(&call, REAL(eventfd_write)(fd, value));
}
