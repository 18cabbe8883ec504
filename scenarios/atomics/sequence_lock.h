/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that one writer changes, and a sequence that is odd while it does; as a latch, with two
 * copies of which one is whole at any time (Linux, Documentation/locking/seqlock.rst; its fences
 * are those of Boehm, MSPC 2012).
 */
#ifndef SCENARIOS_ATOMICS_SEQUENCE_LOCK_H
#define SCENARIOS_ATOMICS_SEQUENCE_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>

enum { SEQUENCE_COPIES = 2, SEQUENCE_WORDS = 2 };

struct sequence_lock {
	atomic_uint sequence;
	atomic_uint words[SEQUENCE_COPIES][SEQUENCE_WORDS]; /* each is how often it was written */
	unsigned plain[SEQUENCE_WORDS];
};

struct sequence_way {
	bool latch, plain, no_fence, no_second_look;
};

/* What one read has found: whole, if all words are of the writing that the sequence says. */
struct sequence_look {
	unsigned sequence, words[SEQUENCE_WORDS];
};

static inline void sequence_store(struct sequence_lock *lock, const struct sequence_way *way,
				  unsigned copy, unsigned value)
{
	unsigned i;

	for (i = 0; i < SEQUENCE_WORDS; i++)
		if (way->plain)
			lock->plain[i] = value;
		else
			atomic_store_explicit(&lock->words[copy][i], value, memory_order_relaxed);
}

static inline void sequence_fence(const struct sequence_way *way)
{
	/* Pairs with the fence in sequence_try_read(): a new word, then the sequence before it. */
	if (!way->no_fence)
		atomic_thread_fence(memory_order_release);
}

/* By the one writer: its writing number `value`, from 1. */
static inline void sequence_write(struct sequence_lock *lock, const struct sequence_way *way,
				  unsigned value)
{
	unsigned even = 2 * value;

	/* Of a latch, odd says that the second copy is whole. */
	atomic_store_explicit(&lock->sequence, even - 1,
			      way->latch ? memory_order_release : memory_order_relaxed);
	sequence_fence(way);
	sequence_store(lock, way, 0, value);
	/* Pairs with the first load in sequence_try_read(). */
	atomic_store_explicit(&lock->sequence, even, memory_order_release);
	if (!way->latch)
		return;
	sequence_fence(way);
	sequence_store(lock, way, 1, value);
}

/* False: the words may be torn. */
static inline bool sequence_try_read(struct sequence_lock *lock, const struct sequence_way *way,
				     struct sequence_look *look)
{
	unsigned i;

	look->sequence = atomic_load_explicit(&lock->sequence, memory_order_acquire);
	if (!way->latch && look->sequence % 2)
		return false;
	for (i = 0; i < SEQUENCE_WORDS; i++)
		look->words[i] = way->plain
					 ? lock->plain[i]
					 : atomic_load_explicit(&lock->words[look->sequence % 2][i],
								memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	return way->no_second_look ||
	       atomic_load_explicit(&lock->sequence, memory_order_relaxed) == look->sequence;
}

static inline bool sequence_look_valid(const struct sequence_look *look)
{
	unsigned i;

	for (i = 0; i < SEQUENCE_WORDS; i++)
		if (look->words[i] != look->sequence / 2)
			return false;
	return true;
}

#endif
