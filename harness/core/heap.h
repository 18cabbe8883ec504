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

enum { HEAP_LOOKS_MAX = 256, HEAP_WANTED_MAX = 64 }; /* of one execution */

/* Why a look was made; or why it could not be. */
enum heap_look_kind {
	HEAP_AT_BIRTH, /* what was lost by then is not the process's own */
	HEAP_AT_FAULT, /* it came to the call at which a fault may end it */
	HEAP_AT_LAST,  /* ... which was its last when the same was run before */
	HEAP_AT_CRASH,
	HEAP_AT_END,
	HEAP_REFUSED, /* the checker could not look: other threads were alive, or no descriptor left
		       */
};

struct heap_look {
	enum heap_look_kind kind;
	int16_t task;	     /* -1: the supervisor, of which all tasks are copies */
	uint32_t op;	     /* that the task was at */
	bool crowded;	     /* refused for the other threads of the process */
	uint64_t begin, end; /* bytes of the report, in the checker's file */
};

/* A task's operation at which to look: there its process ended, and nobody had looked. */
struct heap_wanted {
	uint64_t victim; /* hash of the task's name */
	uint32_t op;
};

/* What became of the processes of an execution: looked at as they ended, or why not. */
enum heap_sight {
	HEAP_SEEN,
	HEAP_HAD_THREADS,   /* LeakSanitizer would have stopped them */
	HEAP_OTHER_PROGRAM, /* that is not ours to look at */
	HEAP_UNSEEN,	    /* its checker could not look, or it ended elsewhere this time */
	HEAP_SIGHTS,
};

struct heap {
	enum heap_checker checker;
	bool looking;	       /* the task that has the turn sleeps for its checker */
	uint32_t wanted_count; /* lasts from one execution to its second run */
	struct heap_wanted wanted[HEAP_WANTED_MAX];
	uint32_t look_count; /* may exceed HEAP_LOOKS_MAX: the rest is not known */
	struct heap_look looks[HEAP_LOOKS_MAX];
};

#endif
