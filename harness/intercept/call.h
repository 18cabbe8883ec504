/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every interceptor does around the real call. In this order:
 *
 *	struct call call;
 *	if (!call_enter(&call, OP_SEMOP))
 *		return real.semop(...);          not a task, or our own code: straight through
 *	call.object = ...; call.amount = ...;
 *	call_begin(&call);                       the point: others may run, the task may die here
 *	result = real.semop(...);
 *	note what was acquired or released, if the call succeeded
 *	return (int)call_end(&call, result);     the announcement is withdrawn, errno is kept
 */
#ifndef SABOT_INTERCEPT_CALL_H
#define SABOT_INTERCEPT_CALL_H

#include "core/control.h"
#include "core/object.h"
#include "core/private.h"
#include "intercept/site.h"

#include <errno.h>
#include <time.h>

#define INTERPOSE __attribute__((visibility("default")))

/* False: the caller is no task, or is our own code. Else *call is a blank call of this task. */
#define call_enter(call, op) call_enter_at((call), (op), CALL_SITE)
bool call_enter_at(struct call *call, enum op op, uintptr_t site);

/* For calls that are no point of their own and enter nothing into the trace. */
bool call_is_task(void);

/* The point before the call, and the announcement. */
void call_begin(struct call *call);

/* As call_begin for the calls that switch nowhere: noted in the trace, no decision. */
void call_note(struct call *call);

/*
 * After the call. The result of a call that reports through errno; and of one that returns an error
 * number, as pthread functions do. Both return the result.
 */
long call_end(struct call *call, long result);
int call_end_error(struct call *call, int error);
/* As call_end, for results that differ from run to run (pids): the trace gets `traced` instead. */
long call_end_as(struct call *call, long result, long traced);

/*
 * A virtual sleep of so many ns, or (absolute) until the virtual clock shows them: a point, and
 * then the sleep. Returns what was left of it when a signal handler ended it, else 0. The task is
 * out of the call when it returns: call_end is not for it.
 */
uint64_t call_sleep(struct call *call, uint64_t time_ns, bool absolute);

/* Spins: others run until the object has changed. */
void call_spin(struct call *call);

/* What the kernel is told of a name or a key; by tasks, setup and checks alike. */
static inline const char *call_private(const char *name, char *room)
{
	return private_name(control ? control->world : 0, name, room);
}

static inline key_t call_private_key(key_t key)
{
	return private_key(control ? control->world : 0, key);
}

/*
 * The task is another program from here on, and one that we are in: what it did before, in a call
 * that was announced or not, is over.
 */
void call_arrive(struct task *task);

/* The task that called; valid between call_enter and call_end. */
static inline struct task *call_task(void)
{
	return task_self;
}

/* The virtual deadline of a relative or absolute time, ns; never 0. */
uint64_t call_deadline_after(const struct timespec *relative);
uint64_t call_deadline_at(const struct timespec *absolute, clockid_t clock);

#endif
