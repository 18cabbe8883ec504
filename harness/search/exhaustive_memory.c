/* SPDX-License-Identifier: Apache-2.0 */
#include "search/exhaustive_memory.h"

#include "core/object.h"
#include "search/exhaustive_reach.h"

#include <string.h>

static struct explore *explore(void)
{
	return &control->explore;
}

void exhaustive_memory_begin(void)
{
	if (control->shared_size <= EXPLORE_MEMORY_MAX)
		memcpy(explore()->memory, control->shared, control->shared_size);
}

/* An object of libc lies in the memory that the scenario shares: its bytes are the object. */
static bool is_object_of(const struct explore_step *step, uint64_t first, uint64_t end)
{
	unsigned i;

	for (i = 0; i < step->touch_count; i++) {
		const struct object *object = exhaustive_reach_at(&step->touches[i]);

		if (object && object->family != FAMILY_FUTEX && first >= object->key[0] &&
		    end <= object->key[0] + object_size(object->family))
			return true;
	}
	return false;
}

/* These bytes of shared memory have changed in the step. */
static void changed(struct explore_step *step, uint64_t first, uint64_t end)
{
	struct explore_touch *own = &step->touches[0];

	if (is_object_of(step, first, end))
		return;
	step->news = true;
	if (exhaustive_reach_is_store(step->op) && first >= own->first && end <= own->end)
		own->writes = true;
	else
		step->flags |= EXPLORE_ALL; /* nobody knows who reads them */
}

static void compare_word(struct explore_step *step, size_t at)
{
	const unsigned char *now = (const unsigned char *)control->shared + at;
	unsigned char *before = explore()->memory + at;
	size_t first = 0, end = sizeof(uint64_t);

	while (now[first] == before[first])
		first++;
	while (now[end - 1] == before[end - 1])
		end--;
	changed(step, SHARED_ADDRESS + at + first, SHARED_ADDRESS + at + end);
	memcpy(before, now, sizeof(uint64_t));
}

static bool lies_in_shared(const struct explore_touch *at)
{
	return at->first >= SHARED_ADDRESS && at->end <= SHARED_ADDRESS + control->shared_size;
}

static bool has_memory_points(void)
{
	return explore()->memory_points || control->accesses;
}

/* What it has read or left there. */
static void note_value(struct explore_step *step)
{
	const struct explore_touch *at = &step->touches[0];
	const unsigned char *byte;

	if (!exhaustive_reach_is_access(step->op) || !lies_in_shared(at) ||
	    at->end > at->first + 16)
		return;
	for (byte = (const unsigned char *)at->first; byte < (const unsigned char *)at->end; byte++)
		step->effect = random_join(step->effect, *byte);
}

void exhaustive_memory_compare(struct explore_step *step)
{
	const unsigned char *now = control->shared;
	bool small = control->shared_size <= EXPLORE_MEMORY_MAX;
	bool stores = exhaustive_reach_is_store(step->op);
	size_t at;

	note_value(step);
	if ((!small || control->more_memory) && !has_memory_points())
		step->flags |= EXPLORE_ALL;
	if (stores && small && lies_in_shared(&step->touches[0]))
		step->touches[0].writes = false;
	else if (stores)
		step->news = true;
	if (!small || !memcmp(now, explore()->memory, control->shared_size))
		return;
	for (at = 0; at < control->shared_size; at += sizeof(uint64_t))
		if (memcmp(now + at, explore()->memory + at, sizeof(uint64_t)) != 0)
			compare_word(step, at);
}
