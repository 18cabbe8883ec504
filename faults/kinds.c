/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/kinds.h"

/* clang-format off */
const struct fault_kind *const fault_kinds[PLAN_FAULT_KIND_COUNT] = {
	[PLAN_KILL] = &fault_kill,
	[PLAN_STOP] = &fault_stop,
	[PLAN_SIGNAL] = &fault_signal,
	[PLAN_ERRNO] = &fault_errno,
	[PLAN_SHORT] = &fault_short,
	[PLAN_DELAY] = &fault_delay,
	[PLAN_CLOCK] = &fault_clock,
	[PLAN_REMOVE] = &fault_remove,
	[PLAN_LIMIT] = &fault_limit,
	[PLAN_SPAWN] = &fault_spawn,
	[PLAN_RESTART] = &fault_restart,
	[PLAN_ALLOC] = &fault_alloc,
};
/* clang-format on */
