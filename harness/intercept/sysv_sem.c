/* SPDX-License-Identifier: Apache-2.0 */
/* SysV semaphores: semop(2), semctl(2). What a task took, less what it gave, is what it holds. */
#include "intercept/real.h"

#include "core/clock.h"

#include <stdarg.h>
#include <sys/sem.h>


static int object_of(int id, unsigned number)
{
	int object = object_find(FAMILY_SYSV_SEM, (uint64_t)id, number);

	object_name(object, "number %u", number);
	return object;
}

/* Of an array of operations: the first that takes or waits, else the first. */
static const struct sembuf *principal(const struct sembuf *operations, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (operations[i].sem_op <= 0)
			return &operations[i];
	return operations;
}

static void describe(struct call *call, int id, const struct sembuf *operations, size_t count)
{
	const struct sembuf *shown;

	if (!operations || count == 0)
		return;
	shown = principal(operations, count);
	call->object = object_of(id, shown->sem_num);
	call->amount = shown->sem_op;
	call->detail[0] = (uint64_t)id;
	call->detail[1] = shown->sem_num;
}

static void note(int id, const struct sembuf *operations, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		object_take(object_of(id, operations[i].sem_num), task_self, -operations[i].sem_op,
			    operations[i].sem_flg & SEM_UNDO);
}

INTERPOSE int semop(int id, struct sembuf *operations, size_t count)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEMOP))
		return REAL(semop)(id, operations, count);
	describe(&call, id, operations, count);
	call_begin(&call);
	result = REAL(semop)(id, operations, count);
	if (result == 0)
		note(id, operations, count);
	return (int)call_end(&call, result);
}

INTERPOSE int semtimedop(int id, struct sembuf *operations, size_t count,
			 const struct timespec *timeout)
{
	struct timespec never;
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEMTIMEDOP))
		return REAL(semtimedop)(id, operations, count, timeout);
	describe(&call, id, operations, count);
	if (timeout) {
		call.deadline_ns = call_deadline_after(timeout);
		call.timeout_result = -EAGAIN;
		call_never(&never, CLOCK_MONOTONIC);
		never.tv_sec /= 1024; /* relative: added to the kernel's own clock */
	}
	call_begin(&call);
	result = REAL(semtimedop)(id, operations, count, timeout ? &never : NULL);
	if (result == 0)
		note(id, operations, count);
	return (int)call_end(&call, result);
}

INTERPOSE int semget(key_t key, int count, int flags)
{
	struct call call;
	int result;
	bool task = call_enter(&call, OP_SEMGET);

	if (task) {
		call.amount = count;
		call_begin(&call);
	}
	result = REAL(semget)(key, count, flags);
	if (result >= 0 && (key == IPC_PRIVATE || (flags & IPC_CREAT)))
		control_made(FAMILY_SYSV_SEM, result, NULL);
	return task ? (int)call_end(&call, result) : result;
}

/* What the commands of semctl(2) take as their fourth argument. */
union argument {
	int value;
	void *pointer;
};

static bool is_change(int command)
{
	return command == SETVAL || command == SETALL || command == IPC_RMID || command == IPC_SET;
}

INTERPOSE int semctl(int id, int number, int command, ...)
{
	struct call call;
	union argument argument;
	va_list list;
	int result;

	va_start(list, command);
	argument = va_arg(list, union argument);
	va_end(list);
	if (!call_enter(&call, OP_SEMCTL))
		return REAL(semctl)(id, number, command, argument);
	call.object = object_of(id, (unsigned)number);
	call.amount = command;
	if (is_change(command))
		call_begin(&call);
	else
		call_note(&call);
	result = REAL(semctl)(id, number, command, argument);
	if (result == 0 && command == IPC_RMID)
		control_unmade(FAMILY_SYSV_SEM, id, NULL);
	if (is_change(command))
		object_touch(call.object);
	return (int)call_end(&call, result);
}
