/* SPDX-License-Identifier: Apache-2.0 */
#include "core/op.h"

static const struct {
	const char *name;
	uint8_t family;
	uint8_t flags;
} ops[OP_COUNT] = {
#define OP_ROW(name, text, family, flags) { text, FAMILY_##family, flags },
	OP_TABLE(OP_ROW)
#undef OP_ROW
};

static const char *const family_names[FAMILY_COUNT] = {
	[FAMILY_NONE] = "object",
	[FAMILY_SYSV_SEM] = "SysV semaphore",
	[FAMILY_SYSV_SHM] = "SysV segment",
	[FAMILY_SYSV_MSG] = "SysV message queue",
	[FAMILY_POSIX_MQ] = "POSIX message queue",
	[FAMILY_POSIX_SEM] = "POSIX semaphore",
	[FAMILY_POSIX_SHM] = "POSIX shared memory",
	[FAMILY_MUTEX] = "mutex",
	[FAMILY_COND] = "condition variable",
	[FAMILY_RWLOCK] = "rwlock",
	[FAMILY_BARRIER] = "barrier",
	[FAMILY_SPIN] = "spinlock",
	[FAMILY_FUTEX] = "futex",
	[FAMILY_RECORD_LOCK] = "record lock",
	[FAMILY_OFD_LOCK] = "OFD lock",
	[FAMILY_FLOCK] = "flock",
	[FAMILY_FILE] = "file",
	[FAMILY_PIPE] = "pipe",
	[FAMILY_SOCKET] = "socket",
	[FAMILY_EPOLL] = "epoll",
	[FAMILY_EVENTFD] = "eventfd",
	[FAMILY_SIGNALFD] = "signalfd",
	[FAMILY_TIMERFD] = "timerfd",
	[FAMILY_PROCESS] = "process",
	[FAMILY_SIGNAL] = "signal",
	[FAMILY_THREAD] = "thread",
	[FAMILY_TIMER] = "timer",
	[FAMILY_TIME] = "clock",
	[FAMILY_MEMORY] = "shared memory",
};

const char *op_name(enum op op)
{
	return op < OP_COUNT ? ops[op].name : "?";
}

enum family op_family(enum op op)
{
	return op < OP_COUNT ? (enum family)ops[op].family : FAMILY_NONE;
}

unsigned op_flags(enum op op)
{
	return op < OP_COUNT ? ops[op].flags : 0;
}

const char *family_name(enum family family)
{
	return family < FAMILY_COUNT ? family_names[family] : "?";
}
