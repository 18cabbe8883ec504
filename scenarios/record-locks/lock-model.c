/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table by the rules of POSIX, fcntl(): a new lock replaces, splits and merges with what its
 * owner has there, and only locks of others bar it, unless both are for reading (fcntl(2),
 * "Advisory record locking"; Linux fs/locks.c, posix_lock_inode()). Knows of no open file
 * descriptions, and of no closes.
 */
#include "lock-model.h"

#include <string.h>

static bool overlap(const struct lock_range *a, const struct lock_range *b)
{
	return a->first <= b->last && b->first <= a->last;
}

static bool bars(const struct lock_range *held, const struct lock_range *wanted)
{
	return held->owner != wanted->owner && overlap(held, wanted) &&
	       (held->kind == RANGE_WRITE || wanted->kind == RANGE_WRITE);
}

static bool before(const struct lock_range *a, const struct lock_range *b)
{
	return a->owner != b->owner ? a->owner < b->owner : a->first < b->first;
}

static bool could_be_one(const struct lock_range *a, const struct lock_range *b)
{
	return a->owner == b->owner && a->kind == b->kind && a->last + 1 >= b->first;
}

static void insert(struct lock_model *model, const struct lock_range *range)
{
	unsigned at = 0;

	if (range->first > range->last || model->count == LOCK_MODEL_RANGES)
		return;
	while (at < model->count && before(&model->ranges[at], range))
		at++;
	memmove(&model->ranges[at + 1], &model->ranges[at],
		(model->count - at) * sizeof(model->ranges[0]));
	model->ranges[at] = *range;
	model->count++;
}

static void remove_at(struct lock_model *model, unsigned at)
{
	model->count--;
	memmove(&model->ranges[at], &model->ranges[at + 1],
		(model->count - at) * sizeof(model->ranges[0]));
}

/* What the owner has there; the parts that reach further stay. */
static void cut_out(struct lock_model *model, const struct lock_range *range)
{
	struct lock_range old, left, right;
	unsigned at = 0;

	while (at < model->count) {
		old = model->ranges[at];
		if (old.owner != range->owner || !overlap(&old, range)) {
			at++;
			continue;
		}
		left = right = old;
		left.last = range->first - 1;
		right.first = range->last + 1;
		remove_at(model, at);
		insert(model, &left);
		insert(model, &right);
		at = 0;
	}
}

void lock_model_set(struct lock_model *model, const struct lock_range *range)
{
	unsigned at = 0;

	cut_out(model, range);
	if (range->kind != RANGE_NONE)
		insert(model, range);
	while (at + 1 < model->count)
		if (could_be_one(&model->ranges[at], &model->ranges[at + 1])) {
			model->ranges[at].last = model->ranges[at + 1].last;
			remove_at(model, at + 1);
		} else {
			at++;
		}
}

const struct lock_range *lock_model_barrier(const struct lock_model *model,
					    const struct lock_range *wanted, unsigned *at)
{
	for (; *at < model->count; ++*at)
		if (bars(&model->ranges[*at], wanted))
			return &model->ranges[(*at)++];
	return NULL;
}

bool lock_model_has(const struct lock_model *model, const struct lock_range *range)
{
	unsigned at;

	for (at = 0; at < model->count; at++)
		if (model->ranges[at].owner == range->owner &&
		    model->ranges[at].kind == range->kind &&
		    model->ranges[at].first == range->first &&
		    model->ranges[at].last == range->last)
			return true;
	return false;
}

static bool is_living(const struct lock_range *range, uint64_t living)
{
	return living >> range->owner & 1;
}

bool lock_model_valid(const struct lock_model *model, uint64_t living)
{
	const struct lock_range *range, *other;
	unsigned i, j;

	for (i = 0; i < model->count; i++) {
		range = &model->ranges[i];
		if (range->first > range->last || range->kind == RANGE_NONE)
			return false;
		for (j = i + 1; j < model->count; j++) {
			other = &model->ranges[j];
			if (!before(range, other) ||
			    (range->owner == other->owner && overlap(range, other)))
				return false;
			if (is_living(range, living) && is_living(other, living) &&
			    bars(range, other))
				return false;
		}
		if (i + 1 < model->count && could_be_one(range, range + 1))
			return false;
	}
	return true;
}
