/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/layout.h"
#include "reports/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct report_options plain = { REPORT_PLAIN, REPORT_NORMAL };
static const struct report_options quiet = { REPORT_PLAIN, REPORT_QUIET };
static const struct report_options verbose = { REPORT_PLAIN, REPORT_VERBOSE };
static const struct report_options coloured = { REPORT_COLOUR, REPORT_NORMAL };

/* What is said of sample_run, in pieces. */
#define NO_FAULT "PASS    sysv-sem/semundo-crash:no-fault                1 execution    0.00 s\n"

#define FAIL_ROW                                                                                   \
	"FAIL    mutex/two-locks:opposite-order                17 "                                \
	"executions  100.3 s  kill points 5 of 31\n"

#define FAIL_EVIDENCE                                                                              \
	"\n"                                                                                       \
	"        deadlock\n"                                                                       \
	"        no task can run: left#0 and right#0 wait for one another\n"                       \
	"        at two-locks.c:44, seen in 3 executions\n"                                        \
	"\n"                                                                                       \
	"        what happened\n"                                                                  \
	"            1. left#0 locks a                                         "                   \
	"                two-locks.c:44\n"                                                         \
	"            2. right#0 locks b                                        "                   \
	"                two-locks.c:45\n"                                                         \
	"               ... 7 steps of left#0 ...\n"                                               \
	"           10. left#0/0 sleeps in pthread_mutex_lock: it wants b      "                   \
	"                two-locks.c:44\n"                                                         \
	"           11. the clock goes on\n"                                                       \
	"           12. deadlock: no task can run                              "                   \
	"                two-locks.c:44\n"                                                         \
	"\n"                                                                                       \
	"        who waits for whom\n"                                                             \
	"          left#0  --b-->  right#0\n"                                                      \
	"            ^                |\n"                                                         \
	"            +-------a--------+\n"                                                         \
	"\n"                                                                                       \
	"        what the tasks wrote\n"                                                           \
	"          | left: begins\n"                                                               \
	"          | right: begins\n"                                                              \
	"\n"                                                                                       \
	"        replay: sabot replay out/two-locks.plan\n"                                        \
	"\n"                                                                                       \
	"        leak\n"                                                                           \
	"        1 semaphore set is left behind\n"                                                 \
	"\n"                                                                                       \
	"        plan: out/two-locks.2.plan\n"

#define KILL_ANYWHERE                                                                              \
	"PASS    sysv-sem/semundo-crash:kill-anywhere      123456 "                                \
	"executions  12.35 s  kill points 412 of 412\n"

#define TWIN                                                                                       \
	"PASS    sysv-sem/semundo-crash:without-undo       caught by the "                         \
	"value counts the living\n"

#define TWIN_EVIDENCE                                                                              \
	"\n"                                                                                       \
	"        invariant: the value counts the living\n"                                         \
	"        value 0, the living leave 1\n"                                                    \
	"        at semundo-crash.c:31\n"                                                          \
	"\n"                                                                                       \
	"        what happened\n"                                                                  \
	"            1. holder#0 takes 1 of 1\n"                                                   \
	"            2. holder#0 is killed at \"inside\"\n"                                        \
	"\n"                                                                                       \
	"        replay: sabot replay out/semundo-crash.without-undo.plan\n"

#define OTHERS                                                                                     \
	"SKIP    net/abstract-socket:no-fault\n"                                                   \
	"        needs a network namespace, which this kernel refuses\n"                           \
	"INCONCLUSIVE  "                                                                           \
	"pipe/short-write:a-case-with-a-name-that-is-longer-than-its-column\n"                     \
	"                                                 1000000 "                                \
	"executions   1235 s  kill points 0 of 2\n"                                                \
	"        no fault fired in any of the executions, so nothing was "                         \
	"shown about the survivors that the\n"                                                     \
	"        case is about\n"                                                                  \
	"        seed: 7\n"                                                                        \
	"BROKEN  pipe/short-write:setup                         0 executions   0.00 s\n"           \
	"        setup: pipe: EMFILE at short-write.c:12\n"                                        \
	"        seed: 7\n"

