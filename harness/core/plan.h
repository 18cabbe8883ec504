/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: the decisions of one execution that differ from the default. Seed and plan together are
 * the execution. The default decision is "go on; when you cannot, the lowest task that can".
 *
 * A place is named by the deciding task, the number of the operation that it is at (1 is its first;
 * 0 is its start), and the pass: 0 for the decision before the operation, 1, 2, ... for those that
 * follow while it is still in it (it fell asleep, was woken and fell asleep again, or ended).
 *
 * As text, a plan is one fact a line, between `sabot-plan 1` and `end`:
 *
 *	sabot-plan 1
 *	scenario sysv-sem/semundo-crash
 *	case without-undo
 *	module ./mine.so		only if there is one; a program: "-- ./server --port 80"
 *	seed 0x000000000000002a
 *	execution 17			0 if not given
 *	strategy replay
 *	finding deadlock: who waits for what	only if there is one
 *	fault kill holder#0 at 3 semop point
 *	fault signal 10 waiter#1 at 2 semop asleep again 1 after 4
 *	fault errno ENOSPC writer#0 at 3 write point lasting
 *	switch holder#0 3 semop to waiter#1
 *	switch holder#0 3.1 semop to waiter#1	pass 1
 *	trace 2 0x0123456789abcdef	how many lines follow, and the hash; only if known
 *	| first step
 *	| second
 *	end
 *
 * Facts may come in any order, but between `trace` and its last line none. Blank lines and lines
 * that begin with # are skipped, blanks may be doubled, a number may be decimal or 0x, lines may
 * end with CR LF. In a module, finding or call, %XX stands for a byte that would end or split it.
 * Writing is canonical.
 */
#ifndef SABOT_CORE_PLAN_H
#define SABOT_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLAN_VERSION 1
/* The decider at the very start of an execution, when no task has run yet. */
#define PLAN_NOBODY "-#0"

enum {
	PLAN_NAME_MAX = 64, /* bytes of a scenario's, case's or strategy's name, with its NUL */
	PLAN_TASK_MAX = 32, /* of a task's name: "holder#0", or "holder#0/1" (its first child) */
	PLAN_CALL_MAX = 32, /* of an operation's name, such as "semop" */
	PLAN_PATH_MAX = 512,
	PLAN_MESSAGE_MAX = 256,
	PLAN_SWITCHES_MAX = 1024,
	PLAN_FAULTS_MAX = 8,
	PLAN_TRACE_LINES_MAX = 20000,
	PLAN_LINE_MAX = 2048, /* bytes of a line of a plan's text, with its newline */
};

/* Where the victim is when a fault strikes it. */
enum plan_where { PLAN_AT_POINT, PLAN_ASLEEP, PLAN_WOKEN, PLAN_WHERE_COUNT };

enum plan_fault_kind {
	PLAN_KILL,
	PLAN_STOP,
	PLAN_SIGNAL,
	PLAN_ERRNO,
	PLAN_SHORT,
	PLAN_DELAY,
	PLAN_CLOCK,
	PLAN_REMOVE,
	PLAN_LIMIT,
	PLAN_SPAWN,
	PLAN_RESTART,
	PLAN_ALLOC,
	PLAN_FAULT_KIND_COUNT
};

/* What stands behind the name of a kind: which signal, which error, how much. */
enum plan_value {
	PLAN_VALUE_NONE,
	PLAN_VALUE_SIGNAL,
	PLAN_VALUE_ERRNO,
	PLAN_VALUE_NUMBER,
	PLAN_VALUE_SIGNED
};

enum { PLAN_NUMBER_MAX = 1000000000 };

struct plan_switch {
	char task[PLAN_TASK_MAX]; /* who decides */
	uint32_t op;
	uint32_t pass;
	char call[PLAN_CALL_MAX];   /* what the operation is, for the reader; "-" if none */
	char target[PLAN_TASK_MAX]; /* who runs next; a sleeper here means that its time-out ends */
};

struct plan_fault {
	enum plan_fault_kind kind;
	int signo;    /* PLAN_VALUE_SIGNAL only, else 0 */
	int value;    /* PLAN_VALUE_ERRNO: errno; PLAN_VALUE_NUMBER, _SIGNED: up to PLAN_NUMBER_MAX;
			 else 0 */
	bool lasting; /* not that once, but from then on; only if plan_fault_lasts(kind) */
	uint32_t op;  /* the victim's operation */
	uint32_t again; /* how often it had come to that state in this operation before */
	uint32_t after; /* decisions of anyone since the victim came to that state: 0 is at once */
	enum plan_where where;
	char victim[PLAN_TASK_MAX];
	char call[PLAN_CALL_MAX];
};

struct plan {
	char scenario[PLAN_NAME_MAX * 2]; /* "group/name" */
	char case_name[PLAN_NAME_MAX];
	char module[PLAN_PATH_MAX];	/* path of the scenario's module, or "" if built in */
	char strategy[PLAN_NAME_MAX];	/* what decides where nothing is listed: "replay" is the
					   default */
	char finding[PLAN_MESSAGE_MAX]; /* what this plan showed, or ""; for the reader */
	uint64_t seed;
	uint64_t execution;  /* its number in its campaign; random streams depend on it */
	uint64_t trace_hash; /* 0: not known */
	uint32_t switch_count;
	uint32_t fault_count;
	struct plan_fault faults[PLAN_FAULTS_MAX];
	struct plan_switch switches[PLAN_SWITCHES_MAX];
};

/*
 * The steps that a plan's execution took, one line each: what replay compares. Any bytes but
 * newline and NUL, at most PLAN_LINE_MAX - 3 of them. Its user owns it.
 */
struct plan_trace {
	char **lines;
	size_t count;
};

/* What is wrong with a plan's text, for one clear line: "PATH:LINE: MESSAGE". */
struct plan_error {
	unsigned line;
	char message[PLAN_MESSAGE_MAX];
};

/*
 * Reads a plan. `trace` may be NULL. Returns 0, or -EINVAL (corrupt, foreign, cut short, of another
 * version, a number out of range, too many entries), or -errno of the read; *error is filled then.
 * Reads text of any content without harm. On error *plan and *trace hold nothing that needs
 * freeing.
 */
int plan_read(FILE *file, struct plan *plan, struct plan_trace *trace, struct plan_error *error);

/*
 * Writes a plan and flushes. `trace` may be NULL. Returns 0 or -errno (a full disk among them), or
 * -EINVAL, with nothing written, for a plan that is not valid or a trace that no text can hold.
 */
int plan_write(FILE *file, const struct plan *plan, const struct plan_trace *trace);

void plan_trace_free(struct plan_trace *trace);

/*
 * Whether all names, counts and enumerations are within bounds: what plan_write may be given. A
 * scenario is "group/name". Its parts, cases, strategies and roles are letters, digits and any of
 * "._-:=,+"; a task is "role#0", with "/1" for each generation below. A call is any text.
 */
bool plan_valid(const struct plan *plan);

const char *plan_fault_name(enum plan_fault_kind kind); /* "kill", ... */
const char *plan_where_name(enum plan_where where);	/* "point", "asleep", "woken" */

enum plan_value plan_fault_value(enum plan_fault_kind kind);
bool plan_fault_lasts(enum plan_fault_kind kind);
/* The value as text with a blank behind it, "10 " or "EINTR "; or "". */
const char *plan_fault_argument(const struct plan_fault *fault, char *text, size_t size);

#endif
