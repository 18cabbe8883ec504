/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the memory of processes: which were made, and where the checker's report of each is. */
#ifndef SABOT_CORE_HEAP_H
#define SABOT_CORE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

enum heap_checker {
	HEAP_UNCHECKED,
	HEAP_VALGRIND, /* memcheck, which this process runs on */
	HEAP_LSAN,     /* LeakSanitizer, which is part of this build */
	HEAP_CHECKERS,
};

enum { HEAP_LOOKS_MAX = 256 }; /* of one execution */

/* Why a look was made; or why it could not be. */
enum heap_look_kind {
	HEAP_AT_BIRTH, /* what was lost by then is not the process's own */
	HEAP_AT_FAULT, /* it came to the call at which a fault may end it */
	HEAP_AT_END,
	HEAP_REFUSED, /* the checker could not look: other threads were alive, or no descriptor left
		       */
};

struct heap_look {
	enum heap_look_kind kind;
	int16_t task;	     /* -1: the supervisor, of which all tasks are copies */
	uint64_t begin, end; /* bytes of the report, in the checker's file */
};

struct heap {
	enum heap_checker checker;
	bool looking;	     /* the task that has the turn sleeps for its checker */
	uint32_t look_count; /* may exceed HEAP_LOOKS_MAX: the rest is not known */
	struct heap_look looks[HEAP_LOOKS_MAX];
};

#endif
