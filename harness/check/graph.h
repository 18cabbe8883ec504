/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waits-for graph of a settled control block: what each task that sleeps or spins waits for,
 * and who could end that. Verifies nothing itself; check/stuck.h judges by it. What is known comes,
 * in this order of trust, from the kernel (the system call that the sleeper is in, /proc/locks,
 * open descriptors), from the lock words, and from our own log of who took what. Does not know: who
 * will signal a condition variable, and what passes by descriptors that lie in a socket's queue.
 */
#ifndef SABOT_CHECK_GRAPH_H
#define SABOT_CHECK_GRAPH_H

#include "core/control.h"

#include <stdio.h>

/* How the tasks of an edge relate to what is waited for. */
enum graph_how {
	GRAPH_ANYBODY,	 /* nobody has it: any of them could end the wait */
	GRAPH_HELD,	 /* they hold it */
	GRAPH_MAYBE,	 /* they took it, but it may be no lock: others could give it too */
	GRAPH_GIVEN,	 /* it was given to them, and they died before they ran */
	GRAPH_POSTED,	 /* they were those who posted it, and are no more */
	GRAPH_FILLS,	 /* they sent what the queue held, and are no more */
	GRAPH_EMPTIES,	 /* they received what it held, and are no more */
	GRAPH_AHEAD,	 /* they wait for it themselves, and come first */
	GRAPH_OPEN,	 /* they have the other end open */
	GRAPH_SENT,	 /* the other end lies in a message that they could receive */
	GRAPH_INSIDE,	 /* they died while they waited in it, and it still counts them */
	GRAPH_UNARRIVED, /* they are no more, and did not come to the barrier */
	GRAPH_ALIVE,	 /* it is they: their end is waited for */
	GRAPH_READY,	 /* they could make one of the descriptors ready, and no others */
};

/* A task that waits. */
struct graph_edge {
	int task;
	int object; /* index, or -1: then `name` says what */
	enum op op;
	int64_t amount;
	uintptr_t site;
	enum graph_how how;
	uint64_t holders; /* set of tasks, living or not */
	bool harness;	  /* the supervisor itself is among them: it made the object in setup */
	bool spins;
	bool free;	/* nobody has it, and still the task sleeps */
	bool returning; /* in a wait on a condition variable, signalled, and waits for the mutex */
	int next;	/* on the cycle: whom it waits for there, else -1 */
	uint64_t inode; /* GRAPH_OPEN: of the pipe */
	char name[56];
	char part[60]; /* which part of the object: "bytes 8-15" */
};

struct graph {
	uint32_t count;
	struct graph_edge edges[TASKS_MAX];
	uint32_t cycle_length;
	int cycle[TASKS_MAX]; /* tasks in order; each waits for the next, the last for the first */
	uint64_t named;	      /* tasks that the verdict is about */
	uint64_t trace_hash;  /* after the verdict */
};

/* Looks at the tasks. Supervisor only; reads /proc, allocates nothing that lasts. */
void graph_build(struct graph *graph);

/* The edge of a task that waits, or NULL. */
struct graph_edge *graph_edge_of(struct graph *graph, int task);

/* Whether it is known that the wait ends by these tasks and no others. */
bool graph_is_certain(const struct graph_edge *edge);

/*
 * Finds the shortest cycle and marks it. `guess`: edges to tasks that could end a wait count too,
 * though not for the whole of a cycle. Returns its length: 1 is a task that waits for itself, 0 is
 * none.
 */
uint32_t graph_cycle(struct graph *graph, bool guess);

/* One line an edge, then the cycle in order. Looks up source lines. */
void graph_write(FILE *file, struct graph *graph);

/* The same for Graphviz. */
void graph_write_dot(FILE *file, struct graph *graph);

/* "mutex#0 (shared+0x40)", "flock#0 (accounts) the whole file", ...: what is waited for. */
const char *graph_what(const struct graph_edge *edge, char *text, size_t size);

/* Of an edge that is free: ", which is free", in the words that fit its object. */
const char *graph_free(const struct graph_edge *edge);

/* "waiter#0", or "waiter#0, waiter#1 and 3 more". Returns text. */
const char *graph_names(uint64_t tasks, char *text, size_t size);

/* Where stuck_judge() builds; one for this process. */
struct graph *graph_kept(void);

/* The graph of the control block's finding, or NULL if its verdict needed none. */
struct graph *graph_last(void);

/* graph_write() of it, or "" if there is none. The caller frees it. */
char *graph_last_text(void);

#endif
