/* SPDX-License-Identifier: Apache-2.0 */
/* The binary form: every string of bytes is a plan, and every plan of the roots comes back. */
#include "core/plan_code.h"

#include "core/random.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { STRINGS = 20000, PLANS = 2000, BYTES = 400 };

static const struct plan_code_roots roots = { 3, { "holder#0", "waiter#0", "long-waiter-name#1" } };

/* Big, so not on the stack. */
static struct plan_code code, again;
static struct plan plan, plan_again;
static uint8_t bytes[PLAN_CODE_BYTES_MAX], bytes_again[PLAN_CODE_BYTES_MAX];
static struct random source;

static uint32_t below(uint64_t bound)
{
	return (uint32_t)random_below(&source, bound);
}

static void fill_head(struct plan *to)
{
	snprintf(to->scenario, sizeof(to->scenario), "group/name");
	snprintf(to->case_name, sizeof(to->case_name), "case");
}

/* Decodes and encodes until nothing changes any more: it must not after the first time. */
static void expect_settled(const uint8_t *from, size_t size)
{
	size_t length, length_again;

	plan_code_decode(&code, from, size);
	length = plan_code_encode(&code, bytes);
	assert_in_range(length, 1, sizeof(bytes));
	plan_code_decode(&again, bytes, length);
	length_again = plan_code_encode(&again, bytes_again);
	assert_int_equal(length, length_again);
	assert_memory_equal(bytes, bytes_again, length);
	assert_int_equal(code.switch_count, again.switch_count);
	assert_int_equal(code.fault_count, again.fault_count);
	plan_code_to_plan(&code, &roots, &plan);
	plan_code_to_plan(&again, &roots, &plan_again);
	assert_true(plan_valid(&plan));
	assert_memory_equal(&plan.faults, &plan_again.faults,
			    plan.fault_count * sizeof(plan.faults[0]));
}

static void every_string_of_bytes_is_a_plan(void **state)
{
	static uint8_t from[BYTES];
	size_t i, j, size;

	(void)state;
	random_seed_stream(&source, 1, 2, 3, 4);
	fill_head(&plan);
	fill_head(&plan_again);
	expect_settled(from, 0);
	for (i = 0; i < STRINGS; i++) {
		size = below(BYTES);
		for (j = 0; j < size; j++)
			from[j] = (uint8_t)(below(3) ? below(256) : below(4));
		if (below(8))
			from[0] = PLAN_CODE_VERSION;
		expect_settled(from, size);
	}
}

static void too_many_entries_are_left_out(void **state)
{
	static uint8_t from[1 + 4 + 5 * (PLAN_SWITCHES_MAX + 10)];
	size_t i;

	(void)state;
	from[0] = PLAN_CODE_VERSION;
	/* flags, task, op, target: four bytes each; the rest of the array is more of the same */
	for (i = 5; i + 4 <= sizeof(from); i += 4) {
		from[i] = 0;
		from[i + 1] = 1;
		from[i + 2] = 5;
		from[i + 3] = 2;
	}
	plan_code_decode(&code, from, sizeof(from));
	assert_int_equal(code.switch_count, PLAN_SWITCHES_MAX);
	assert_int_equal(code.switches[PLAN_SWITCHES_MAX - 1].op, 5);
}

static void another_version_is_the_empty_plan(void **state)
{
	const uint8_t foreign[] = { PLAN_CODE_VERSION + 1, 1, 0, 9, 0, 0, 1, 5, 2 };

	(void)state;
	plan_code_decode(&code, foreign, sizeof(foreign));
	assert_int_equal(code.base, 0);
	assert_int_equal(code.seed, 0);
	assert_int_equal(code.switch_count, 0);
}

static void an_entry_that_is_cut_short_is_left_out(void **state)
{
	const uint8_t whole[] = { PLAN_CODE_VERSION, 1, 0, 9, 0, 0, 1, 5, 2 };
	size_t size;

	(void)state;
	for (size = 5; size <= sizeof(whole); size++) {
		plan_code_decode(&code, whole, size);
		assert_int_equal(code.seed, 9);
		assert_int_equal(code.switch_count, size == sizeof(whole));
	}
}

/* The form on disk: a change of it takes another version. */
static void the_form_is_as_written(void **state)
{
	static const uint8_t golden[] = {
		PLAN_CODE_VERSION,
		3,
		40,
		0x80,
		0x02,
		0,
		/* fault errno ENOSPC waiter#0 at 7 woken again 1 after 2 lasting */
		0x5f,
		PLAN_ERRNO,
		2,
		7,
		1,
		2,
		ENOSPC << 1,
		/* switch long-waiter-name#1/0 300.2 to holder#0~1 */
		0x06,
		0x83,
		0x01,
		0xac,
		0x02,
		1,
		2,
		1,
	};
	size_t size;

	(void)state;
	plan_code_decode(&code, golden, sizeof(golden));
	plan_code_to_plan(&code, &roots, &plan);
	assert_string_equal(plan.strategy, "guided:3,40");
	assert_int_equal(plan.seed, 256);
	assert_int_equal(plan.fault_count, 1);
	assert_int_equal(plan.faults[0].kind, PLAN_ERRNO);
	assert_int_equal(plan.faults[0].where, PLAN_WOKEN);
	assert_int_equal(plan.faults[0].value, ENOSPC);
	assert_int_equal(plan.faults[0].again, 1);
	assert_int_equal(plan.faults[0].after, 2);
	assert_true(plan.faults[0].lasting);
	assert_string_equal(plan.faults[0].victim, "waiter#0");
	assert_int_equal(plan.switch_count, 1);
	assert_string_equal(plan.switches[0].task, "long-waiter-name#1/0");
	assert_string_equal(plan.switches[0].target, "holder#0~1");
	assert_int_equal(plan.switches[0].op, 300);
	assert_int_equal(plan.switches[0].pass, 2);
	size = plan_code_encode(&code, bytes);
	assert_int_equal(size, sizeof(golden));
	assert_memory_equal(bytes, golden, size);
}

