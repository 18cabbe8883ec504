/* SPDX-License-Identifier: Apache-2.0 */
/* Names and keys without an IPC namespace. */
#include "core/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ipc.h>

#include <cmocka.h>

static void names_are_of_their_world(void **state)
{
	char room[PRIVATE_NAME_MAX], other[PRIVATE_NAME_MAX];

	(void)state;
	assert_string_equal(private_name(0, "/queue", room), "/queue");
	assert_string_equal(private_name(7, "/queue", room), "/sabot-7-queue");
	assert_string_not_equal(private_name(7, "/queue", room), private_name(8, "/queue", other));
	/* Once is enough: who cleans up has the name from either side. */
	assert_string_equal(private_name(7, "/sabot-7-queue", room), "/sabot-7-queue");
	/* libc takes it for memory and semaphores, and the kernel refuses it for queues. */
	assert_string_equal(private_name(7, "memory", room), "sabot-7-memory");
	/* What is no name, the call is to refuse. */
	assert_string_equal(private_name(7, "", room), "");
	assert_string_equal(private_name(7, "/", room), "/");
	assert_null(private_name(7, NULL, room));
}

static void long_names_stay_too_long(void **state)
{
	char name[NAME_MAX + 1], room[PRIVATE_NAME_MAX];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[NAME_MAX] = '\0';
	assert_true(strlen(private_name(7, name, room)) > NAME_MAX);
}

static void keys_are_of_their_world(void **state)
{
	key_t key;

	(void)state;
	for (key = 1; key < 1000; key++) {
		assert_int_equal(private_key(0, key), key);
		assert_int_not_equal(private_key(7, key), IPC_PRIVATE);
		assert_int_not_equal(private_key(7, key), private_key(8, key));
		assert_int_equal(private_key(7, key), private_key(7, key));
	}
	assert_int_equal(private_key(7, IPC_PRIVATE), IPC_PRIVATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_of_their_world),
		cmocka_unit_test(long_names_stay_too_long),
		cmocka_unit_test(keys_are_of_their_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
