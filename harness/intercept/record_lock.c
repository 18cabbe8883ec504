/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File locks: fcntl(2) with record locks of the process and of the open file description, flock(2),
 * lockf(3). That a process holds some range is counted, not which: /proc/locks knows it exactly.
 * Other commands of fcntl(2) are points where another task can tell, and go straight through else.
 */
#include "intercept/descriptor.h"
#include "intercept/numbered.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <unistd.h>

/* Locks of a process are its first task's; those of a description count as its too. */
static struct task *holder(void)
{
	return &control->tasks[task_self->process];
}

static void note_taken(int object)
{
	object_take(object, holder(), 1, true);
}

static void note_released(int object, bool all)
{
	int held = object < 0 ? 0 : control->objects[object].held[task_number(holder())];

	if (held > 0)
		object_take(object, holder(), all ? -held : -1, true);
}

/* The range as start and length, 0: to the end of whatever size; relative to what l_whence says. */
static void resolve(struct call *call, int fd, const struct stat *status, const struct flock *lock)
{
	int64_t start = lock->l_start, length = lock->l_len;

	if (lock->l_whence == SEEK_CUR)
		start += REAL(lseek)(fd, 0, SEEK_CUR);
	else if (lock->l_whence == SEEK_END)
		start += status->st_size;
	if (length < 0) {
		start += length;
		length = -length;
	}
	call->detail[0] = (uint64_t)start;
	call->detail[1] = (uint64_t)length;
}

static void describe(struct call *call, enum family family, int fd, const struct flock *lock)
{
	struct stat status;

	if (!lock || descriptor_status(fd, &status) != 0)
		return;
	call->object = descriptor_locks(family, &status);
	call->amount = lock->l_type;
	resolve(call, fd, &status, lock);
}

static void note_lock(const struct call *call, int type)
{
	if (type == F_UNLCK)
		note_released(call->object, call->detail[0] == 0 && call->detail[1] == 0);
	else
		note_taken(call->object);
}

static int lock_range(struct call *call, int fd, int command, struct flock *lock)
{
	bool asks = command == F_GETLK || command == F_OFD_GETLK;
	int result;

	describe(call, op_family(call->op), fd, lock);
	if ((command == F_SETLK || command == F_OFD_SETLK) && call->amount != F_UNLCK)
		call->asks = CALL_AT_ONCE;
	call_begin(call);
	result = REAL(fcntl)(fd, command, lock);
	if (result == 0 && !asks)
		note_lock(call, (int)call->amount);
	return (int)call_end(call, result);
}

static enum op op_of(int command)
{
	switch (command) {
	case F_GETLK:
		return OP_GETLK;
	case F_SETLK:
		return OP_SETLK;
	case F_SETLKW:
		return OP_SETLKW;
	case F_OFD_GETLK:
		return OP_OFD_GETLK;
	case F_OFD_SETLK:
		return OP_OFD_SETLK;
	case F_OFD_SETLKW:
		return OP_OFD_SETLKW;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return OP_DUP;
	case F_SETPIPE_SZ:
		return OP_SETPIPE_SZ;
	case F_ADD_SEALS:
		return OP_FCNTL;
	default:
		return OP_NONE;
	}
}

static int other_command(struct call *call, int fd, int command, void *argument)
{
	struct stat status;
	int result;

	if (descriptor_look(fd, &status) != DESCRIPTOR_OTHER)
		call->object = descriptor_object_of(fd, &status);
	call->amount = (int)(intptr_t)argument;
	if (call->op == OP_DUP)
		call_note(call);
	else
		call_begin(call);
	result = REAL(fcntl)(fd, command, argument);
	if (call->op == OP_DUP)
		numbered_copied(fd, result);
	return (int)call_end(call, result);
}

/* A copy that setup makes is inherited, as what it opens. */
static int control_outside(int fd, int command, void *argument)
{
	int result = REAL(fcntl)(fd, command, argument);

	if (op_of(command) == OP_DUP && descriptor_in_setup()) {
		numbered_copied(fd, result);
		descriptor_setup_opened(result);
	}
	return result;
}

static int control_fd(int fd, int command, void *argument, uintptr_t site)
{
	enum op op = op_of(command);
	struct call call;

	if (op == OP_NONE || !call_enter_at(&call, op, site))
		return control_outside(fd, command, argument);
	if (op_family(op) == FAMILY_RECORD_LOCK || op_family(op) == FAMILY_OFD_LOCK)
		return lock_range(&call, fd, command, argument);
	return other_command(&call, fd, command, argument);
}

INTERPOSE int fcntl(int fd, int command, ...)
{
	va_list list;
	void *argument;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	return control_fd(fd, command, argument, CALL_SITE);
}

INTERPOSE int fcntl64(int fd, int command, ...)
{
	va_list list;
	void *argument;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	return control_fd(fd, command, argument, CALL_SITE);
}

/* lockf(3) is a write lock of fcntl(2) from the offset on. */
static void describe_lockf(struct call *call, int fd, int command, off64_t length)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length };

	if (command == F_ULOCK)
		lock.l_type = F_UNLCK;
	describe(call, FAMILY_RECORD_LOCK, fd, &lock);
	call->asks = command == F_TLOCK || command == F_TEST ? CALL_AT_ONCE : 0;
}

static int end_lockf(struct call *call, int command, int result)
{
	if (result == 0 && command != F_TEST)
		note_lock(call, (int)call->amount);
	return (int)call_end(call, result);
}

INTERPOSE int lockf(int fd, int command, off_t length)
{
	struct call call;

	if (!call_enter(&call, OP_LOCKF))
		return REAL(lockf)(fd, command, length);
	describe_lockf(&call, fd, command, length);
	call_begin(&call);
	return end_lockf(&call, command, REAL(lockf)(fd, command, length));
}

INTERPOSE int lockf64(int fd, int command, off64_t length)
{
	struct call call;

	if (!call_enter(&call, OP_LOCKF))
		return REAL(lockf64)(fd, command, length);
	describe_lockf(&call, fd, command, length);
	call_begin(&call);
	return end_lockf(&call, command, REAL(lockf64)(fd, command, length));
}

/*
 * A conversion gives the old lock up before it asks for the new one, so that a failed one leaves
 * none (flock(2), NOTES).
 */
INTERPOSE int flock(int fd, int operation)
{
	struct stat status;
	struct call call;
	int result;

	if (!call_enter(&call, OP_FLOCK))
		return REAL(flock)(fd, operation);
	if (descriptor_status(fd, &status) == 0)
		call.object = descriptor_locks(FAMILY_FLOCK, &status);
	call.amount = operation;
	if ((operation & LOCK_NB) && (operation & ~LOCK_NB) != LOCK_UN)
		call.asks = CALL_AT_ONCE;
	call_begin(&call);
	result = REAL(flock)(fd, operation);
	if (result == 0 || errno == EWOULDBLOCK || errno == EINTR)
		note_released(call.object, true);
	if (result == 0 && (operation & ~LOCK_NB) != LOCK_UN)
		note_taken(call.object);
	return (int)call_end(&call, result);
}
