/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary form of a plan: what decides, in few bytes, for searches that change plans by the
 * thousand. Tasks are numbers, so that a change needs no names; what is for the reader only (names
 * of calls, the finding, the trace) is not in it. Every string of bytes is some plan: one that does
 * not begin with the version is the empty one, an entry that is cut short is left out, and what is
 * too many is too.
 *
 *	byte	PLAN_CODE_VERSION
 *	varint	base, length, seed, scase	as of struct plan_code
 *	entries until the end, each a byte of flags and what they announce:
 *		0x01	a fault: kind, victim, op; else a switch: task, op, target
 *		0x02	switch: pass		fault: again
 *		0x04	switch: store		fault: after
 *		0x08	-			fault: value, its sign in the lowest bit
 *		0x10	-			fault: lasting
 *		0x60	-			fault: where, 3 as 0
 *
 * A varint has 7 bits a byte, the lowest first, and 0x80 on each but the last.
 */
#ifndef SABOT_CORE_PLAN_CODE_H
#define SABOT_CORE_PLAN_CODE_H

#include "core/plan.h"

#define PLAN_CODE_VERSION 1

enum {
	PLAN_CODE_BASES = 18,	       /* see struct plan_code */
	PLAN_CODE_BYTES_MAX = 1 << 15, /* no plan takes more */
	PLAN_CODE_ROOTS_MAX = 64,
};

/*
 * A task: 7 bits that number it among those that a case starts with, from 1, then 7 bits for each
 * generation below, the child's number from 1. 0 is nobody: the decider at the very start.
 */
#define PLAN_CODE_TASK_BITS 7
#define PLAN_CODE_TASK_MASK 0x7fu

struct plan_code_switch {
	uint32_t task, op, pass, target;
	uint32_t store; /* 0: the target runs; n: the n-th of its stores that may arrive does */
};

struct plan_code_fault {
	enum plan_fault_kind kind;
	enum plan_where where;
	bool lasting;
	uint32_t victim, op, again, after;
	int32_t value; /* which signal, which error, how much */
};

struct plan_code {
	/* What decides where nothing is listed: 0 the default, 1 a random walk, 2 to 16 random
	 * priorities of that depth, 17 partial order sampling. */
	uint32_t base;
	uint32_t length; /* decisions expected, for random priorities */
	uint64_t seed;
	uint32_t scase; /* which of several cases */
	uint32_t fault_count, switch_count;
	struct plan_code_fault faults[PLAN_FAULTS_MAX];
	struct plan_code_switch switches[PLAN_SWITCHES_MAX];
};

/* The names of the tasks that a case starts with, in order. */
struct plan_code_roots {
	uint32_t count;
	char names[PLAN_CODE_ROOTS_MAX][PLAN_TASK_MAX];
};

/* Reads any bytes. Writes no entries beyond the counts. */
void plan_code_decode(struct plan_code *code, const uint8_t *bytes, size_t size);

/* Into PLAN_CODE_BYTES_MAX bytes. Returns the size. What decodes to it again, shortest. */
size_t plan_code_encode(const struct plan_code *code, uint8_t *bytes);

/*
 * The plan's seed, strategy, faults and switches; always valid ones. A number of a root beyond the
 * last counts round. All else in *plan is left as it is. There is at least one root.
 */
void plan_code_to_plan(const struct plan_code *code, const struct plan_code_roots *roots,
		       struct plan *plan);

/*
 * The reverse: of a plan whose strategy is "replay" or "guided". False if it names tasks that no
 * code can: not of these roots, or too many generations below. Sets scase to 0.
 */
bool plan_code_from_plan(struct plan_code *code, const struct plan_code_roots *roots,
			 const struct plan *plan);

/* A copy that moves no more than what is used. */
void plan_code_copy(struct plan_code *to, const struct plan_code *from);

#endif
