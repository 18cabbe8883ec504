/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run leaves to be said: the only thing that reports/ reads. Strings are UTF-8 as far as the
 * scenario's author kept to it, may hold any byte but NUL, and are never NULL ("" where there is
 * nothing).
 */
#ifndef SABOT_CORE_RECORD_H
#define SABOT_CORE_RECORD_H

#include "core/heap.h"
#include "core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_VERSION 1

enum record_step_kind {
	RECORD_STEP,
	RECORD_GAP,	/* steps that are left out: `text` says how many */
	RECORD_FINDING, /* what was found, after the last step */
	RECORD_FRAME,	/* behind a crash: a call that it happened in, or that led to it */
};

/* A step of an execution, as a story tells it. */
struct record_step {
	enum record_step_kind kind;
	uint32_t number;     /* in the whole story, from 1; 0 if it is no step or finding */
	const char *task;    /* who: "holder#0"; "" for nobody of the tasks */
	const char *process; /* the first task of its process; "" for nobody */
	const char *text;    /* a sentence, the task's name with it */
	const char *place;   /* "two-locks.c:44", else a function's name, or "" */
	const char *file;    /* as the compiler recorded it, or "" */
	unsigned line;
};

struct record_finding {
	enum kind kind;
	const char *oracle;  /* the invariant's sentence, or the kind's name */
	const char *message; /* one line */
	const char *place;   /* "file:line" of the task that the finding names, or "" */
	const char *file;    /* of the place, as the compiler recorded it, or "" */
	unsigned line;
	const struct record_step *steps; /* what happened */
	size_t step_count;
	const char *graph;	 /* the waits-for graph as text lines, or "" */
	const char *history;	 /* operations that have no order, as a table, or "" */
	const char *leaks;	 /* memory that was lost, and where it was allocated, or "" */
	const char *output;	 /* what the tasks wrote to standard output and error, or "" */
	const char *plan_path;	 /* where the plan was written */
	const char *replay_line; /* the command that replays it */
	uint64_t fingerprint, shrunk_fingerprint;
	uint64_t seen;	 /* executions that showed it */
	uint64_t out_of; /* free mode: of so many; else 0 */
	uint64_t trace_hash;
};

/* Of a case that characterises: what was seen, and in how many executions. */
struct record_observation {
	const char *text;
	uint64_t seen;
};

/* What a victim is doing when a fault strikes it. */
enum record_where {
	RECORD_AT_POINT,
	RECORD_ASLEEP,	    /* in the call */
	RECORD_WOKEN,	    /* ... and not yet run */
	RECORD_IN_TRANSFER, /* asleep or woken in a call that had slept before: part of it is done
			     */
	RECORD_WHERE_COUNT,
};

/*
 * A place in the code at which a fault could strike, in how many distinguishable ways, and how many
 * of these were tried.
 */
struct record_strike {
	const char *fault; /* the kind's name: "kill" */
	const char *role;
	enum record_where where;
	uintptr_t site; /* return address of the call; reports read what follows */
	uint64_t known, struck;
	/* By debugging information, and only if a report asks for them: else "" and 0. */
	const char *file;     /* as the compiler recorded it: absolute, as a rule */
	const char *function; /* that holds the line */
	unsigned line, function_line;
};

struct record_case {
	const char *scenario;	   /* "sysv-sem/semundo-crash" */
	const char *name;	   /* the case */
	const char *caught_by;	   /* "" unless the case is a twin */
	const char *characterises; /* the event that the case shows; "" for others */
	enum verdict verdict;
	enum kind kind;	     /* of what decided the verdict; for a caught twin, of what caught it */
	const char *message; /* one line: why this verdict */
	uint64_t seed;
	uint64_t executions;
	uint64_t points;  /* points passed, all executions together */
	uint64_t checks;  /* invariants judged, all executions together */
	uint64_t mutated; /* calls that a mutation answered, all executions together */
	uint64_t faults_fired;
	uint64_t kill_points_covered;
	uint64_t kill_points_known;
	uint64_t kill_points_left; /* of those known: not struck, for want of time */
	bool free;		   /* ran in free mode: findings come back at a rate */
	uint64_t late;		   /* free mode: executions that did not end in time */
	bool exhaustive;	   /* all schedules were to be explored */
	bool complete;		   /* ... and were: it is a proof */
	uint64_t schedules;	   /* that were */
	const char *explored;	   /* ... in words, or NULL */
	uint64_t trace_hash;	   /* over the traces of all executions, in order */
	double seconds;		   /* wall clock; reports only, decides nothing */
	const char *plan_path;	   /* of the first finding, or "" */
	const char *replay_line;   /* of a case that did not pass and has no finding; may be NULL */
	uint64_t sights[HEAP_SIGHTS]; /* processes that a checker of memory looked at, or not */
	const struct record_finding *findings;
	size_t finding_count;
	const struct record_observation *observations; /* sorted by text */
	size_t observation_count;
	struct record_strike *strikes; /* NULL where no fault could strike */
	size_t strike_count;
	const char *const *known; /* what was seen where the case was written; NULL-terminated */
};

struct record_run {
	const char *version;	  /* of sabot */
	const char *command_line; /* as typed */
	const char *directory;	  /* in which it was run: what relative paths start from */
	const char *host_notes;	  /* what was degraded, as `sabot doctor` says it; "" if nothing */
	uint64_t seed;
	const struct record_case *cases;
	size_t case_count;
	double seconds;
	bool interrupted;
	enum verdict worst;
};

#endif
