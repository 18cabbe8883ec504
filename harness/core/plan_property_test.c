/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_test.h"
#include "core/random.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

enum { PLANS = 3000, MUTATIONS = 20000 };

/* Big, so not on the stack. */
static struct plan plan, plan_again;
static struct random source;

static uint32_t below(uint64_t bound)
{
	return (uint32_t)random_below(&source, bound);
}

static void random_chars(char *to, size_t least, size_t size, const char *alphabet)
{
	size_t length = least + below(size - least);

	for (size_t i = 0; i < length; i++)
		to[i] = alphabet[below(strlen(alphabet))];
}

static const char name_chars[] = "abcxyzABCXYZ0123456789._-:=,+";

/* Any bytes, with more than their share of those that the text gives a meaning. */
static void random_bytes(char *to, size_t least, size_t size)
{
	static const char special[] = " \t\r\n%|#\x7f\x1b";
	size_t length = least + below(size - least);

	for (size_t i = 0; i < length; i++)
		to[i] = below(3) ? (char)(1 + below(255)) : special[below(sizeof(special) - 1)];
}

static void random_task(char *to)
{
	random_chars(to, 1, 12, name_chars);
	snprintf(to + strlen(to), PLAN_TASK_MAX - strlen(to), below(4) ? "#%u" : "#%u/%u",
		 below(1000), below(1000));
}

static uint32_t random_number(void)
{
	const uint32_t edges[] = { 0, 1, UINT32_MAX, below(100) };

	return edges[below(4)];
}

static void random_value(struct plan_fault *fault)
{
	switch (plan_fault_value(fault->kind)) {
	case PLAN_VALUE_SIGNAL:
		fault->signo = (int)(1 + below(NSIG - 1));
		break;
	case PLAN_VALUE_ERRNO:
		fault->value = (int)(1 + below(ELOOP));
		break;
	case PLAN_VALUE_NUMBER:
		fault->value = (int)below(PLAN_NUMBER_MAX + 1);
		break;
	case PLAN_VALUE_SIGNED:
		fault->value = (int)below(PLAN_NUMBER_MAX + 1) * (below(2) ? 1 : -1);
		break;
	case PLAN_VALUE_NONE:
		break;
	}
	fault->lasting = plan_fault_lasts(fault->kind) && below(2);
}

static void random_plan(struct plan *to)
{
	size_t group;

	memset(to, 0, sizeof(*to));
	random_chars(to->scenario, 1, PLAN_NAME_MAX, name_chars);
	group = strlen(to->scenario);
	to->scenario[group] = '/';
	random_chars(to->scenario + group + 1, 1, PLAN_NAME_MAX, name_chars);
	random_chars(to->case_name, 1, PLAN_NAME_MAX, name_chars);
	random_chars(to->strategy, 1, PLAN_NAME_MAX, name_chars);
	random_bytes(to->module, 0, PLAN_PATH_MAX);
	random_bytes(to->finding, 0, PLAN_MESSAGE_MAX);
	to->seed = random_next(&source);
	to->execution = random_next(&source) >> below(64);
	to->trace_hash = below(2) ? random_next(&source) : 0;
	to->fault_count = below(PLAN_FAULTS_MAX + 1);
	for (uint32_t i = 0; i < to->fault_count; i++) {
		struct plan_fault *fault = &to->faults[i];

		fault->kind = below(PLAN_FAULT_KIND_COUNT);
		random_value(fault);
		fault->op = random_number();
		fault->again = random_number();
		fault->after = random_number();
		fault->where = below(PLAN_WHERE_COUNT);
		random_task(fault->victim);
		random_bytes(fault->call, 1, PLAN_CALL_MAX);
	}
	to->switch_count = below(200) ? below(8) : below(PLAN_SWITCHES_MAX + 1);
	for (uint32_t i = 0; i < to->switch_count; i++) {
		struct plan_switch *entry = &to->switches[i];

		entry->op = random_number();
		entry->pass = random_number();
		random_task(entry->task);
		random_task(entry->target);
		random_bytes(entry->call, 1, PLAN_CALL_MAX);
	}
}

