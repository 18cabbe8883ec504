/* SPDX-License-Identifier: Apache-2.0 */
/* What atomic operations order, by their memory order. What calls order: order_call.c. */
#include "memory/race.h"
#include "memory/vector.h"

/* As compilers number memory orders. */
static bool acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME ||
	       order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static bool releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

void race_load(struct task *task, uintptr_t address, int order)
{
	const struct vector *vector = vector_of_location(address, false);

	if (!vector)
		return;
	if (acquires(order))
		vector_acquire(task, vector);
	else
		vector_join(&CLOCKS->acquirable[task_number(task)], vector);
}

/* Of a relaxed store or update: what a release fence before it has set free. */
static void pass_fenced(const struct task *task, struct vector *to)
{
	int at = task_number(task);

	if (CLOCKS->fenced[at])
		vector_join(to, &CLOCKS->released[at]);
}

static void pass_on(const struct task *task, int order, struct vector *to)
{
	if (releases(order))
		vector_release(task, to);
	else
		pass_fenced(task, to);
}

void race_store(struct task *task, uintptr_t address, int order)
{
	pass_on(task, order, vector_of_store(task, address));
}

void race_store_waits(struct task *task, unsigned slot, int order)
{
	struct vector *waiting = &CLOCKS->waiting[task_number(task)][slot];

	*waiting = (struct vector){ { 0 } };
	pass_on(task, order, waiting);
}

void race_store_arrives(const struct task *task, uintptr_t address, unsigned slot)
{
	if (control->race.on)
		vector_join(vector_of_store(task, address),
			    &CLOCKS->waiting[task_number(task)][slot]);
}

/* An update goes on with the release sequence of what it read. */
void race_update(struct task *task, uintptr_t address, int order)
{
	struct vector *vector = vector_of_location(address, true);

	if (acquires(order))
		vector_acquire(task, vector);
	else
		vector_join(&CLOCKS->acquirable[task_number(task)], vector);
	pass_on(task, order, vector);
}

void race_fence(struct task *task, int order)
{
	int at = task_number(task);

	if (acquires(order))
		vector_acquire(task, &CLOCKS->acquirable[at]);
	if (!releases(order))
		return;
	CLOCKS->released[at] = CLOCKS->tasks[at];
	CLOCKS->fenced[at] = true;
	vector_tick(task);
}
