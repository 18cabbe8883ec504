/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscall(2), and with it futex(2), which has no function of its own in libc. A futex is announced
 * by the address of its word, with the value that a waiter expects. Other numbers go to the
 * function that stands for them, if they switch or strike tasks, else straight to the kernel; raw
 * clone(2) and SYS_exit are not controlled.
 */
#include "core/clock.h"
#include "intercept/deadline.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS = 6 };
/* Of futex(2). */
enum { WORD, COMMAND, VALUE, TIMEOUT, OTHER_WORD };

/* Newer than the headers of some systems. */
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static long real(long number, const long *a)
{
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static enum op op_of(long command)
{
	switch (command & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
		return OP_FUTEX_WAIT;
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
	case FUTEX_WAKE_OP:
		return OP_FUTEX_WAKE;
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_CMP_REQUEUE_PI:
		return OP_FUTEX_REQUEUE;
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_TRYLOCK_PI:
		return OP_FUTEX_LOCK_PI;
	case FUTEX_UNLOCK_PI:
		return OP_FUTEX_UNLOCK_PI;
	default:
		return OP_NONE;
	}
}

static bool is_timed(long command)
{
	switch (command & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return true;
	default:
		return false;
	}
}

/* FUTEX_WAIT alone takes a time that is relative; FUTEX_LOCK_PI knows one clock only. */
static void announce_end(struct call *call, long command, const struct timespec *end)
{
	long plain = command & FUTEX_CMD_MASK;
	bool realtime = plain == FUTEX_LOCK_PI || (command & FUTEX_CLOCK_REALTIME);

	if (!end || end->tv_sec < 0)
		return;
	deadline_announce(call, realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, end);
	if (call->deadline_ns && plain == FUTEX_WAIT) {
		call->deadline_ns = call_deadline_after(end);
		call->dated = false;
	}
}

/* Its end has passed: as the kernel answers whom it lets sleep for no time at all. */
static long answer_late(const struct call *call, const long *a)
{
	const uint32_t *word = (const uint32_t *)a[WORD];
	long try[ARGUMENTS] = { a[WORD], FUTEX_TRYLOCK_PI | (a[COMMAND] & FUTEX_PRIVATE_FLAG) };
	bool changed = __atomic_load_n(word, __ATOMIC_SEQ_CST) != (uint32_t)call->amount;

	if (call->op == OP_FUTEX_LOCK_PI && real(SYS_futex, try) == 0)
		return 0;
	errno = call->op == OP_FUTEX_WAIT && changed ? EAGAIN : ETIMEDOUT;
	return -1;
}

static long wait_until(const struct call *call, const long *a)
{
	long timed[ARGUMENTS] = { a[0], a[1], a[2], a[3], a[4], a[5] };
	struct timespec end;

	if (clock_now() >= call->deadline_ns)
		return answer_late(call, a);
	if ((a[COMMAND] & FUTEX_CMD_MASK) == FUTEX_WAIT)
		deadline_left(call, &end);
	else
		deadline_on(call, call->clock, &end);
	timed[TIMEOUT] = (long)&end;
	return real(SYS_futex, timed);
}

/* Who still sleeps may wait at the other word from now on: its value says nothing of the first. */
static void note_moved(const struct call *call, const long *a)
{
	int other = mapping_object(FAMILY_FUTEX, (const void *)a[OTHER_WORD]);
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		if (task != task_self && task->in_call && task->call.op == OP_FUTEX_WAIT &&
		    task->call.object == call->object)
			task->call.detail[0] = (uint64_t)(other + 1);
	}
}

static long futex(const long *a, uintptr_t site)
{
	enum op op = op_of(a[COMMAND]);
	struct call call;
	long result;

	if (op == OP_NONE || !call_enter_at(&call, op, site))
		return real(SYS_futex, a);
	mapping_describe(&call, (const void *)a[WORD]);
	call.amount = (uint32_t)a[VALUE];
	if (is_timed(a[COMMAND]))
		announce_end(&call, a[COMMAND], (const struct timespec *)a[TIMEOUT]);
	call_begin(&call);
	result = call.deadline_ns ? wait_until(&call, a) : real(SYS_futex, a);
	if (op == OP_FUTEX_REQUEUE && result >= 0)
		note_moved(&call, a);
	if (op_flags(op) & OP_WAKES)
		object_touch(call.object);
	return call_end(&call, result);
}

INTERPOSE long syscall(long number, ...)
{
	long a[ARGUMENTS];
	va_list list;
	int i;

	va_start(list, number);
	for (i = 0; i < ARGUMENTS; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (!call_is_task())
		return real(number, a);
	switch (number) {
	case SYS_futex:
		return futex(a, CALL_SITE);
	case SYS_kill:
		return kill((pid_t)a[0], (int)a[1]);
	case SYS_tgkill:
		return tgkill((pid_t)a[0], (pid_t)a[1], (int)a[2]);
	case SYS_wait4:
		return wait4((pid_t)a[0], (int *)a[1], (int)a[2], (struct rusage *)a[3]);
	case SYS_fork:
	case SYS_vfork:
		return fork();
	case SYS_exit_group:
		_exit((int)a[0]);
	default:
		return real(number, a);
	}
}
