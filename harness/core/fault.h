/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of fault is: functions, most of them run by the supervisor. faults/ holds one file a
 * kind. */
#ifndef SABOT_CORE_FAULT_H
#define SABOT_CORE_FAULT_H

#include "core/control.h"

/* What a call of the victim's returns in place of what it would. */
struct fault_answer {
	long result;
	int error;	 /* errno then; 0: the call's own result stands */
	bool makes_call; /* the real call is made, for its effect */
	size_t room;	 /* ... and moves no more bytes than this; 0: as many as it is told */
};

struct fault_kind {
	const char *name;
	const char *about;
	const char *hits; /* what it can strike, and where, for `sabot faults` */
	const char *verb; /* what is done to the victim's role: "kill" */
	unsigned places;  /* a bit for each plan_where at which it can strike; 0: all */
	/*
	 * The victim does it to itself, in the call that it is at: only at its point. To strike
	 * notes that it is due; it is confirmed once the call has had its answer.
	 */
	bool in_call;
	/*
	 * The victim must run inside the kernel for the fault to take effect, so it is let through
	 * the gate (it reaches no instruction of its own), and confirm() is asked until it says
	 * yes.
	 */
	bool takes_hold;
	bool restarts; /* once it has died, its role is started again */
	/* Before the execution: 0, or -errno if this shot can never fire. */
	int (*arm)(struct shot *shot);
	/*
	 * For a sweep: the way number `number` in which it can strike at the event, as far as
	 * `asked` allows; fills what differs in *shot. False: there are no more. NULL: one way.
	 */
	bool (*variant)(const struct event *at, const struct sabot_fault *asked, unsigned number,
			struct plan_fault *shot);
	/*
	 * Run by the victim: what the call returns. False: this kind cannot strike that call (a
	 * shot that was to strike there is refused, one that lasts passes it over). Of a kind that
	 * is not in_call: once it has struck, asked for each call of the process, and of those that
	 * it makes.
	 */
	bool (*answer)(const struct shot *shot, const struct call *call, struct fault_answer *to);
	/* Strikes. The victim is parked, asleep, or held as woken. 0 or -errno. */
	int (*fire)(struct shot *shot, struct task *victim);
	/* Whether it has taken effect. `state`: the letter of /proc/TID/stat, 'X' if gone. */
	bool (*confirm)(const struct shot *shot, const struct task *victim, char state);
	/* What happens to the victim, of a story: "is killed". */
	void (*tell)(const struct plan_fault *plan, char *text, size_t size);
	/* Ends what lasts (a stop). 0 or -errno; may be NULL. */
	int (*disarm)(struct shot *shot, struct task *victim);
};

/* It was struck: what strikes a thread may end its process, and all the others. */
void fault_injure(const struct task *victim);

/* By plan_fault_kind; set by faults/. */
extern const struct fault_kind *const fault_kinds[PLAN_FAULT_KIND_COUNT];

#endif
