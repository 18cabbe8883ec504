/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SysV message queues: msgget(2), msgop(2), msgctl(2). Nobody holds a message: who waits for one
 * waits for a sender, and who waits for room waits for a receiver. The kernel hands a message to a
 * sleeping receiver in the sender's call, so a receiver that dies before it runs takes it along.
 */
#include "intercept/descriptor.h"
#include "intercept/real.h"

#include <sys/msg.h>

/* The type that is sent or wanted, the size, and the flags. */
static void describe(struct call *call, int id, long type, size_t size, int flags)
{
	call->object = object_find(FAMILY_SYSV_MSG, (uint64_t)id, 0);
	call->amount = type;
	call->detail[0] = size;
	call->detail[1] = (uint64_t)(unsigned)flags;
	call->asks = flags & IPC_NOWAIT ? CALL_AT_ONCE : 0;
}

INTERPOSE int msgsnd(int id, const void *message, size_t size, int flags)
{
	struct call call;

	if (!call_enter(&call, OP_MSGSND))
		return REAL(msgsnd)(id, message, size, flags);
	describe(&call, id, message ? *(const long *)message : 0, size, flags);
	call_begin(&call);
	return (int)call_end(&call, REAL(msgsnd)(id, message, size, flags));
}

INTERPOSE ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	struct call call;

	if (!call_enter(&call, OP_MSGRCV))
		return REAL(msgrcv)(id, message, size, type, flags);
	describe(&call, id, type, size, flags);
	call_begin(&call);
	return call_end(&call, REAL(msgrcv)(id, message, size, type, flags));
}

INTERPOSE int msgget(key_t key, int flags)
{
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_MSGGET);

	if (is_task) {
		call.amount = flags;
		if (key == IPC_PRIVATE || (flags & IPC_CREAT))
			call.asks = CALL_MAKES;
		call_begin(&call);
	}
	result = REAL(msgget)(call_private_key(key), flags);
	if (result >= 0 && (key == IPC_PRIVATE || (flags & IPC_CREAT)))
		control_made(FAMILY_SYSV_MSG, result, NULL);
	if (!is_task)
		return result;
	if (result >= 0)
		call.object = object_find(FAMILY_SYSV_MSG, (uint64_t)result, 0);
	/* The number that the kernel gave is not the same in each run. */
	return (int)call_end_as(&call, result, result < 0 ? -1 : 0);
}

INTERPOSE int msgctl(int id, int command, struct msqid_ds *status)
{
	/* Of these the number is an index of the kernel's table, or nothing. */
	const bool is_index = command == MSG_STAT || command == MSG_STAT_ANY ||
			      command == MSG_INFO || command == IPC_INFO;
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_MSGCTL);

	if (is_task) {
		if (!is_index)
			call.object = object_find(FAMILY_SYSV_MSG, (uint64_t)id, 0);
		call.amount = command;
		call_begin(&call);
	}
	result = REAL(msgctl)(id, command, status);
	if (result == 0 && command == IPC_RMID && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_SYSV_MSG, id, NULL);
	if (!is_task)
		return result;
	return (int)call_end_as(&call, result, result < 0 || !is_index ? result : 0);
}