static void random_task(char *to, bool nobody)
{
	uint32_t generations = below(3) ? 0 : below(4), i;

	snprintf(to, PLAN_TASK_MAX, "%s",
		 nobody && !below(8) ? PLAN_NOBODY : roots.names[below(roots.count)]);
	for (i = 0; i < generations && to[0] != '-'; i++)
		snprintf(to + strlen(to), PLAN_TASK_MAX - strlen(to), "/%u", below(100));
}

static void random_switch(struct plan_switch *to)
{
	memset(to, 0, sizeof(*to));
	random_task(to->task, true);
	random_task(to->target, false);
	if (!below(4) && strlen(to->target) < 28)
		snprintf(to->target + strlen(to->target), 8, "~%u", 1 + below(200));
	to->op = below(2) ? below(100) : (uint32_t)random_next(&source);
	to->pass = below(3);
	snprintf(to->call, sizeof(to->call), "-");
}

static void random_fault(struct plan_fault *to)
{
	memset(to, 0, sizeof(*to));
	to->kind = (enum plan_fault_kind)below(PLAN_FAULT_KIND_COUNT);
	to->where = (enum plan_where)below(PLAN_WHERE_COUNT);
	random_task(to->victim, false);
	to->op = below(1000);
	to->again = below(3);
	to->after = below(3);
	to->lasting = plan_fault_lasts(to->kind) && below(2);
	snprintf(to->call, sizeof(to->call), "-");
	if (plan_fault_value(to->kind) == PLAN_VALUE_SIGNAL)
		to->signo = (int)(1 + below(NSIG - 1));
	else if (plan_fault_value(to->kind) == PLAN_VALUE_ERRNO)
		to->value = (int)(1 + below(ELOOP));
	else if (plan_fault_value(to->kind) == PLAN_VALUE_NUMBER)
		to->value = (int)below(PLAN_NUMBER_MAX + 1);
	else if (plan_fault_value(to->kind) == PLAN_VALUE_SIGNED)
		to->value = (int)below(PLAN_NUMBER_MAX) * (below(2) ? 1 : -1);
	if (plan_fault_value(to->kind) == PLAN_VALUE_ERRNO && !strerrorname_np(to->value))
		to->value = EINTR;
}

static void random_plan(void)
{
	uint32_t i;

	memset(&plan, 0, sizeof(plan));
	fill_head(&plan);
	snprintf(plan.strategy, sizeof(plan.strategy), below(2) ? "guided" : "guided:%u,%u",
		 1 + below(PLAN_CODE_BASES - 1), below(1000));
	plan.seed = random_next(&source);
	plan.fault_count = below(PLAN_FAULTS_MAX + 1);
	plan.switch_count = below(8) ? below(30) : below(PLAN_SWITCHES_MAX + 1);
	for (i = 0; i < plan.fault_count; i++)
		random_fault(&plan.faults[i]);
	for (i = 0; i < plan.switch_count; i++)
		random_switch(&plan.switches[i]);
}

static void a_plan_comes_back(void **state)
{
	unsigned i;

	(void)state;
	random_seed_stream(&source, 5, 6, 7, 8);
	for (i = 0; i < PLANS; i++) {
		random_plan();
		assert_true(plan_valid(&plan));
		assert_true(plan_code_from_plan(&code, &roots, &plan));
		plan_code_decode(&again, bytes, plan_code_encode(&code, bytes));
		memset(&plan_again, 0, sizeof(plan_again));
		fill_head(&plan_again);
		plan_code_to_plan(&again, &roots, &plan_again);
		assert_memory_equal(&plan, &plan_again, sizeof(plan));
	}
}

static void the_largest_plan_has_room(void **state)
{
	uint32_t i;

	(void)state;
	memset(&code, 0xff, sizeof(code));
	code.fault_count = PLAN_FAULTS_MAX;
	code.switch_count = PLAN_SWITCHES_MAX;
	for (i = 0; i < PLAN_FAULTS_MAX; i++) {
		code.faults[i].kind = PLAN_ERRNO;
		code.faults[i].lasting = true;
	}
	assert_in_range(plan_code_encode(&code, bytes), 1, sizeof(bytes));
}

static void foreign_tasks_are_refused(void **state)
{
	static const char *const names[] = {
		"other#0",	 "holder#1",  "holder#0/x",	    "holder#0/1/2/3/4",
		"holder#0/1000", "holder#00", "long-waiter-name#1x"
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(&plan, 0, sizeof(plan));
		snprintf(plan.strategy, sizeof(plan.strategy), "replay");
		plan.fault_count = 1;
		snprintf(plan.faults[0].victim, PLAN_TASK_MAX, "holder#0");
		assert_true(plan_code_from_plan(&code, &roots, &plan));
		snprintf(plan.faults[0].victim, PLAN_TASK_MAX, "%s", names[i]);
		assert_false(plan_code_from_plan(&code, &roots, &plan));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_string_of_bytes_is_a_plan),
		cmocka_unit_test(too_many_entries_are_left_out),
		cmocka_unit_test(another_version_is_the_empty_plan),
		cmocka_unit_test(an_entry_that_is_cut_short_is_left_out),
		cmocka_unit_test(the_form_is_as_written),
		cmocka_unit_test(a_plan_comes_back),
		cmocka_unit_test(the_largest_plan_has_room),
		cmocka_unit_test(foreign_tasks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
