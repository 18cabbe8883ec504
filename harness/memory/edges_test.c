/* SPDX-License-Identifier: Apache-2.0 */
/* Edges of code that is compiled to count them, as the compiler would call. */
#include "memory/edges.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern uint8_t *__afl_area_ptr;
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(const uint32_t *guard);

static uint32_t first[3], second[2], many[EDGES_MAX];

static void each_edge_has_a_place(void **state)
{
	(void)state;
	assert_int_equal(edges_count(), 0);
	assert_int_equal(edges_prepare(), 0);
	__sanitizer_cov_trace_pc_guard_init(first, first + 3);
	__sanitizer_cov_trace_pc_guard_init(second, second + 2);
	/* An object may have several constructors that ask for the same. */
	__sanitizer_cov_trace_pc_guard_init(second, second + 2);
	__sanitizer_cov_trace_pc_guard_init(first, first + 3);
	assert_int_equal(edges_count(), 6);
	assert_int_equal(first[2], 3);
	assert_int_equal(second[0], 4);
}

/* Before anybody has prepared, code may run: its counts go nowhere. */
static void the_killed_have_counted(void **state)
{
	pid_t pid;

	(void)state;
	__sanitizer_cov_trace_pc_guard(&first[1]);
	assert_int_equal(edges_prepare(), 0);
	edges_clear();
	pid = fork();
	if (pid == 0) {
		__sanitizer_cov_trace_pc_guard(&first[1]);
		__sanitizer_cov_trace_pc_guard(&second[1]);
		/* As afl-clang-fast has it done. */
		__afl_area_ptr[second[1]]++;
		(void)kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(edges_counts()[first[0]], 0);
	assert_int_equal(edges_counts()[first[1]], 1);
	assert_int_equal(edges_counts()[second[1]], 2);
	edges_clear();
	assert_int_equal(edges_counts()[second[1]], 0);
}

static void too_many_share_the_last_place(void **state)
{
	(void)state;
	__sanitizer_cov_trace_pc_guard_init(many, many + EDGES_MAX);
	assert_int_equal(edges_count(), EDGES_MAX);
	assert_int_equal(many[EDGES_MAX - 1], EDGES_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edge_has_a_place),
		cmocka_unit_test(the_killed_have_counted),
		cmocka_unit_test(too_many_share_the_last_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
