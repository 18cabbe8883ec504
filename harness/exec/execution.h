/* SPDX-License-Identifier: Apache-2.0 */
/* One execution: a scenario's case, once, under one plan. Supervisor only. */
#ifndef SABOT_EXEC_EXECUTION_H
#define SABOT_EXEC_EXECUTION_H

#include "core/control.h"
#include "core/strategy.h"

struct execution {
	const struct sabot_scenario *scenario;
	const struct sabot_case *scase;
	const struct strategy *strategy;
	const struct plan *plan; /* its switches, for the strategy `replay`; may be NULL */
	const struct plan_fault *faults;
	uint32_t fault_count;
	uint64_t seed;
	uint64_t number;	  /* in its campaign: streams depend on it */
	uint32_t depth;		  /* pct */
	uint32_t length;	  /* decisions expected */
	bool fingerprint;	  /* calls are told with the state of the shared memory */
	bool brief;		  /* accesses of memory need not be told: only what comes of them */
	enum sabot_memory memory; /* at least so weak */
	bool races;		  /* look for data races */
	bool free;		  /* all tasks run at once: see exec/free.h */
	const char *held;	  /* name of a task that is not to end: see core/point.h */
	bool pool; /* keep the processes for the next execution, if the scenario allows it */
	/* The oracles, of check/. */
	void (*judge)(struct control *control, enum sabot_when when);
	void (*stuck)(void);
	void (*ended)(void); /* all tasks are reaped: exit statuses, leaks, ... */
	/* The tasks have written over the control block, over `what`: does not return. NULL: as
	 * after an assertion that fails. */
	void (*damaged)(const char *what);
	void (*over)(void); /* a finding ends it, the tasks are still as they were; may be NULL */
};

/*
 * Readies this process for executions: control block (in this memory, or -1: in its own), shared
 * memory, and for executions that do not run free the gate. Returns 0 or -errno.
 */
int execution_prepare(int control_fd, bool free);

/*
 * Runs it. Everything that is to be known afterwards is in the control block, valid until the next
 * call. Returns 0, or -errno if it could not be run (no process, no memory).
 */
int execution_run(const struct execution *execution);

/* Ends the tasks that a pool keeps. */
void execution_end_pool(void);

#endif
