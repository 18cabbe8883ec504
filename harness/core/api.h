/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the public header's opaque handles. */
#ifndef SABOT_CORE_API_H
#define SABOT_CORE_API_H

#include "core/control.h"

/* A child or a thread that a task made brings its maker's handle along, and means itself. */
static inline struct task *api_task(struct sabot_task *task)
{
	return task_self ? task_self : (struct task *)(void *)task;
}

static inline struct sabot_task *api_task_handle(struct task *task)
{
	return (struct sabot_task *)(void *)task;
}

/* A check's handle is the invariant that it checks. */
static inline const struct sabot_invariant *api_check(const struct sabot_check *check)
{
	return (const struct sabot_invariant *)(const void *)check;
}

/*
 * Calls a function of the scenario that runs in the supervisor (setup, a check). False if it could
 * not go on and left: then the control block's finding says why.
 */
bool api_guard(void (*function)(void *argument), void *argument);

/*
 * The execution is over: a task waits here for its end, the supervisor leaves the scenario's
 * function.
 */
_Noreturn void api_leave(void);

#endif
