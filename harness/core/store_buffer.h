/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulated store buffers: a store of a task waits in its buffer, and others do not see it, until
 * the schedule lets it arrive. Under TSO the oldest store of a task arrives first, as on x86; under
 * PSO the oldest one of each location may. A task sees its own stores at once.
 *
 * Only the scenario's own shared memory is buffered, since whoever decides carries the arrival out,
 * and that memory is mapped in every process.
 */
#ifndef SABOT_CORE_STORE_BUFFER_H
#define SABOT_CORE_STORE_BUFFER_H

#include "core/control.h"

/* Whether stores to this address wait. */
static inline bool store_buffer_has(uintptr_t address, size_t size)
{
	return control->memory != SABOT_SC && size <= sizeof(uint64_t) &&
	       address - SHARED_ADDRESS < control->shared_size;
}

/*
 * Before and after the task is away from its code: what it sees of its own stores is taken out of
 * memory, and a plain store that it has made since is put into its buffer. At the start of each
 * hook; nothing if nothing is open.
 */
void store_buffer_close(struct task *task);

/*
 * The task, which has the turn, is about to make a plain access: memory shows it its own stores
 * until the next store_buffer_close().
 */
void store_buffer_open(struct task *task, uintptr_t address, size_t size, bool store);

/* What the task reads there: its own latest store, or memory. For atomic loads. */
uint64_t store_buffer_load(const struct task *task, uintptr_t address, size_t size);

/*
 * A store, `release`: after all that it stored before. Its `slot` and `fence` are set here. Returns
 * the slot, below STORES_WAITING_MAX.
 */
unsigned store_buffer_store(struct task *task, const struct waiting_store *store);

/* If set, told of each atomic store that arrives, by whoever carries it out. */
extern void (*store_buffer_arrived)(const struct task *task, uintptr_t address, unsigned slot);

/* A release fence: what is stored from now on arrives after what was stored before. */
void store_buffer_fence(struct task *task);

/* The number of the oldest store that waits, and of the latest; 0: none waits. */
uint32_t store_buffer_oldest(const struct task *task);
uint32_t store_buffer_latest(const struct task *task);

/* All of the task's stores arrive, in order. */
void store_buffer_drain(struct task *task);

/* Tasks whose stores wait. */
uint64_t store_buffer_waiting(void);
/* How many stores of the task could arrive next: one, or (PSO) one a location. */
unsigned store_buffer_choices(const struct task *task);
/* The n-th of these arrives. */
void store_buffer_arrive(struct task *task, unsigned n);

#endif
