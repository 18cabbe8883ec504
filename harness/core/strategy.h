/* SPDX-License-Identifier: Apache-2.0 */
/* What chooses decisions: three functions over state that lives in the control block. */
#ifndef SABOT_CORE_STRATEGY_H
#define SABOT_CORE_STRATEGY_H

#include "core/control.h"

struct choice {
	int current; /* the deciding task if it can go on, else -1 */
	int at; /* the deciding task (it may be asleep, ended or dead), or -1 at the very start */
	uint64_t ready; /* tasks that can run now, `current` among them */
	uint64_t timed; /* tasks that would run if their time-out ended now */
	bool yields;	/* the deciding task can go on, and asks that others do, or asks in vain */
	bool in_vain;	/* it has asked again for long, without progress; it may wait for others */
	int standard;	/* the default decision: always one that is possible */
};

struct strategy {
	const char *name;
	const char *about;
	/* An execution begins; decider->seed, length, depth are set. */
	void (*begin)(struct decider *decider);
	/*
	 * Returns the task that runs next, of choice->ready or choice->timed. Called with choices
	 * of two or more only, unless `always`. Runs in tasks too: may not allocate, block or call
	 * libc beyond string.h.
	 */
	int (*next)(struct decider *decider, const struct choice *choice);
	bool always; /* it is to be told, too, when there is nothing to choose */
	/*
	 * It may let somebody go on for ever who asks in vain, so there its choice gives way to
	 * the default.
	 */
	bool blind;
	/*
	 * Returns a store that arrives now, as TARGET_STORES + TASKS_MAX * n + task for the n-th
	 * that may (core/store_buffer.h), or -1: none, yet. Asked again after each. May be NULL.
	 */
	int (*store)(struct decider *decider, int at);
	/*
	 * Returns at how many of its next accesses of shared memory the task goes on, whoever else
	 * can run: these are not asked for one by one. May be NULL: none.
	 */
	uint32_t (*quiet)(struct decider *decider, const struct task *task);
};

/* That of this execution, as the calling image has it. */
static inline const struct strategy *strategy_now(void)
{
	return image_here(control->decider.strategy);
}

#endif
