/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the strategies `exhaustive` and `brute` hand over to the tasks of one execution, and what
 * they read back after it: which decisions to take, and what each step turned out to do. A part of
 * the control block; the state that lives across executions is search/exhaustive_tree.c's.
 */
#ifndef SABOT_CORE_EXPLORE_H
#define SABOT_CORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	EXPLORE_TASKS_MAX = 64,
	EXPLORE_STEPS_MAX = 8192,
	EXPLORE_TOUCHES_MAX = 4,
	EXPLORE_LOOKS_MAX = 32,
	EXPLORE_LOOPS_MAX = 64,
	EXPLORE_MEMORY_MAX = 64 * 1024,
};

enum explore_flag {
	EXPLORE_ALL = 1,	     /* not understood: it may touch everything */
	EXPLORE_READS = 2,	     /* a call that may read any of the shared memory */
	EXPLORE_MARKS = 4,	     /* changes a mark, or ends a task: checks may ask for that */
	EXPLORE_FLIGHT = 8,	     /* wakes somebody, or was woken: some checks wait for it */
	EXPLORE_DESCRIPTOR = 16,     /* works on what the end of a process may close */
	EXPLORE_ENDS = 32,	     /* its process ends, or is as if it did */
	EXPLORE_CALLS = 64,	     /* an operation of a history begins */
	EXPLORE_RETURNS = 128,	     /* ... or ends */
	EXPLORE_JUDGED = 256,	     /* at its end, checks look at the shared memory */
	EXPLORE_SEES_MARKS = 512,    /* ... at marks, and at who is alive */
	EXPLORE_SEES_OBJECTS = 1024, /* ... and at objects */
};

/* Bytes of shared memory, or (beyond all addresses) an object. */
struct explore_touch {
	uint64_t first, end;
	bool writes;
};

/* What a task did from one decision to the next. */
struct explore_step {
	uint32_t flags; /* of enum explore_flag */
	uint16_t op;
	int8_t task, process;
	uint8_t touch_count;
	uint8_t state;	 /* its enum task_state when it was chosen */
	bool asks;	 /* its call changes nothing */
	bool news;	 /* it has changed more than who holds a lock, or waits for it */
	uint64_t effect; /* what came of it, as far as it shows: equal if equal */
	uint64_t key;	 /* equal for steps of a task that are the same place of its code */
	uint64_t others; /* what other tasks held of its objects when it was chosen */
	uint64_t wakes;	 /* who could not run before, and can after it */
	struct explore_touch touches[EXPLORE_TOUCHES_MAX];
};

struct explore_decision {
	uint64_t all;	  /* who could be chosen */
	uint64_t options; /* of these, those whose step may bring anything new */
	uint64_t sleeps;  /* of these, those whose step was explored elsewhere */
	int8_t current;	  /* the deciding task if it can go on, else -1 */
	bool yields;	  /* ... and wants others to */
	struct explore_step step;
};

/* A step of a task since anything new was there for it. */
struct explore_look {
	uint64_t holding; /* of what it held then */
	struct explore_step step;
};

struct explore_looks {
	uint32_t count, repeats;
	uint64_t holding;
	struct explore_look list[EXPLORE_LOOKS_MAX];
};

enum explore_loop_kind {
	EXPLORE_LOOP_UNKNOWN,
	EXPLORE_LOOP_ENDS,    /* by itself: each of its steps counts */
	EXPLORE_LOOP_ENDLESS, /* it waits for others */
};

struct explore_loop {
	uint64_t key;
	enum explore_loop_kind kind;
};

/* Why an execution says less than a whole one. */
enum explore_cut {
	EXPLORE_WHOLE,
	EXPLORE_ASLEEP, /* all that could follow was explored elsewhere */
	EXPLORE_PROBED, /* it found out whether a loop ends: the same has to be run again */
	EXPLORE_LONG,	/* more steps than are kept */
	EXPLORE_UNFAIR, /* a loop that changes something each time: it could go on for ever */
	EXPLORE_ASTRAY, /* the prefix could not be followed */
};

/* What checks have been seen to ask for. */
enum explore_look_kind { EXPLORE_LOOK_MARKS = 1, EXPLORE_LOOK_OBJECTS = 2 };

/* Noted by whoever does it, whether anybody explores or not. */
struct explore_notes {
	uint32_t looks;	 /* of enum explore_look_kind */
	uint32_t judged; /* times that a check was judged before the end */
	bool clock_read;
};

struct explore {
	/* Handed over. */
	bool follows_only;  /* after the prefix, or where it fails: the default, and no record */
	bool walks;	    /* after the prefix at random: to check what was explored */
	bool memory_points; /* all code that touches the shared memory has them */
	uint32_t prefix_count;
	uint32_t sleeper_count; /* asleep at the last decision of the prefix */
	uint8_t prefix[EXPLORE_STEPS_MAX];
	struct explore_step sleepers[EXPLORE_TASKS_MAX];
	/* Kept from one execution to the next. */
	uint32_t loop_count;
	struct explore_loop loops[EXPLORE_LOOPS_MAX];
	/* Read back. */
	enum explore_cut cut;
	uint32_t count;
	struct explore_decision decisions[EXPLORE_STEPS_MAX];
	/* While it runs. */
	uint32_t event, judged_before;
	int probed; /* a task that runs alone until it is known whether its loop ends, or -1 */
	uint64_t probed_key;
	uint32_t probes_left;
	uint64_t asleep;
	uint64_t lent[EXPLORE_TASKS_MAX]; /* objects that the task's end gives back */
	struct explore_step slept[EXPLORE_TASKS_MAX];
	struct explore_looks looked[EXPLORE_TASKS_MAX];
	unsigned char memory[EXPLORE_MEMORY_MAX]; /* as it was at the last decision */
};

#endif
