/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/kinds.h"

const struct fault_kind *const fault_kinds[PLAN_FAULT_KIND_COUNT] = {
	[PLAN_KILL] = &fault_kill,   [PLAN_STOP] = &fault_stop,	  [PLAN_SIGNAL] = &fault_signal,
	[PLAN_ERRNO] = &fault_errno, [PLAN_SHORT] = &fault_short,
};