#define NOT_PASSED                                                                                 \
	"\n"                                                                                       \
	"FAIL    mutex/two-locks:opposite-order            deadlock\n"                             \
	"INCONCLUSIVE  "                                                                           \
	"pipe/short-write:a-case-with-a-name-that-is-longer-than-its-column\n"                     \
	"BROKEN  pipe/short-write:setup                    broken\n"

#define SUMS                                                                                       \
	"\n"                                                                                       \
	"        on this host:\n"                                                                  \
	"          no real-time priorities: \"woken\" is not held\n"                               \
	"        executions 1123477, points 9224, checks 5076, faults "                            \
	"fired 417, kill points 418 of 453\n"                                                      \
	"        2 kill points were left out to be quick\n"

#define VERDICT_LINE                                                                               \
	"FAIL    7 cases: 3 pass, 1 skip, 1 inconclusive, 1 broken, 1 "                            \
	"fail; 31.20 s, seed 42\n"

static void expect(const struct record_run *run, const struct report_options *options,
		   const char *want)
{
	char *text = sample_report("text", run, options);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void normal_run(void **state)
{
	(void)state;
	expect(&sample_run, &plain,
	       NO_FAULT FAIL_ROW FAIL_EVIDENCE KILL_ANYWHERE TWIN OTHERS NOT_PASSED SUMS
		       VERDICT_LINE);
}

static void quiet_run(void **state)
{
	(void)state;
	expect(&sample_run, &quiet, FAIL_ROW FAIL_EVIDENCE OTHERS VERDICT_LINE);
}

static void verbose_run(void **state)
{
	(void)state;
	expect(&sample_run, &verbose,
	       NO_FAULT FAIL_ROW FAIL_EVIDENCE KILL_ANYWHERE TWIN TWIN_EVIDENCE OTHERS NOT_PASSED
		       SUMS VERDICT_LINE);
}

static void colour_marks_the_verdict_only(void **state)
{
	static const struct record_case cases[] = {
		{ .scenario = "a/b",
		  .name = "c",
		  .caught_by = "",
		  .characterises = "",
		  .message = "",
		  .executions = 2 },
		{ .scenario = "a/b",
		  .name = "d",
		  .caught_by = "",
		  .characterises = "",
		  .message = "why",
		  .verdict = VERDICT_BROKEN,
		  .kind = KIND_BROKEN,
		  .seed = 1 },
	};
	const struct record_run run = {
		.host_notes = "", .cases = cases, .case_count = 2, .worst = VERDICT_BROKEN
	};

	(void)state;
	expect(&run, &coloured,
	       "\033[32mPASS\033[0m    a/b:c"
	       "                                          2 executions   0.00 s\n"
	       "\033[35mBROKEN\033[0m  a/b:d"
	       "                                          0 executions   0.00 s\n"
	       "        why\n"
	       "        seed: 1\n"
	       "\n"
	       "\033[35mBROKEN\033[0m  a/b:d                                     broken\n"
	       "\n"
	       "        executions 2, points 0, checks 0, faults fired 0, kill points 0 of 0\n"
	       "\033[35mBROKEN\033[0m  2 cases: 1 pass, 1 broken; 0.00 s, seed 0\n");
}

/* With the colours cut out, nothing differs: they take no column. */
static void colour_moves_nothing(void **state)
{
	char *with = sample_report("text", &sample_run, &coloured);
	char *without = sample_report("text", &sample_run, &plain), *to = with;

	(void)state;
	assert_non_null(with);
	assert_non_null(without);
	assert_non_null(strchr(with, '\033'));
	for (const char *from = with; *from; from++) {
		if (*from == '\033')
			from = strchr(from, 'm');
		else
			*to++ = *from;
	}
	*to = '\0';
	assert_string_equal(with, without);
	free(with);
	free(without);
}

static char *written_as_they_complete(const struct report_options *options)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	for (size_t i = 0; i < sample_run.case_count; i++)
		assert_int_equal(report_case_text(file, &sample_run.cases[i], options), 0);
	assert_int_equal(report_summary_text(file, &sample_run, options), 0);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void pieces_make_the_whole(void **state)
{
	const struct report_options *const all[] = { &plain, &quiet, &verbose, &coloured };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *pieces = written_as_they_complete(all[i]);

		expect(&sample_run, all[i], pieces);
		free(pieces);
	}
}