static void random_trace(struct plan_trace *to)
{
	to->count = below(4) ? below(6) : 0;
	to->lines = to->count ? calloc(to->count, sizeof(*to->lines)) : NULL;
	for (size_t i = 0; i < to->count; i++) {
		const size_t size = below(20) ? 60 : PLAN_LINE_MAX - 2;

		to->lines[i] = calloc(1, size);
		assert_non_null(to->lines[i]);
		random_bytes(to->lines[i], 0, size);
		for (char *c = to->lines[i]; *c != '\0'; c++)
			*c = *c == '\n' ? 'n' : *c;
	}
}

static void expect_same_trace(const struct plan_trace *a, const struct plan_trace *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->lines[i], b->lines[i]);
}

/* Whatever plan and trace are, they come back from their text. Leaves it in text_buffer. */
static size_t expect_round_trip(const struct plan *from, const struct plan_trace *trace)
{
	struct plan_trace trace_again;
	struct plan_error error;
	size_t size = write_text(from, trace), size_again;
	char *copy = strndup(text_buffer, size);
	int result = read_bytes(copy, size, &plan_again, &trace_again, &error);

	if (result != 0)
		print_error("line %u: %s\n%s", error.line, error.message, copy);
	assert_int_equal(result, 0);
	assert_memory_equal(from, &plan_again, sizeof(*from));
	expect_same_trace(trace, &trace_again);
	size_again = write_text(&plan_again, &trace_again);
	assert_int_equal(size, size_again);
	assert_memory_equal(copy, text_buffer, size);
	plan_trace_free(&trace_again);
	free(copy);
	return size;
}

static void random_plans_come_back_from_their_text(void **state)
{
	struct plan_trace trace;

	(void)state;
	random_seed_stream(&source, 1, 0, 0, 0);
	for (int i = 0; i < PLANS; i++) {
		random_plan(&plan);
		random_trace(&trace);
		assert_true(plan_valid(&plan));
		expect_round_trip(&plan, &trace);
		plan_trace_free(&trace);
	}
}

/* Deletes, doubles, overwrites or flips something. Returns the new size. */
static size_t mutate(char *text, size_t size)
{
	static const char *const words[] = { "\n",	 "end\n",      "trace 2 1\n",
					     "| ",	 " ",	       "#",
					     "%",	 "0x",	       "\r\n",
					     "seed 1\n", ".",	       "/",
					     "\xff",	 "4294967296", "sabot-plan 1\n" };
	const size_t at = below(size), length = 1 + below(size - at < 40 ? size - at : 40);
	const char *word = words[below(sizeof(words) / sizeof(words[0]))];

	switch (below(5)) {
	case 0:
		memmove(text + at, text + at + length, size - at - length);
		return size - length;
	case 1:
		memmove(text + at + length, text + at, size - at);
		return size + length;
	case 2:
		memmove(text + at + strlen(word), text + at, size - at);
		memcpy(text + at, word, strlen(word));
		return size + strlen(word);
	case 3:
		text[at] = (char)(text[at] ^ (1 << below(8)));
		return size;
	default:
		text[at] = (char)below(256);
		return size;
	}
}

static unsigned count_lines(const char *text, size_t size)
{
	unsigned count = 0;

	for (size_t i = 0; i < size; i++)
		count += text[i] == '\n' || i + 1 == size;
	return count ? count : 1;
}

static void mutated_text_does_no_harm(void **state)
{
	static char text[1 << 16];
	unsigned accepted = 0, refused = 0;
	struct plan_trace trace;
	struct plan_error error;

	(void)state;
	random_seed_stream(&source, 2, 0, 0, 0);
	for (int i = 0; i < MUTATIONS; i++) {
		size_t size = sizeof(golden_text) - 1;
		int result;

		memcpy(text, golden_text, size);
		for (unsigned n = 1 + below(3); n > 0 && size > 0; n--)
			size = mutate(text, size);
		result = read_bytes(text, size, &plan, &trace, &error);
		if (result == 0) {
			accepted++;
			assert_true(plan_valid(&plan));
			expect_round_trip(&plan, &trace);
			plan_trace_free(&trace);
			continue;
		}
		refused++;
		assert_int_equal(result, -EINVAL);
		assert_in_range(error.line, 1, count_lines(text, size));
		assert_int_not_equal(error.message[0], '\0');
		for (const char *c = error.message; *c != '\0'; c++)
			assert_in_range(*c, ' ', '~');
	}
	/* Else the mutations are too tame or too wild to show anything. */
	assert_true(accepted > MUTATIONS / 10 && refused > MUTATIONS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_plans_come_back_from_their_text),
		cmocka_unit_test(mutated_text_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
