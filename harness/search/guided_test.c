/* SPDX-License-Identifier: Apache-2.0 */
/* What the search by coverage sees in a trace that a test makes up, and how it changes plans. */
#include "search/guided_corpus.h"
#include "search/guided_edit.h"

#include "core/control.h"
#include "core/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EDITS = 20000 };

static struct control *block;
static struct plan_code code, donor, again;
static uint8_t bytes[PLAN_CODE_BYTES_MAX];
static uint8_t map[GUIDED_MAP_BYTES], other[GUIDED_MAP_BYTES], seen[GUIDED_MAP_BYTES];

static int set_up(void **state)
{
	(void)state;
	block = calloc(1, sizeof(*block));
	control = block;
	block->task_count = 3;
	block->tasks[1].role = block->tasks[2].role = 1;
	return block ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	control = NULL;
	free(block);
	return 0;
}

static struct event *add(enum event_kind kind, uint8_t task)
{
	struct event *event = &block->events[block->event_count++];

	*event = (struct event){ .kind = (uint8_t)kind, .task = task, .object = -1 };
	return event;
}

static void call(uint8_t task, enum op op, int16_t object, uintptr_t site)
{
	struct event *event = add(EVENT_CALL, task);

	event->op = (uint16_t)op;
	event->object = object;
	event->site = site;
}

static void access_at(uint8_t task, enum op op, uint64_t offset)
{
	call(task, op, -1, 0);
	block->events[block->event_count - 1].detail[0] = offset;
}

static uint32_t fresh(void)
{
	memset(map, 0, sizeof(map));
	guided_features_collect(map);
	block->event_count = 0;
	return guided_features_add(seen, map);
}

static void another_order_is_new(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(seen));
	call(0, OP_SEMOP, 0, 0);
	call(1, OP_SEMCTL, 0, 0);
	assert_true(fresh() > 0);
	call(0, OP_SEMOP, 0, 0);
	call(1, OP_SEMCTL, 0, 0);
	assert_int_equal(fresh(), 0);
	call(1, OP_SEMCTL, 0, 0);
	call(0, OP_SEMOP, 0, 0);
	assert_true(fresh() > 0);
}

static void of_other_objects_no_order_is_seen(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(seen));
	call(0, OP_SEMOP, 0, 0);
	call(1, OP_SEMCTL, 1, 0);
	(void)fresh();
	call(1, OP_SEMCTL, 1, 0);
	call(0, OP_SEMOP, 0, 0);
	assert_int_equal(fresh(), 0);
}

/* Two of one role are alike, whichever comes first. */
static void tasks_of_a_role_are_alike(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(seen));
	call(1, OP_SEMOP, 0, 0);
	call(2, OP_SEMCTL, 0, 0);
	(void)fresh();
	call(2, OP_SEMOP, 0, 0);
	call(1, OP_SEMCTL, 0, 0);
	assert_int_equal(fresh(), 0);
}

static void what_a_load_reads_is_seen(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(seen));
	access_at(0, OP_STORE, 64);
	access_at(1, OP_LOAD, 72);
	(void)fresh();
	access_at(0, OP_STORE, 64);
	access_at(1, OP_LOAD, 64);
	assert_true(fresh() > 0);
}

static void addresses_and_processes_are_not_seen(void **state)
{
	/* Of one place in the code of this program, and of none. */
	uintptr_t site = (uintptr_t)addresses_and_processes_are_not_seen + 4;

	(void)state;
	memset(map, 0, sizeof(map));
	call(0, OP_SEMOP, 0, site);
	call(1, OP_SEMCTL, 0, 1);
	guided_features_collect(map);
	memset(other, 0, sizeof(other));
	block->tasks[0].pid = 4711;
	block->events[1].site = 2;
	guided_features_collect(other);
	assert_memory_equal(map, other, sizeof(map));
	/* But another line is another place. */
	block->events[0].site = site + 1;
	memset(other, 0, sizeof(other));
	guided_features_collect(other);
	assert_memory_not_equal(map, other, sizeof(map));
	block->event_count = 0;
}

static void more_often_is_new_by_ranges(void **state)
{
	static const struct {
		uint8_t count;
		bool fresh;
	} counts[] = { { 1, true },  { 2, true },    { 3, true },   { 3, false },  { 4, true },
		       { 7, false }, { 8, true },    { 15, false }, { 16, true },  { 31, false },
		       { 32, true }, { 127, false }, { 128, true }, { 255, false } };
	size_t i;

	(void)state;
	memset(seen, 0, sizeof(seen));
	memset(map, 0, sizeof(map));
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		map[FEATURES_MAX - 1] = counts[i].count;
		assert_int_equal(guided_features_add(seen, map), counts[i].fresh);
	}
}

static void fill(struct plan_code *to, uint32_t faults, uint32_t switches)
{
	uint32_t i;

	memset(to, 0, sizeof(*to));
	to->fault_count = faults;
	to->switch_count = switches;
	for (i = 0; i < faults; i++)
		to->faults[i] = (struct plan_code_fault){ .victim = 1, .op = i + 1 };
	for (i = 0; i < switches; i++)
		to->switches[i] = (struct plan_code_switch){ 1, 100 + i, 0, 2, 0 };
}