static void lines_keep_within_the_width(void **state)
{
	char *text = sample_report("text", &sample_run, &verbose);

	(void)state;
	assert_non_null(text);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= LAYOUT_WIDTH);
	free(text);
}

static void hostile_strings_command_no_terminal(void **state)
{
	char *text = sample_report("text", &sample_hostile_run, &verbose);

	(void)state;
	assert_non_null(text);
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
	assert_null(strchr(text, 0x7f));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "\n        replay: \\x01\\x1b[31mred"));
	assert_non_null(strstr(text, "\nFAIL    interrupted after 1 case: 1 fail; "));
	free(text);
}

static void nothing_run_is_no_pass(void **state)
{
	const struct record_run run = { .host_notes = "", .seed = 3 };

	(void)state;
	expect(&run, &quiet, "        0 cases; 0.00 s, seed 3\n");
}

static void expect_case(const struct record_case *record, const char *want)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	assert_int_equal(report_case_text(file, record, &plain), 0);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, want);
	free(text);
}

/* What caught a twin is a sentence: if it is long it moves to the left, and then below. */
static void long_sentences_keep_within_the_width(void **state)
{
	struct record_case twin = { .scenario = "mutex/robust",
				    .name = "forgotten",
				    .caught_by =
					    "every item taken is delivered once or is given back",
				    .characterises = "",
				    .message = "",
				    .plan_path = "" };

	(void)state;
	expect_case(&twin, "PASS    mutex/robust:forgotten         "
			   "caught by every item taken is delivered once or is given back\n");
	twin.name = "owner-death-is-hidden";
	expect_case(&twin, "PASS    mutex/robust:owner-death-is-hidden\n"
			   "                                       "
			   "caught by every item taken is delivered once or is given back\n");
}

static void long_output_shows_its_end(void **state)
{
	struct record_finding finding = {
		.kind = KIND_STUCK,
		.oracle = "stuck",
		.message = "nobody can run",
		.place = "",
		.file = "",
		.graph = "",
		.history = "",
		.leaks = "",
		.output = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n"
			  "16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n"
			  "28\n29\n30\n31\n32\n33\n34\n35\n36\n37\n38\n39\n"
			  "40\n41\n42",
		.plan_path = "",
		.replay_line = ""
	};
	struct record_case record = sample_cases[1];
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	(void)state;
	assert_non_null(file);
	record.findings = &finding;
	record.finding_count = 1;
	assert_int_equal(report_case_text(file, &record, &plain), 0);
	assert_int_equal(fclose(file), 0);
	assert_non_null(strstr(text, "what the tasks wrote (without 2 earlier lines)\n"
				     "          | 3\n          | 4\n"));
	assert_non_null(strstr(text, "          | 41\n          | 42\n"));
	free(text);
}

static void no_figure_is_torn(void **state)
{
	static const struct record_case scase = { .scenario = "a/b",
						  .name = "c",
						  .caught_by = "",
						  .characterises = "",
						  .message = "",
						  .executions = 93144,
						  .points = 4298774,
						  .checks = 6084323,
						  .faults_fired = 60763,
						  .kill_points_covered = 48144,
						  .kill_points_known = 48144 };
	const struct record_run run = { .host_notes = "", .cases = &scase, .case_count = 1 };
	char *text = sample_report("text", &run, &plain);

	(void)state;
	assert_non_null(strstr(text, "        executions 93144, points 4298774, checks 6084323, "
				     "faults fired 60763\n"
				     "        kill points 48144 of 48144\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_run),
		cmocka_unit_test(quiet_run),
		cmocka_unit_test(verbose_run),
		cmocka_unit_test(colour_marks_the_verdict_only),
		cmocka_unit_test(colour_moves_nothing),
		cmocka_unit_test(pieces_make_the_whole),
		cmocka_unit_test(lines_keep_within_the_width),
		cmocka_unit_test(hostile_strings_command_no_terminal),
		cmocka_unit_test(nothing_run_is_no_pass),
		cmocka_unit_test(long_sentences_keep_within_the_width),
		cmocka_unit_test(no_figure_is_torn),
		cmocka_unit_test(long_output_shows_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
