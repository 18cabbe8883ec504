/* SPDX-License-Identifier: Apache-2.0 */
#include "os/symbol.h"

#include <dlfcn.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOT_HERE = 77 };

/* ---- Calls whose return addresses are looked up ---- */

static uintptr_t noted;
static jmp_buf left;

__attribute__((noinline)) static void note_return(void)
{
	noted = (uintptr_t)__builtin_return_address(0);
}

__attribute__((noinline, noreturn)) static void note_return_and_leave(void)
{
	noted = (uintptr_t)__builtin_return_address(0);
	longjmp(left, 1);
}

enum { LINE_IN_THE_MIDDLE = __LINE__ + 4 };
__attribute__((noinline)) static uintptr_t call_in_the_middle(void)
{
	noted = 0;
	note_return();
	__asm__ volatile("");
	return noted;
}

enum { LINE_AT_THE_END = __LINE__ + 4 };
/* Nothing follows the call: its return address is beyond the function. */
__attribute__((noinline, noreturn)) static void call_at_the_end(void)
{
	note_return_and_leave();
}

enum { LINE_INLINED = __LINE__ + 3 };
__attribute__((always_inline)) static inline void inlined(void)
{
	note_return();
	__asm__ volatile("");
}

__attribute__((noinline)) static uintptr_t call_inlined(void)
{
	inlined();
	return noted;
}

/* As if the call were a function's very first instruction. */
static uintptr_t return_into_libc(void)
{
	return (uintptr_t)dlsym(RTLD_DEFAULT, "strerrordesc_np") + 1;
}

/* ---- What is expected of them ---- */

static bool is_here(const struct symbol *symbol, const char *function, unsigned line)
{
	const char *slash = strrchr(symbol->file, '/');

	return strcmp(symbol->function, function) == 0 && symbol->line == line && slash &&
	       strcmp(slash, "/symbol_test.c") == 0 && symbol->module[0] == '/' &&
	       strstr(symbol->module, "symbol_test");
}

static bool finds_the_middle(void)
{
	struct symbol symbol;

	return symbol_of_return(call_in_the_middle(), &symbol) &&
	       is_here(&symbol, "call_in_the_middle", LINE_IN_THE_MIDDLE);
}

static void expect_here(uintptr_t address, const char *function, unsigned line)
{
	struct symbol symbol;

	assert_true(symbol_of_return(address, &symbol));
	assert_string_equal(symbol.function, function);
	assert_int_equal(symbol.line, line);
	assert_true(is_here(&symbol, function, line));
}

/* Runs a check in a child, whose exit status it is, so that it may spoil its process. */
static int in_child(int (*check)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(check());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Nothing can be opened: no library, no /proc, no debugging information. */
static int check_without_files(void)
{
	const struct rlimit none = { 0, 0 };
	struct symbol symbol;

	if (setrlimit(RLIMIT_NOFILE, &none) != 0)
		return 1;
	if (symbol_has_lines())
		return 2;
	if (!symbol_of_return(return_into_libc(), &symbol))
		return 3;
	if (strcmp(symbol.function, "strerrordesc_np") != 0 || symbol.line != 0)
		return 4;
	if (!strstr(symbol.module, "libc.so"))
		return 5;
	symbol_of_return(call_in_the_middle(), &symbol);
	return strstr(symbol.module, "symbol_test") && symbol.line == 0 ? 0 : 6;
}

/* Must be the first test: a library that has been loaded stays loaded. */
static void names_are_known_without_libdw(void **state)
{
	(void)state;
	assert_int_equal(in_child(check_without_files), 0);
}

static void calls_are_found(void **state)
{
	(void)state;
	assert_true(symbol_has_lines());
	expect_here(call_in_the_middle(), "call_in_the_middle", LINE_IN_THE_MIDDLE);
	if (setjmp(left) == 0)
		call_at_the_end();
	expect_here(noted, "call_at_the_end", LINE_AT_THE_END);
	expect_here(call_inlined(), "inlined", LINE_INLINED);
}

static void calls_in_a_library_are_found(void **state)
{
	struct symbol symbol;

	(void)state;
	assert_true(symbol_of_return(return_into_libc(), &symbol));
	/* Full debugging information has its other name. */
	assert_non_null(strstr(symbol.function, "strerrordesc_np"));
	assert_non_null(strstr(symbol.module, "libc.so"));
}

static void the_unknown_is_said_to_be_so(void **state)
{
	struct symbol symbol;
	char text[64];

	(void)state;
	for (uintptr_t address = 0; address < 2; address++) {
		memset(&symbol, 1, sizeof(symbol));
		assert_false(symbol_of_return(address, &symbol));
		assert_string_equal(symbol.function, "");
		assert_string_equal(symbol.file, "");
		assert_string_equal(symbol.module, "");
		assert_int_equal(symbol.line, 0);
	}
	assert_false(symbol_of_return((uintptr_t)text, &symbol));
	assert_string_equal(symbol_text(0xabc, text, sizeof(text)), "0xabc");
	assert_string_equal(symbol_text(0, text, sizeof(text)), "0x0");
}

static void the_text_is_short(void **state)
{
	char text[64], want[64], small[8];
	uintptr_t address = call_in_the_middle();

	(void)state;
	snprintf(want, sizeof(want), "call_in_the_middle (symbol_test.c:%d)", LINE_IN_THE_MIDDLE);
	assert_string_equal(symbol_text(address, text, sizeof(text)), want);
	assert_string_equal(symbol_text(address, small, sizeof(small)), "call_in");
}

static void answers_stay_over_a_reset(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(finds_the_middle());
		assert_true(finds_the_middle());
		symbol_reset();
		symbol_reset();
	}
}

/* Begun as "./symbol_test elsewhere": the name that it was begun by leads nowhere soon. */
static int check_elsewhere(void)
{
	return chdir("/") == 0 && finds_the_middle() ? 0 : 1;
}

static int begin_elsewhere(void)
{
	char path[4096] = "", relative[4096 + 2], *slash;

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return 2;
	slash = strrchr(path, '/');
	snprintf(relative, sizeof(relative), ".%s", slash);
	*slash = '\0';
	if (chdir(path) == 0)
		execl(relative, relative, "elsewhere", NULL);
	return 3;
}

static void the_working_directory_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(in_child(begin_elsewhere), 0);
}

/* Process 1 of its namespace, first with a /proc that does not know it, then with one of its own.
 */
static int check_as_process_one(void)
{
	if (getpid() != 1)
		return 1;
	symbol_reset();
	if (!finds_the_middle())
		return 2;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) != 0)
		return NOT_HERE;
	symbol_reset();
	return finds_the_middle() ? 0 : 3;
}

static int check_in_a_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) != 0)
		return NOT_HERE;
	return in_child(check_as_process_one);
}

static void process_one_of_a_namespace_finds_its_calls(void **state)
{
	int status = in_child(check_in_a_namespace);

	(void)state;
	if (status == NOT_HERE)
		skip();
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known_without_libdw),
		cmocka_unit_test(calls_are_found),
		cmocka_unit_test(calls_in_a_library_are_found),
		cmocka_unit_test(the_unknown_is_said_to_be_so),
		cmocka_unit_test(the_text_is_short),
		cmocka_unit_test(answers_stay_over_a_reset),
		cmocka_unit_test(the_working_directory_does_not_matter),
		cmocka_unit_test(process_one_of_a_namespace_finds_its_calls),
	};

	if (argc == 2 && strcmp(argv[1], "elsewhere") == 0)
		return check_elsewhere();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
