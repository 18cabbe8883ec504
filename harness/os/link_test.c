/* SPDX-License-Identifier: Apache-2.0 */
/* Links lead where they are set to; an object's own function of that name is left alone. */
#include "os/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int replaced;

static char *instead(const char *text, size_t size)
{
	replaced++;
	return strdup(size && text ? "instead" : "");
}

/* By the name's own link, not as the compiler knows it. */
static char *copy(const char *text)
{
	char *(*volatile function)(const char *text, size_t size) = strndup;

	return function(text, strlen(text));
}

static void links_are_set_and_set_back(void **state)
{
	const struct link_name there = { "strndup", __extension__(void *) strndup,
					 __extension__(void *) instead };
	const struct link_name back = { "strndup", there.instead, there.function };
	char *text;

	(void)state;
	link_replace(&replaced, &there, 1);
	text = copy("text");
	assert_string_equal(text, "instead");
	assert_int_equal(replaced, 1);
	free(text);
	link_replace(&replaced, &back, 1);
	text = copy("text");
	assert_string_equal(text, "text");
	assert_int_equal(replaced, 1);
	free(text);
}

/* As if the object had a strndup of its own: what the link leads to is not what was named. */
static void other_functions_stay(void **state)
{
	const struct link_name other = { "strndup", __extension__(void *) strdup,
					 __extension__(void *) instead };
	char *text;

	(void)state;
	replaced = 0;
	link_replace(&replaced, &other, 1);
	text = copy("text");
	assert_string_equal(text, "text");
	assert_int_equal(replaced, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_set_and_set_back),
		cmocka_unit_test(other_functions_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
