/* SPDX-License-Identifier: Apache-2.0 */
#include "os/world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_name_is_taken_once(void **state)
{
	char name[64];
	int status = 0, fd;
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "sabot-world-test-%d", (int)getpid());
	fd = world_claim(name);
	assert_true(fd >= 0);
	assert_int_equal(world_claim(name), -EADDRINUSE);
	pid = fork();
	if (pid == 0)
		_exit(world_claim(name) == -EADDRINUSE ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
	fd = world_claim(name);
	assert_true(fd >= 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_name_is_taken_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