static void an_edit_is_a_plan_within_limits(void **state)
{
	const struct guided_limits limits = { .roots = 3, .cases = 2, .faults = 2, .length = 50 };
	struct random random;
	uint32_t i, changed = 0;

	(void)state;
	random_seed_stream(&random, 9, 0, 0, 0);
	fill(&donor, 1, 5);
	fill(&code, 0, 0);
	for (i = 0; i < EDITS; i++) {
		if (i % 100 == 0)
			fill(&code, i % 3, i % 200 ? 3 : PLAN_SWITCHES_MAX);
		plan_code_copy(&again, &code);
		guided_edit(&code, i % 4 ? &donor : NULL, &limits, &random);
		assert_in_range(code.fault_count, 0, limits.faults);
		assert_in_range(code.switch_count, 0, PLAN_SWITCHES_MAX);
		assert_in_range(code.base, 0, PLAN_CODE_BASES - 1);
		assert_in_range(code.scase, 0, 1);
		assert_in_range(plan_code_encode(&code, bytes), 1, sizeof(bytes));
		changed += memcmp(&code, &again, 64) != 0 ||
			   memcmp(code.switches, again.switches,
				  code.switch_count * sizeof(code.switches[0])) != 0;
	}
	assert_in_range(changed, EDITS / 10 * 9, EDITS);
}

static void without_faults_an_edit_adds_none(void **state)
{
	const struct guided_limits limits = { .roots = 2 };
	struct random random;
	uint32_t i;

	(void)state;
	random_seed_stream(&random, 10, 0, 0, 0);
	fill(&donor, 3, 3);
	fill(&code, 2, 2);
	for (i = 0; i < 1000; i++) {
		guided_edit(&code, &donor, &limits, &random);
		assert_int_equal(code.fault_count, 0);
	}
}

static void a_strike_is_added_where_one_may_be(void **state)
{
	const struct guided_limits none = { .roots = 2 }, one = { .roots = 2, .faults = 1 };
	struct random random;

	(void)state;
	random_seed_stream(&random, 11, 0, 0, 0);
	fill(&code, 0, 3);
	guided_edit_strike(&code, &none, &random);
	assert_int_equal(code.fault_count, 0);
	guided_edit_strike(&code, &one, &random);
	assert_int_equal(code.fault_count, 1);
	plan_code_copy(&again, &code);
	guided_edit_strike(&code, &one, &random);
	assert_memory_equal(&code.faults[0], &again.faults[0], sizeof(code.faults[0]));
	assert_int_equal(code.fault_count, 1);
}

static void what_is_dropped_is_gone(void **state)
{
	(void)state;
	fill(&code, 2, 3);
	guided_edit_drop(&code, 1, 2); /* the last fault and the first switch */
	assert_int_equal(code.fault_count, 1);
	assert_int_equal(code.faults[0].op, 1);
	assert_int_equal(code.switch_count, 2);
	assert_int_equal(code.switches[0].op, 101);
	guided_edit_drop(&code, 2, 1);
	assert_int_equal(code.switch_count, 1);
	assert_int_equal(code.switches[0].op, 101);
	guided_edit_drop(&code, 0, 100);
	assert_int_equal(code.fault_count + code.switch_count, 0);
	guided_edit_drop(&code, 0, 1);
	assert_int_equal(code.fault_count + code.switch_count, 0);
}

static void a_corpus_gives_back_what_it_was_given(void **state)
{
	struct guided_corpus *corpus = guided_corpus_create(7);
	uint32_t i, sums[2] = { 0 };

	(void)state;
	assert_non_null(corpus);
	for (i = 0; i < 200; i++) {
		fill(&code, 0, i);
		assert_true(guided_corpus_add(corpus, &code));
	}
	for (i = 0; i < 2000; i++) {
		guided_corpus_pick(corpus, &code);
		assert_in_range(code.switch_count, 0, 199);
		sums[i % 2] += code.switch_count;
		guided_corpus_any(corpus, &code);
		assert_in_range(code.switch_count, 0, 199);
	}
	assert_int_equal(corpus->count, 200);
	assert_true(sums[0] && sums[1]);
	guided_corpus_free(corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_order_is_new, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_other_objects_no_order_is_seen, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(tasks_of_a_role_are_alike, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_load_reads_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_and_processes_are_not_seen, set_up,
						tear_down),
		cmocka_unit_test(more_often_is_new_by_ranges),
		cmocka_unit_test(an_edit_is_a_plan_within_limits),
		cmocka_unit_test(without_faults_an_edit_adds_none),
		cmocka_unit_test(a_strike_is_added_where_one_may_be),
		cmocka_unit_test(what_is_dropped_is_gone),
		cmocka_unit_test(a_corpus_gives_back_what_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
