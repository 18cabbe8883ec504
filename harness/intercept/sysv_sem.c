/* SPDX-License-Identifier: Apache-2.0 */
/* SysV semaphores: semop(2), semctl(2). What a task took, less what it gave, is what it holds. */
#include "intercept/deadline.h"
#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "memory/race.h"

#include <stdarg.h>
#include <sys/sem.h>

static int object_of(int id, unsigned number)
{
	int object = object_find(FAMILY_SYSV_SEM, (uint64_t)id, number);

	object_name(object, "number %u", number);
	return object;
}

/* Whether this operation may not be possible yet: not if the array gave as much before. */
static bool may_lack(const struct sembuf *operations, size_t at)
{
	int sum = 0;
	size_t i;

	if (operations[at].sem_op > 0)
		return false;
	for (i = 0; i <= at; i++)
		if (operations[i].sem_num == operations[at].sem_num)
			sum += operations[i].sem_op;
	return sum < 0 || operations[at].sem_op == 0;
}

static bool may_wait(const struct sembuf *operations, size_t at)
{
	return !(operations[at].sem_flg & IPC_NOWAIT) && may_lack(operations, at);
}

/* Of an array of operations: the first that may wait, else the first. */
static const struct sembuf *principal(const struct sembuf *operations, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (may_wait(operations, i))
			return &operations[i];
	return operations;
}

/*
 * The kernel may have an array wait for any of its operations: all its semaphores are made known,
 * and detail[1] has a bit for the number of each that it may wait for.
 */
static void describe(struct call *call, int id, const struct sembuf *operations, size_t count)
{
	const struct sembuf *shown;
	size_t i;

	if (!operations || count == 0)
		return;
	shown = principal(operations, count);
	call->object = object_of(id, shown->sem_num);
	call->amount = shown->sem_op;
	call->detail[0] = (uint64_t)id;
	for (i = 0; i < count; i++) {
		(void)object_of(id, operations[i].sem_num);
		if (operations[i].sem_num < 64 && may_wait(operations, i))
			call->detail[1] |= UINT64_C(1) << operations[i].sem_num;
		if ((operations[i].sem_flg & IPC_NOWAIT) && may_lack(operations, i))
			call->asks |= CALL_AT_ONCE;
		if ((operations[i].sem_flg & SEM_UNDO) && operations[i].sem_op != 0)
			call->asks |= CALL_UNDO;
	}
}

static void give(int id, const struct sembuf *operations, size_t count)
{
	size_t i;

	for (i = 0; control->race.on && operations && i < count; i++)
		if (operations[i].sem_op != 0)
			race_give(task_self, object_of(id, operations[i].sem_num),
				  operations[i].sem_op < 0);
}

static void note(int id, const struct sembuf *operations, size_t count)
{
	size_t i;

	for (i = 0; control->race.on && i < count; i++)
		if (operations[i].sem_op <= 0)
			race_take(task_self, object_of(id, operations[i].sem_num),
				  operations[i].sem_op == 0);
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
	give(id, operations, count);
	result = REAL(semop)(id, operations, count);
	if (result == 0)
		note(id, operations, count);
	return (int)call_end(&call, result);
}

/* One that ends at once does not sleep, and what the kernel refuses is left to it. */
static bool ends_later(const struct timespec *timeout)
{
	return timeout && (timeout->tv_sec > 0 || timeout->tv_nsec > 0) && timeout->tv_sec >= 0 &&
	       timeout->tv_nsec >= 0 && timeout->tv_nsec < 1000000000;
}

INTERPOSE int semtimedop(int id, struct sembuf *operations, size_t count,
			 const struct timespec *timeout)
{
	struct timespec left;
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEMTIMEDOP))
		return REAL(semtimedop)(id, operations, count, timeout);
	describe(&call, id, operations, count);
	if (ends_later(timeout)) {
		call.deadline_ns = call_deadline_after(timeout);
		call.timeout_result = -EAGAIN;
	}
	call_begin(&call);
	give(id, operations, count);
	deadline_left(&call, &left);
	result = REAL(semtimedop)(id, operations, count, call.deadline_ns ? &left : timeout);
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
		if (key == IPC_PRIVATE || (flags & IPC_CREAT))
			call.asks = CALL_MAKES;
		call_begin(&call);
	}
	result = REAL(semget)(call_private_key(key), count, flags);
	if (result >= 0 && (key == IPC_PRIVATE || (flags & IPC_CREAT)))
		control_made(FAMILY_SYSV_SEM, result, NULL);
	/* The number that the kernel gave is not the same in each run. */
	return task ? (int)call_end_as(&call, result, result < 0 ? -1 : 0) : result;
}

/* What the commands of semctl(2) take as their fourth argument. */
union argument {
	int value;
	void *pointer;
};

/* What the tasks took of a value counts no more once it was set or is gone. */
static void note_set(int id, int number, int command)
{
	uint32_t i;

	if (command == SETVAL)
		object_reset(object_of(id, (unsigned)number));
	if (command != SETALL && command != IPC_RMID)
		return;
	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == FAMILY_SYSV_SEM &&
		    control->objects[i].key[0] == (uint64_t)id)
			object_reset((int)i);
}

/* Pids and numbers that the kernel chose are not the same in each run. */
static bool is_traced(int command)
{
	return command != GETPID && command != SEM_STAT && command != SEM_STAT_ANY;
}

INTERPOSE int semctl(int id, int number, int command, ...)
{
	struct call call;
	union argument argument;
	va_list list;
	int result;
	bool is_task = call_enter(&call, OP_SEMCTL);

	va_start(list, command);
	argument = va_arg(list, union argument);
	va_end(list);
	if (is_task) {
		call.object = object_of(id, (unsigned)number);
		call.amount = command;
		call_begin(&call);
	}
	result = REAL(semctl)(id, number, command, argument);
	if (result == 0 && command == IPC_RMID && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_SYSV_SEM, id, NULL);
	if (!is_task)
		return result;
	if (result == 0)
		note_set(id, number, command);
	return (int)call_end_as(&call, result, result < 0 || is_traced(command) ? result : 0);
}
