/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of fault is: four functions, run by the supervisor. faults/ holds one file a kind. */
#ifndef SABOT_CORE_FAULT_H
#define SABOT_CORE_FAULT_H

#include "core/control.h"

struct fault_kind {
	const char *name;
	const char *about;
	/*
	 * The victim must run inside the kernel for the fault to take effect, so it is let through
	 * the gate (it reaches no instruction of its own), and confirm() is asked until it says
	 * yes.
	 */
	bool takes_hold;
	/* Before the execution: 0, or -errno if this shot can never fire. */
	int (*arm)(struct shot *shot);
	/* Strikes. The victim is parked, asleep, or held as woken. 0 or -errno. */
	int (*fire)(struct shot *shot, struct task *victim);
	/* Whether it has taken effect. `state`: the letter of /proc/TID/stat, 'X' if gone. */
	bool (*confirm)(const struct shot *shot, const struct task *victim, char state);
	/* Ends what lasts (a stop). 0 or -errno; may be NULL. */
	int (*disarm)(struct shot *shot, struct task *victim);
};

/* By plan_fault_kind; set by faults/. */
extern const struct fault_kind *const fault_kinds[PLAN_FAULT_KIND_COUNT];

#endif
