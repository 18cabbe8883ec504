/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues. An object stands for a queue's inode, not for its name: after mq_unlink(3)
 * the name may come to mean another. As with System V's, a message that is sent while somebody
 * sleeps in a receive is handed over in the sender's call.
 */
#undef _FORTIFY_SOURCE
#include "intercept/posix_mq.h"

#include "intercept/deadline.h"
#include "intercept/descriptor.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

mqd_t __mq_open_2(const char *name, int flags);

int posix_mq_object(mqd_t queue)
{
	struct stat status;

	if (descriptor_status(queue, &status) != 0)
		return -1;
	return object_seek(FAMILY_POSIX_MQ, status.st_dev, status.st_ino);
}

/* ---- Names --------------------------------------------------------------------------------- */

/* O_EXCL tells whether it is new: to look first would mean to open and to close it. */
static mqd_t open_real(const char *name, int flags, mode_t mode, struct mq_attr *attributes,
		       bool *is_new)
{
	mqd_t result;

	char room[PRIVATE_NAME_MAX];

	name = call_private(name, room);
	*is_new = false;
	if (!(flags & O_CREAT))
		return REAL(mq_open)(name, flags);
	result = REAL(mq_open)(name, flags | O_EXCL, mode, attributes);
	*is_new = result >= 0;
	if (result >= 0 || (flags & O_EXCL) || errno != EEXIST)
		return result;
	return REAL(mq_open)(name, flags, mode, attributes);
}

static int note_opened(mqd_t queue, const char *name, bool is_new)
{
	struct stat status;
	int object;

	if (is_new)
		control_made(FAMILY_POSIX_MQ, 0, name);
	if (descriptor_status(queue, &status) != 0)
		return -1;
	if (is_new)
		object_retire(object_seek(FAMILY_POSIX_MQ, status.st_dev, status.st_ino));
	object = object_find(FAMILY_POSIX_MQ, status.st_dev, status.st_ino);
	object_name(object, "%s", name);
	return object;
}

static mqd_t open_at(const char *name, int flags, mode_t mode, struct mq_attr *attributes,
		     uintptr_t site)
{
	struct call call;
	bool is_new, is_task = call_enter_at(&call, OP_MQ_OPEN, site);
	char room[PRIVATE_NAME_MAX];
	mqd_t result;
	int object = -1, saved;

	if (!is_task && !descriptor_in_setup())
		return REAL(mq_open)(call_private(name, room), flags, mode, attributes);
	if (is_task) {
		call.amount = flags;
		call.asks = flags & O_CREAT ? CALL_MAKES : 0;
		call_begin(&call);
	}
	result = open_real(name, flags, mode, attributes, &is_new);
	saved = errno;
	if (result >= 0)
		object = note_opened(result, name, is_new);
	descriptor_setup_opened(result);
	errno = saved;
	if (!is_task)
		return result;
	call.object = object;
	return (mqd_t)call_end(&call, result);
}

INTERPOSE mqd_t mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attributes;
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	attributes = flags & O_CREAT ? va_arg(list, struct mq_attr *) : NULL;
	va_end(list);
	return open_at(name, flags, mode, attributes, CALL_SITE);
}

/* What mq_open() becomes when it is called with two arguments and _FORTIFY_SOURCE. */
INTERPOSE mqd_t __mq_open_2(const char *name, int flags)
{
	if (flags & O_CREAT)
		return REAL(__mq_open_2)(name, flags); /* it ends the program */
	return open_at(name, flags, 0, NULL, CALL_SITE);
}

/* The queue that was opened last under this name, or -1. */
static int object_of_name(const char *name)
{
	uint32_t i;

	for (i = control->object_count; i-- > 0;)
		if (control->objects[i].family == FAMILY_POSIX_MQ &&
		    !strcmp(control->objects[i].label, name))
			return (int)i;
	return -1;
}

INTERPOSE int mq_unlink(const char *name)
{
	char room[PRIVATE_NAME_MAX];
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_MQ_UNLINK);

	if (is_task) {
		call.object = object_of_name(name);
		call_begin(&call);
	}
	result = REAL(mq_unlink)(call_private(name, room));
	if (result == 0 && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_POSIX_MQ, 0, name);
	return is_task ? (int)call_end(&call, result) : result;
}

