/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/unseen.h"

static uint32_t looks(void)
{
	const struct heap *heap = &control->heap;

	return heap->look_count < HEAP_LOOKS_MAX ? heap->look_count : HEAP_LOOKS_MAX;
}

/* At the last that its process did, as far as we see it. */
static bool is_last(const struct heap_look *look)
{
	return look->kind == HEAP_AT_END || look->kind == HEAP_AT_CRASH ||
	       (look->kind != HEAP_AT_BIRTH && look->op == control->tasks[look->task].op);
}

/* Who is killed before its first turn has lost nothing. */
static bool has_begun(const struct task *process)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].process == task_number(process) && control->tasks[i].op)
			return true;
	return false;
}

static enum heap_sight sight_of(const struct task *task)
{
	enum heap_sight sight = HEAP_UNSEEN;
	uint32_t i;

	for (i = 0; i < looks(); i++) {
		const struct heap_look *look = &control->heap.looks[i];

		if (look->task < 0 || control->tasks[look->task].process != task_number(task) ||
		    !is_last(look))
			continue;
		if (look->kind != HEAP_REFUSED)
			return HEAP_SEEN;
		sight = look->crowded ? HEAP_HAD_THREADS : HEAP_UNSEEN;
	}
	return has_begun(task) ? sight : HEAP_SEEN;
}

enum heap_sight unseen_sight(const struct task *task)
{
	return task->outside ? HEAP_OTHER_PROGRAM : sight_of(task);
}

static void want(const struct task *process)
{
	struct heap *heap = &control->heap;
	uint32_t i;

	for (i = 0; i < control->task_count && heap->wanted_count < HEAP_WANTED_MAX; i++) {
		const struct task *task = &control->tasks[i];

		if (task->process == task_number(process) && task->op)
			heap->wanted[heap->wanted_count++] =
				(struct heap_wanted){ task->name_hash, task->op };
	}
}

bool unseen_want(void)
{
	uint32_t i;

	control->heap.wanted_count = 0;
	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (task->process == (int)i && sight_of(task) == HEAP_UNSEEN)
			want(task);
	}
	return control->heap.wanted_count > 0;
}
