/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 90 };

static void expect(const struct record_step *steps, size_t count, const char *want)
{
	const struct record_finding finding = { .steps = steps, .step_count = count };
	char *text = report_story(&finding);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void steps_have_numbers_and_places(void **state)
{
	static const struct record_step steps[] = {
		{ .number = 1, .text = "a#0 locks mutex#0", .place = "locks.c:45" },
		{ .number = 0, .kind = RECORD_GAP, .text = "... 7 steps of b#0 ...", .place = "" },
		{ .number = 9, .text = "b#0 ends", .place = "" },
	};

	(void)state;
	expect(steps, 3,
	       "  1. a#0 locks mutex#0"
	       "                                                          locks.c:45\n"
	       "     ... 7 steps of b#0 ...\n"
	       "  9. b#0 ends\n");
	expect(steps, 0, "");
}

static void long_sentences_go_on_below(void **state)
{
	static const struct record_step step = {
		.kind = RECORD_FINDING,
		.number = 12,
		.text = "orphaned owner: waiter#0 waits for SysV semaphore#0 (number 0), which "
			"holder#0 held when it was killed, and there is nobody who could give it",
		.place = "locks.c:45"
	};

	(void)state;
	expect(&step, 1,
	       " 12. orphaned owner: waiter#0 waits for SysV semaphore#0 (number 0), which"
	       "      locks.c:45\n"
	       "     holder#0 held when it was killed, and there is nobody who could give it\n");
}

static void expect_narrow(const char *text)
{
	const char *end;

	for (; *text; text = end + 1) {
		end = strchr(text, '\n');
		assert_non_null(end);
		assert_true(end - text <= COLUMNS);
		assert_true(end > text && end[-1] != ' ');
	}
}

/* Nowhere to break: within the word then, but not within a character. */
static void words_without_end_are_cut(void **state)
{
	struct record_step step = { .number = 1, .place = "here.c:1" };
	struct record_finding finding = { .steps = &step, .step_count = 1 };
	char word[601], *text;

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		for (size_t i = 0; i < sizeof(word) - 1; i++)
			word[i] = i < shift ? 'x' : "\xe2\x82\xac"[(i - shift) % 3];
		word[shift + (sizeof(word) - 1 - shift) / 3 * 3] = '\0';
		step.text = word;
		text = report_story(&finding);
		assert_non_null(text);
		expect_narrow(text);
		for (const char *line = text; (line = strchr(line, '\n')) && line[1]; line += 6)
			assert_int_equal((unsigned char)line[6], 0xe2);
		free(text);
	}
}

static void long_places_leave_room(void **state)
{
	char place[200];
	struct record_step step = { .number = 1, .text = "a#0 sleeps here", .place = place };
	struct record_finding finding = { .steps = &step, .step_count = 1 };
	char *text;

	(void)state;
	memset(place, 'p', sizeof(place));
	place[sizeof(place) - 1] = '\0';
	text = report_story(&finding);
	assert_non_null(text);
	assert_non_null(strstr(text, "  1. a#0 sleeps"));
	assert_non_null(strstr(text, place));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_have_numbers_and_places),
		cmocka_unit_test(long_sentences_go_on_below),
		cmocka_unit_test(words_without_end_are_cut),
		cmocka_unit_test(long_places_leave_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