/* ---- Descriptors --------------------------------------------------------------------------- */

static bool begin(struct call *call, enum op op, mqd_t queue, int64_t amount, uintptr_t site)
{
	if (!call_enter_at(call, op, site))
		return false;
	call->object = posix_mq_object(queue);
	call->amount = amount;
	call->detail[0] = (uint64_t)queue;
	call->asks = CALL_AS_OPENED;
	return true;
}

INTERPOSE int mq_close(mqd_t queue)
{
	struct call call;

	descriptor_setup_closed(queue);
	if (!begin(&call, OP_MQ_CLOSE, queue, 0, CALL_SITE))
		return REAL(mq_close)(queue);
	call_begin(&call);
	return (int)call_end(&call, REAL(mq_close)(queue));
}

INTERPOSE int mq_getattr(mqd_t queue, struct mq_attr *attributes)
{
	struct call call;

	if (!begin(&call, OP_MQ_GETATTR, queue, 0, CALL_SITE))
		return REAL(mq_getattr)(queue, attributes);
	call_begin(&call);
	return (int)call_end(&call, REAL(mq_getattr)(queue, attributes));
}

INTERPOSE int mq_setattr(mqd_t queue, const struct mq_attr *restrict attributes,
			 struct mq_attr *restrict old)
{
	struct call call;

	if (!begin(&call, OP_MQ_SETATTR, queue, attributes ? attributes->mq_flags : 0, CALL_SITE))
		return REAL(mq_setattr)(queue, attributes, old);
	call_begin(&call);
	return (int)call_end(&call, REAL(mq_setattr)(queue, attributes, old));
}

/* ---- Messages ------------------------------------------------------------------------------ */

/* The kernel refuses a time before 1970 as invalid: once the end has passed, it is given 1970. */
static const struct timespec *time_real(const struct call *call, const struct timespec *end,
					struct timespec *real)
{
	end = deadline_real(call, end, real);
	if (end == real && real->tv_sec < 0)
		real->tv_sec = 0;
	return end;
}

/*
 * Ends a call that sent, or not. Who is to be told was expected before it; again now, for they may
 * have been looked at in vain while it slept.
 */
static int sent(struct call *call, int result)
{
	mq_notify_expect(call->object);
	return (int)call_end(call, result);
}

INTERPOSE int mq_send(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	struct call call;

	if (!begin(&call, OP_MQ_SEND, queue, priority, CALL_SITE))
		return REAL(mq_send)(queue, message, size, priority);
	call_begin(&call);
	mq_notify_expect(call.object);
	return sent(&call, REAL(mq_send)(queue, message, size, priority));
}

INTERPOSE int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned priority,
			   const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!begin(&call, OP_MQ_TIMEDSEND, queue, priority, CALL_SITE))
		return REAL(mq_timedsend)(queue, message, size, priority, end);
	if (end)
		deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	mq_notify_expect(call.object);
	end = time_real(&call, end, &real);
	return sent(&call, REAL(mq_timedsend)(queue, message, size, priority, end));
}

INTERPOSE ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned *priority)
{
	struct call call;

	if (!begin(&call, OP_MQ_RECEIVE, queue, 0, CALL_SITE))
		return REAL(mq_receive)(queue, message, size, priority);
	call_begin(&call);
	return call_end(&call, REAL(mq_receive)(queue, message, size, priority));
}

INTERPOSE ssize_t mq_timedreceive(mqd_t queue, char *restrict message, size_t size,
				  unsigned *restrict priority, const struct timespec *restrict end)
{
	struct timespec real;
	struct call call;

	if (!begin(&call, OP_MQ_TIMEDRECEIVE, queue, 0, CALL_SITE))
		return REAL(mq_timedreceive)(queue, message, size, priority, end);
	if (end)
		deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	end = time_real(&call, end, &real);
	return call_end(&call, REAL(mq_timedreceive)(queue, message, size, priority, end));
}
