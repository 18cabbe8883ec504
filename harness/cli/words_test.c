/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"
#include "core/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 6, BYTES_MAX = 12, ROUNDS = 20000 };

static void assert_line(const char *const *words, const char *line)
{
	char *joined = words_join((char *const *)(uintptr_t)words);

	assert_string_equal(joined, line);
	free(joined);
}

static void quotes_what_a_shell_would_change(void **state)
{
	(void)state;
	assert_line((const char *[]){ "./server", "-p=80", "a/b", NULL }, "./server -p=80 a/b");
	assert_line((const char *[]){ "sh", "-c", "echo $x", NULL }, "sh -c 'echo $x'");
	assert_line((const char *[]){ "a", "", "it's", NULL }, "a '' 'it'\\''s'");
	assert_line((const char *[]){ NULL }, "");
}

static void reads_what_people_write(void **state)
{
	char **words = words_split("  one\ttwo\\ three 'fo''ur' fi\\'ve '' ");

	(void)state;
	assert_string_equal(words[0], "one");
	assert_string_equal(words[1], "two three");
	assert_string_equal(words[2], "four");
	assert_string_equal(words[3], "fi've");
	assert_string_equal(words[4], "");
	assert_null(words[5]);
	free(words);
	assert_null(words_split("an 'open quote"));
}

/* Whatever bytes the words are made of, they come back. */
static void comes_back(void **state)
{
	static const char bytes[] = "ab '\\\"\t\n$*\x80";
	char text[WORDS_MAX][BYTES_MAX + 1];
	char *words[WORDS_MAX + 1];
	struct random random;
	unsigned round, i, j;

	(void)state;
	random_seed_stream(&random, 1, 2, 3, 4);
	for (round = 0; round < ROUNDS; round++) {
		unsigned count = (unsigned)random_below(&random, WORDS_MAX + 1);
		char *line, **again;

		for (i = 0; i < count; i++) {
			unsigned length = (unsigned)random_below(&random, BYTES_MAX + 1);

			for (j = 0; j < length; j++)
				text[i][j] = bytes[random_below(&random, sizeof(bytes) - 1)];
			text[i][length] = '\0';
			words[i] = text[i];
		}
		words[count] = NULL;
		line = words_join(words);
		again = words_split(line);
		assert_non_null(again);
		for (i = 0; i < count; i++)
			assert_string_equal(again[i], words[i]);
		assert_null(again[count]);
		free(again);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_what_a_shell_would_change),
		cmocka_unit_test(reads_what_people_write),
		cmocka_unit_test(comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
