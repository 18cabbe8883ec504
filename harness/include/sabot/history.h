/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of operations, and what objects are to do. Part of <sabot/sabot.h>: include that.
 *
 * A history is what tasks did to one object: operations, each with the moments at which it was
 * called and at which it returned. It is judged by a specification, which says what the object does
 * when one operation follows the other: there has to be an order of the operations in which each of
 * them could have given the result that it gave, and in which no operation stands before one that
 * had returned when it was called (linearizability). Where stores reach others late (SABOT_TSO,
 * SABOT_PSO), it returns for others when the last of its stores has arrived. An operation whose
 * task was killed within it is pending: it may have taken effect once, at any moment after its
 * call, or not at all.
 */
#ifndef SABOT_HISTORY_H
#define SABOT_HISTORY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* One operation, as a specification sees it. */
struct sabot_operation {
	int what; /* of the specification's own numbers; SABOT_DEATH for the caller's death */
	unsigned caller; /* number of the task */
	bool unknown;	 /* the result is not known: pending, or returned as SABOT_UNKNOWN */
	int64_t argument, second;
	int64_t result; /* 0 while unknown */
};

/* Results, and a kind of operation, that no number of a scenario's own may equal. */
#define SABOT_EMPTY   INT64_MIN	      /* there was nothing to take, or to get */
#define SABOT_FULL    (INT64_MIN + 1) /* there was no room */
#define SABOT_UNKNOWN (INT64_MIN + 2) /* the caller was not told, or does not care */
#define SABOT_DEATH   INT_MIN

/*
 * What an object holds: a list of numbers, whose meaning is the specification's. Two states that
 * are the same have to be the same list. To be made longer and shorter by the functions below only;
 * values[0 .. count-1] may be read and written.
 */
struct sabot_state {
	size_t count;
	int64_t *values;
	size_t room; /* this and the next are the checker's own */
	bool failed;
};
void sabot_state_insert(struct sabot_state *state, size_t at, int64_t value); /* at <= count */
void sabot_state_remove(struct sabot_state *state, size_t at);		      /* at < count */

/* Which items of a container an operation is about. */
enum sabot_items {
	SABOT_NO_ITEM,	  /* none is there: more items could only hinder it, as a take that fails */
	SABOT_ONE_ITEM,	  /* it puts in or takes out this one, and is told of no other */
	SABOT_EVERY_ITEM, /* any of them: its result tells how many there are, or is not known */
};

/*
 * What an object does, one operation after the other. The functions are called by the harness after
 * an execution, often: they may not keep anything from one call to the next.
 */
struct sabot_specification {
	const char *name; /* with its article: "a FIFO queue" */
	/* The state before the first operation: an empty one is handed in. */
	void (*start)(struct sabot_state *state, int64_t parameter);
	/*
	 * The operation takes place. Returns whether its result is possible in this state, and if
	 * so leaves the state after it. What it leaves must follow from the state, the operation
	 * and its result; if that is unknown, from the first two.
	 */
	bool (*apply)(struct sabot_state *state, const struct sabot_operation *operation);
	/* As a reader knows it: "dequeue() = 3", and while the result is unknown "dequeue()". */
	void (*describe)(const struct sabot_operation *operation, char *text, size_t size);
	/*
	 * NULL, or the part of the object that the operation works on, if the object is many that
	 * know nothing of each other: the elements of a set. Each part is judged by itself.
	 */
	int64_t (*key)(const struct sabot_operation *operation);
	/*
	 * NULL, or for containers in which items are only names: which item this is about. Then a
	 * long history, and one without an order, take less time.
	 */
	enum sabot_items (*item)(const struct sabot_operation *operation, int64_t *item);
	/*
	 * Tell of deaths too: each killed task that ever called does SABOT_DEATH, pending from the
	 * moment of its death on. For what the kernel takes back from the dead.
	 */
	bool deaths;
};

/*
 * Those that come along. What sabot_call() is given stands in brackets, what sabot_return() is
 * given after the "=". The parameter is the `parameter` of struct sabot_history.
 */
enum {
	SABOT_READ = 1,	       /* () = value; of registers and counters */
	SABOT_WRITE,	       /* (value) = 0 */
	SABOT_EXCHANGE,	       /* (value) = value before */
	SABOT_COMPARE_AND_SET, /* (expected, value) = 1, or 0 if it was another */
	SABOT_ADD,	       /* (amount) = value before */
	SABOT_ENQUEUE,	       /* (item) = 0, or SABOT_FULL */
	SABOT_DEQUEUE,	       /* () = item, or SABOT_EMPTY */
	SABOT_PUSH,	       /* (item) = 0, or SABOT_FULL */
	SABOT_POP,	       /* () = item, or SABOT_EMPTY */
	SABOT_INSERT,	       /* (element) = 1, or 0 if it was there */
	SABOT_REMOVE,	       /* (element or key) = 1, or 0 if it was not there */
	SABOT_CONTAINS,	       /* (element) = 1 or 0 */
	SABOT_LOCK,	       /* () = 0, or EOWNERDEAD if its owner has died */
	SABOT_TRYLOCK,	       /* () = 0, EOWNERDEAD, or EBUSY if somebody has it */
	SABOT_UNLOCK,	       /* () = 0 */
	SABOT_PUT,	       /* (key, value) = 0 */
	SABOT_GET,	       /* (key) = value, or SABOT_EMPTY */
};
/* SABOT_READ, WRITE, EXCHANGE, COMPARE_AND_SET. The parameter is the first value. */
extern const struct sabot_specification sabot_register;
/* SABOT_READ, ADD. The parameter is the first value. */
extern const struct sabot_specification sabot_counter;
/* SABOT_ENQUEUE, DEQUEUE. The parameter is how many items it has room for; 0: any number. */
extern const struct sabot_specification sabot_fifo_queue;
/* SABOT_PUSH, POP. The parameter as of a queue. */
extern const struct sabot_specification sabot_stack;
/* SABOT_INSERT, REMOVE, CONTAINS. Judged element by element. */
extern const struct sabot_specification sabot_set;
/* SABOT_LOCK, TRYLOCK, UNLOCK. One owner at a time; after its death the next, told so or not. */
extern const struct sabot_specification sabot_lock;
/* SABOT_PUT, GET, REMOVE. Judged key by key. */
extern const struct sabot_specification sabot_key_value;

/* One object whose history is recorded and judged, after each execution. */
struct sabot_history {
	const char *name; /* as an invariant's: a sentence, true when all is well; twins name it */
	const struct sabot_specification *specification;
	int64_t parameter; /* what it means is the specification's */
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
