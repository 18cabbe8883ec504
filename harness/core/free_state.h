/* SPDX-License-Identifier: Apache-2.0 */
/* What free mode keeps in the control block; see core/free.h. */
#ifndef SABOT_CORE_FREE_STATE_H
#define SABOT_CORE_FREE_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct free_state {
	bool on;	   /* the execution runs free: nobody has a turn */
	bool late;	   /* it did not end within its limit */
	bool judges;	   /* the scenario has invariants for settled states */
	uint32_t line;	   /* tasks that start together; 0: nobody is waited for */
	uint32_t rounds;   /* in which they meet at the start line */
	uint32_t arrived;  /* there, all rounds together */
	uint32_t census;   /* futex word: 1: whoever comes to a point stays there */
	uint32_t censuses; /* that may still be asked for */
	uint64_t left;	   /* tasks that have come to their end, or are dead */
	uint32_t lock;	   /* task number + 1 of who changes a table; 0: nobody */
	uint64_t began_ns; /* real */
	uint64_t ahead_ns; /* by which the clocks were set forward */
};

#endif
