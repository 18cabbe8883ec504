/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_test.h"

#include <errno.h>
#include <signal.h>

static struct plan plan;

static const struct plan golden_plan = {
	.scenario = "sysv-sem/semundo-crash",
	.case_name = "without-undo",
	.module = "./mine 100%\n.so",
	.strategy = "pct:3",
	.finding = "deadlock: waiter#1 waits for what holder#0 held",
	.seed = 42,
	.execution = 17,
	.trace_hash = UINT64_C(0x0123456789abcdef),
	.fault_count = 6,
	.faults = { { .kind = PLAN_KILL,
		      .op = 3,
		      .where = PLAN_AT_POINT,
		      .victim = "holder#0",
		      .call = "semop" },
		    { .kind = PLAN_SIGNAL,
		      .signo = 10,
		      .op = 2,
		      .again = 1,
		      .after = 4,
		      .where = PLAN_ASLEEP,
		      .victim = "waiter#1/2",
		      .call = "unknown call" },
		    { .kind = PLAN_STOP, .where = PLAN_WOKEN, .victim = "waiter#1", .call = "-" },
		    { .kind = PLAN_ERRNO,
		      .value = ENOSPC,
		      .lasting = true,
		      .op = 3,
		      .after = 1,
		      .victim = "writer#0",
		      .call = "write" },
		    { .kind = PLAN_SHORT, .value = 1, .victim = "writer#0", .call = "write" },
		    { .kind = PLAN_CLOCK, .value = -60, .victim = "writer#0", .call = "-" } },
	.switch_count = 2,
	.switches = { { "holder#0", 3, 0, "semop", "waiter#1" },
		      { "holder#0", 3, 1, "fcntl(F_SETLKW)", "waiter#1/2" } },
};

static void the_golden_text_is_written(void **state)
{
	char *lines[] = { (char[]){ "first step \xc3\xa4 \xff \t \r" }, (char[]){ "" },
			  (char[]){ " # third, with a blank before it" } };
	const struct plan_trace trace = { lines, 3 };

	(void)state;
	assert_int_equal(write_text(&golden_plan, &trace), sizeof(golden_text) - 1);
	assert_string_equal(text_buffer, golden_text);
}

static void the_golden_text_is_read(void **state)
{
	struct plan_trace trace;
	struct plan_error error;

	(void)state;
	assert_int_equal(read_bytes(golden_text, sizeof(golden_text) - 1, &plan, &trace, &error),
			 0);
	assert_memory_equal(&plan, &golden_plan, sizeof(plan));
	assert_int_equal(trace.count, 3);
	assert_string_equal(trace.lines[0], "first step \xc3\xa4 \xff \t \r");
	assert_string_equal(trace.lines[1], "");
	assert_string_equal(trace.lines[2], " # third, with a blank before it");
	plan_trace_free(&trace);
	assert_null(trace.lines);
	assert_int_equal(trace.count, 0);

	assert_int_equal(read_bytes(golden_text, sizeof(golden_text) - 1, &plan, NULL, &error), 0);
	assert_memory_equal(&plan, &golden_plan, sizeof(plan));
}

static void hand_edited_text_is_made_canonical(void **state)
{
	static const char edited[] = "sabot-plan 1\r\n"
				     "\r\n"
				     "# tried without the second switch\r\n"
				     "  strategy  replay\t\r\n"
				     "seed 0x2A\r\n"
				     "switch a#0 1.0 s%65mop to\tb#0  \r\n"
				     "case c\r\n"
				     "trace 0x1 7\r\n"
				     "\r\n"
				     "| step\r\n"
				     "\t# no step\r\n"
				     "fault kill a#0 at 1 semop point after 0 \r\n"
				     "scenario g/n\r\n"
				     "end\r\n"
				     " \r\n";
	static const char canonical[] = "sabot-plan 1\n"
					"scenario g/n\n"
					"case c\n"
					"seed 0x000000000000002a\n"
					"execution 0\n"
					"strategy replay\n"
					"fault kill a#0 at 1 semop point\n"
					"switch a#0 1 semop to b#0\n"
					"trace 1 0x0000000000000007\n"
					"| step\n"
					"end\n";
	struct plan_trace trace;
	struct plan_error error;

	(void)state;
	assert_int_equal(read_bytes(edited, sizeof(edited) - 1, &plan, &trace, &error), 0);
	write_text(&plan, &trace);
	assert_string_equal(text_buffer, canonical);
	plan_trace_free(&trace);
}

#define HEAD   "sabot-plan 1\nscenario g/n\ncase c\nseed 1\nstrategy replay\n"
#define NAME63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"
#define NUMBER "(0 to 4294967295)"

static const struct {
	const char *text;
	unsigned line;
	const char *message;
} wrong_texts[] = {
	{ "", 1, "not a sabot plan: one begins with 'sabot-plan 1'" },
	{ "\n", 1, "not a sabot plan: one begins with 'sabot-plan 1'" },
	{ "{\"seed\": 1}\n", 1, "not a sabot plan: one begins with 'sabot-plan 1'" },
	{ "sabot-plan\n", 1, "not a sabot plan: one begins with 'sabot-plan 1'" },
	{ "sabot-plan 7\nwhatever\n", 1, "plan version 7 is not known to this sabot (it knows 1)" },
	{ "sabot-plan 01\n", 1, "plan version 01 is not known to this sabot (it knows 1)" },
	{ "sabot-plan 1 2\n", 1, "'2' is too much here" },
	{ "sabot-plan 1\n", 1, "cut short: there is no 'end'" },
	{ HEAD, 5, "cut short: there is no 'end'" },
	{ HEAD "colour blue\nend\n", 6, "'colour' is no fact of a plan" },
	{ HEAD "\x1b[2J\xc3\xa4\nend\n", 6,
	  "'?[2J?"
	  "?' is no fact of a plan" },
	{ HEAD "seed 2\nend\n", 6, "a second 'seed': the first is on line 4" },
	{ HEAD "end\nend\n", 7, "text after 'end'" },
	{ HEAD "end\n# no\n", 7, "text after 'end'" },
	{ HEAD "end\n\n\n| step\n", 9, "text after 'end'" },
	{ HEAD "end now\n", 6, "'now' is too much here" },
	{ "sabot-plan 1\ncase c\nseed 1\nstrategy s\nend\n", 5,
	  "the plan ends without a 'scenario'" },
	{ "sabot-plan 1\nscenario g/n\nseed 1\nstrategy s\nend\n", 5,
	  "the plan ends without a 'case'" },
	{ "sabot-plan 1\nscenario g/n\ncase c\nstrategy s\nend\n", 5,
	  "the plan ends without a 'seed'" },
	{ "sabot-plan 1\nscenario g/n\ncase c\nseed 1\nend\n", 5,
	  "the plan ends without a 'strategy'" },
	{ "sabot-plan 1\nscenario\n", 2, "the line ends where the scenario belongs" },
	{ "sabot-plan 1\nscenario n\n", 2, "scenario 'n' is not of the form group/name" },
	{ "sabot-plan 1\nscenario /n\n", 2, "scenario '/n' is not of the form group/name" },
	{ "sabot-plan 1\nscenario g/\n", 2, "scenario 'g/' is not of the form group/name" },
	{ "sabot-plan 1\nscenario g/n/m\n", 2,
	  "scenario 'g/n/m' has a character that no name may have" },
	{ "sabot-plan 1\nscenario g/" NAME63 NAME63 "\n", 2,
	  "scenario 'g/aaaaaaaaaabbbbbbbbbbccccccccccdddddddd' is too long" },
	{ "sabot-plan 1\nscenario g/n x\n", 2, "'x' is too much here" },
	{ "sabot-plan 1\ncase a*\n", 2, "case 'a*' has a character that no name may have" },
	{ "sabot-plan 1\ncase " NAME63 "g\n", 2,
	  "case 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd' is too long" },
	{ "sabot-plan 1\nmodule a%0\n", 2, "module 'a%0' has a '%' without two hex digits" },
	{ "sabot-plan 1\nmodule a%00b\n", 2, "module 'a%00b' has a '%' without two hex digits" },
	{ "sabot-plan 1\nmodule \n", 2, "the line ends where the module belongs" },
	{ "sabot-plan 1\nfinding %zz\n", 2, "finding '%zz' has a '%' without two hex digits" },
	{ "sabot-plan 1\nseed x\n", 2, "seed 'x' is not a number" },
	{ "sabot-plan 1\nseed 0x\n", 2, "seed '0x' is not a number" },
	{ "sabot-plan 1\nseed -1\n", 2, "seed '-1' is not a number" },
	{ "sabot-plan 1\nseed 1f\n", 2, "seed '1f' is not a number" },
	{ "sabot-plan 1\nseed\n", 2, "the line ends where seed belongs" },
	{ "sabot-plan 1\nseed 0x10000000000000000\n", 2,
	  "seed 0x10000000000000000 is out of range (0 to 18446744073709551615)" },
	/* One digit more: what is left of it after the overflow would fit. */
	{ "sabot-plan 1\nseed 0x10000000000000000f\n", 2,
	  "seed 0x10000000000000000f is out of range (0 to 18446744073709551615)" },
	{ "sabot-plan 1\nexecution 18446744073709551616\n", 2,
	  "execution 18446744073709551616 is out of range (0 to 18446744073709551615)" },
	{ HEAD "fault\n", 6, "the line ends where the kind of fault belongs" },
	{ HEAD "fault maim a#0 at 1 x point\n", 6, "'maim' is no kind of fault" },
	{ HEAD "fault errno EMAIM a#0 at 1 x point\n", 6, "'EMAIM' is no error's name" },
	{ HEAD "fault errno a#0 at 1 x point\n", 6, "'a#0' is no error's name" },
	{ HEAD "fault short a#0 at 1 x point\n", 6, "number 'a#0' is not a number" },
	{ HEAD "fault short 1000000001 a#0 at 1 x point\n", 6,
	  "number 1000000001 is out of range (0 to 1000000000)" },
	{ HEAD "fault clock 1 a#0 at 1 x point\n", 6, "'1' has no sign" },
	{ HEAD "fault clock - a#0 at 1 x point\n", 6, "number '' is not a number" },
	{ HEAD "fault kill a#0 at 1 x point lasting\n", 6, "'lasting' is too much here" },
	{ HEAD "fault errno EIO a#0 at 1 x point lasting after 1\n", 6,
	  "'after' is too much here" },
	{ HEAD "fault signal 0 a#0 at 1 x point\n", 6, "signal 0 is out of range (1 to 64)" },
	{ HEAD "fault signal 65 a#0 at 1 x point\n", 6, "signal 65 is out of range (1 to 64)" },
	{ HEAD "fault signal a#0 at 1 x point\n", 6, "signal 'a#0' is not a number" },
	{ HEAD "fault kill a at 1 x point\n", 6, "task 'a' is not of the form role#0" },
	{ HEAD "fault kill #0 at 1 x point\n", 6, "task '#0' is not of the form role#0" },
	{ HEAD "fault kill a# at 1 x point\n", 6, "task 'a#' has no number where one belongs" },
	{ HEAD "fault kill a#0/ at 1 x point\n", 6, "task 'a#0/' has no number where one belongs" },
	{ HEAD "fault kill a#0b at 1 x point\n", 6,
	  "task 'a#0b' has a character after its number" },
	{ HEAD "fault kill aaaaaaaaaabbbbbbbbbbcccccccccc#0 at 1 x point\n", 6,
	  "task 'aaaaaaaaaabbbbbbbbbbcccccccccc#0' is too long" },
	{ HEAD "fault kill a#0 in 1 x point\n", 6, "'in' stands where 'at' belongs" },
	{ HEAD "fault kill a#0\n", 6, "the line ends where at belongs" },
	{ HEAD "fault kill a#0 at 4294967296 x point\n", 6,
	  "operation 4294967296 is out of range " NUMBER },
	{ HEAD "fault kill a#0 at 1\n", 6, "the line ends where the call belongs" },
	{ HEAD "fault kill a#0 at 1 aaaaaaaaaabbbbbbbbbbcccccccccc%20d point\n", 6,
	  "call 'aaaaaaaaaabbbbbbbbbbcccccccccc d' is too long" },
	{ HEAD "fault kill a#0 at 1 % point\n", 6, "call '%' has a '%' without two hex digits" },
	{ HEAD "fault kill a#0 at 1 x home\n", 6, "'home' is none of point, asleep, woken" },
	{ HEAD "fault kill a#0 at 1 x\n", 6, "the line ends where point, asleep or woken belongs" },
	{ HEAD "fault kill a#0 at 1 x point then\n", 6, "'then' is too much here" },
	{ HEAD "fault kill a#0 at 1 x point after\n", 6,
	  "the line ends where number of decisions belongs" },
	{ HEAD "fault kill a#0 at 1 x point after 1 2\n", 6, "'2' is too much here" },
	{ HEAD "fault kill a#0 at 1 x woken again\n", 6,
	  "the line ends where number of times belongs" },
	{ HEAD "fault kill a#0 at 1 x woken after 1 again 1\n", 6, "'again' is too much here" },
	{ HEAD "switch a#0\n", 6, "the line ends where operation belongs" },
	{ HEAD "switch a#0 1. x to b#0\n", 6, "pass '' is not a number" },
	{ HEAD "switch a#0 .1 x to b#0\n", 6, "operation '' is not a number" },
	{ HEAD "switch a#0 1.2.3 x to b#0\n", 6, "pass '2.3' is not a number" },
	{ HEAD "switch a#0 1.4294967296 x to b#0\n", 6, "pass 4294967296 is out of range " NUMBER },
	{ HEAD "switch a#0 1 x b#0\n", 6, "'b#0' stands where 'to' belongs" },
	{ HEAD "switch a#0 1 x to\n", 6, "the line ends where the task belongs" },
	{ HEAD "switch a#0 1 x to b#0 c\n", 6, "'c' is too much here" },
	{ HEAD "| step\n", 6, "a trace line beyond the 0 announced" },
	{ HEAD "trace 1 1\n| a\n| b\nend\n", 8, "a trace line beyond the 1 announced" },
	{ HEAD "trace 2 1\n| a\nend\n", 8, "the trace ends after 1 of 2 lines" },
	{ HEAD "trace 1 1\n|a\nend\n", 7, "no blank after the '|' of a trace line" },
	{ HEAD "trace 20001 1\n", 6, "number of lines 20001 is out of range (0 to 20000)" },
	{ HEAD "trace 1\n", 6, "the line ends where trace hash belongs" },
};

static void expect_wrong(const char *text, size_t size, unsigned line, const char *message)
{
	struct plan_trace trace;
	struct plan_error error;

	assert_int_equal(read_bytes(text, size, &plan, &trace, &error), -EINVAL);
	assert_string_equal(error.message, message);
	assert_int_equal(error.line, line);
	assert_null(trace.lines);
	assert_int_equal(trace.count, 0);
}

static void every_error_has_its_message_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong_texts) / sizeof(wrong_texts[0]); i++)
		expect_wrong(wrong_texts[i].text, strlen(wrong_texts[i].text), wrong_texts[i].line,
			     wrong_texts[i].message);
}

static void nul_bytes_are_refused(void **state)
{
	static const char inside[] = HEAD "finding a\0b\nend\n";
	static const char first[] = "sabot-plan 1\0\n";
	static const char after[] = HEAD "end\n\0";

	(void)state;
	expect_wrong(inside, sizeof(inside) - 1, 6, "a NUL byte");
	expect_wrong(after, sizeof(after) - 1, 7, "a NUL byte");
	expect_wrong(first, sizeof(first) - 1, 1,
		     "not a sabot plan: one begins with 'sabot-plan 1'");
}

static void long_lines_are_refused(void **state)
{
	const int most = PLAN_LINE_MAX - 3;
	struct plan_error error;
	int size;

	(void)state;
	for (int crlf = 0; crlf < 2; crlf++) {
		const char *head = crlf ? "sabot-plan 1\r\nscenario g/n\r\ncase c\r\nseed 1\r\n"
					  "strategy replay\r\ntrace 1 0"
					: HEAD "trace 1 0";
		const char *eol = crlf ? "\r\n" : "\n";

		size = snprintf(text_buffer, sizeof(text_buffer), "%s%s| %0*d%send%s", head, eol,
				most, 7, eol, eol);
		assert_int_equal(read_bytes(text_buffer, (size_t)size, &plan, NULL, &error), 0);
		size = snprintf(text_buffer, sizeof(text_buffer), "%s%s| %0*d%send%s", head, eol,
				most + 1, 7, eol, eol);
		expect_wrong(text_buffer, (size_t)size, 7, "longer than 2047 bytes");
	}
	/* A CR where the longest line ends does not make up for what follows it. */
	size = snprintf(text_buffer, sizeof(text_buffer), HEAD "# %0*d\rmore\nend\n", most, 7);
	expect_wrong(text_buffer, (size_t)size, 6, "longer than 2047 bytes");
	size = snprintf(text_buffer, sizeof(text_buffer), "%0*d\n", 4 * PLAN_LINE_MAX, 7);
	expect_wrong(text_buffer, (size_t)size, 1,
		     "not a sabot plan: one begins with 'sabot-plan 1'");
}

static void too_many_entries_are_refused(void **state)
{
	size_t size = (size_t)snprintf(text_buffer, sizeof(text_buffer), HEAD);
	char *at = text_buffer + size;

	(void)state;
	for (int i = 0; i <= PLAN_SWITCHES_MAX; i++)
		at = stpcpy(at, "switch a#0 1 x to b#0\n");
	expect_wrong(text_buffer, (size_t)(at - text_buffer), 6 + PLAN_SWITCHES_MAX,
		     "more than 1024 switches");
	at = text_buffer + size;
	for (int i = 0; i <= PLAN_FAULTS_MAX; i++)
		at = stpcpy(at, "fault kill a#0 at 1 x point\n");
	expect_wrong(text_buffer, (size_t)(at - text_buffer), 6 + PLAN_FAULTS_MAX,
		     "more than 8 faults");
}

static void a_cut_plan_is_never_whole(void **state)
{
	struct plan_trace trace;
	struct plan_error error;

	(void)state;
	for (size_t size = 0; size < sizeof(golden_text) - 2; size++) {
		assert_int_equal(read_bytes(golden_text, size, &plan, &trace, &error), -EINVAL);
		assert_true(error.line >= 1 && error.line <= 21);
		assert_null(trace.lines);
	}
	assert_int_equal(read_bytes(golden_text, sizeof(golden_text) - 2, &plan, &trace, &error),
			 0);
	plan_trace_free(&trace);
}

/* A disk that was full for a moment only: what it did not take then is missing. */
static ssize_t write_but_not_at_first(void *cookie, const char *text, size_t size)
{
	int *calls = cookie;

	(void)text;
	if ((*calls)++ > 0)
		return (ssize_t)size;
	errno = ENOSPC;
	return 0;
}

static void a_gap_in_the_text_is_an_error(void **state)
{
	const cookie_io_functions_t functions = { .write = write_but_not_at_first };
	int calls = 0;
	FILE *file = fopencookie(&calls, "w", functions);

	(void)state;
	assert_non_null(file);
	plan = golden_plan;
	for (plan.switch_count = 2; plan.switch_count < PLAN_SWITCHES_MAX; plan.switch_count++)
		plan.switches[plan.switch_count] = plan.switches[0];
	assert_int_equal(plan_write(file, &plan, NULL), -ENOSPC);
	fclose(file);
	assert_true(calls > 0);
}

static void errors_of_the_file_are_returned(void **state)
{
	struct plan_error error = { 0 };
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(file);
	plan = golden_plan;
	assert_int_equal(plan_write(file, &plan, NULL), -ENOSPC);
	fclose(file);
	/* So long that it fails before the flush at the end. */
	file = fopen("/dev/full", "w");
	assert_non_null(file);
	for (plan.switch_count = 0; plan.switch_count < PLAN_SWITCHES_MAX; plan.switch_count++)
		plan.switches[plan.switch_count] =
			(struct plan_switch){ "a#0", 1, 2, "semop", "b#0" };
	assert_int_equal(plan_write(file, &plan, NULL), -ENOSPC);
	fclose(file);
	file = fopen("/", "r");
	assert_non_null(file);
	assert_int_equal(plan_read(file, &plan, NULL, &error), -EISDIR);
	assert_string_equal(error.message, "cannot read it: Is a directory");
	fclose(file);
}

static void expect_unwritable(const struct plan_trace *trace)
{
	FILE *file = fmemopen(text_buffer, sizeof(text_buffer), "w");

	assert_non_null(file);
	assert_int_equal(plan_write(file, &plan, trace), -EINVAL);
	assert_int_equal(ftell(file), 0);
	fclose(file);
}

#define EXPECT_INVALID(change)                                                                     \
	do {                                                                                       \
		plan = golden_plan;                                                                \
		change;                                                                            \
		assert_false(plan_valid(&plan));                                                   \
		expect_unwritable(NULL);                                                           \
	} while (0)

static void what_is_not_valid_is_not_written(void **state)
{
	static char newline[] = "a\nb", longest[PLAN_LINE_MAX - 1];
	static char *lines[PLAN_TRACE_LINES_MAX + 1];
	struct plan_trace trace = { lines, 1 };

	(void)state;
	plan = golden_plan;
	assert_true(plan_valid(&plan));
	EXPECT_INVALID(plan.scenario[0] = '\0');
	EXPECT_INVALID(memset(plan.scenario, 'x', sizeof(plan.scenario)));
	EXPECT_INVALID(plan.case_name[0] = ' ');
	EXPECT_INVALID(plan.strategy[0] = '\0');
	EXPECT_INVALID(memset(plan.module, 'x', sizeof(plan.module)));
	EXPECT_INVALID(memset(plan.finding, 'x', sizeof(plan.finding)));
	EXPECT_INVALID(plan.switch_count = PLAN_SWITCHES_MAX + 1);
	EXPECT_INVALID(plan.fault_count = PLAN_FAULTS_MAX + 1);
	EXPECT_INVALID(plan.faults[0].kind = PLAN_FAULT_KIND_COUNT);
	EXPECT_INVALID(plan.faults[0].where = PLAN_WHERE_COUNT);
	EXPECT_INVALID(plan.faults[0].signo = 9);
	EXPECT_INVALID(plan.faults[1].signo = 0);
	EXPECT_INVALID(plan.faults[1].signo = NSIG);
	EXPECT_INVALID(plan.faults[0].value = 1);
	EXPECT_INVALID(plan.faults[0].lasting = true);
	EXPECT_INVALID(plan.faults[3].value = 0);
	EXPECT_INVALID(plan.faults[3].value = -1);
	EXPECT_INVALID(plan.faults[3].value = 10000);
	EXPECT_INVALID(plan.faults[4].value = -1);
	EXPECT_INVALID(plan.faults[4].value = PLAN_NUMBER_MAX + 1);
	EXPECT_INVALID(plan.faults[5].value = -PLAN_NUMBER_MAX - 1);
	EXPECT_INVALID(plan.faults[5].lasting = true);
	EXPECT_INVALID(plan.faults[2].victim[6] = 'x');
	EXPECT_INVALID(plan.faults[2].call[0] = '\0');
	EXPECT_INVALID(plan.switches[1].task[0] = '\0');
	EXPECT_INVALID(memset(plan.switches[1].call, 'x', PLAN_CALL_MAX));
	EXPECT_INVALID(plan.switches[1].target[0] = '#');
	plan = golden_plan;
	lines[0] = newline;
	expect_unwritable(&trace);
	memset(longest, 'x', PLAN_LINE_MAX - 2);
	lines[0] = longest;
	expect_unwritable(&trace);
	longest[PLAN_LINE_MAX - 3] = '\0';
	write_text(&plan, &trace);
	for (trace.count = 0; trace.count <= PLAN_TRACE_LINES_MAX; trace.count++)
		lines[trace.count] = &longest[PLAN_LINE_MAX - 4];
	expect_unwritable(&trace);
	trace.count--;
	write_text(&plan, &trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_text_is_written),
		cmocka_unit_test(the_golden_text_is_read),
		cmocka_unit_test(hand_edited_text_is_made_canonical),
		cmocka_unit_test(every_error_has_its_message_and_line),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(long_lines_are_refused),
		cmocka_unit_test(too_many_entries_are_refused),
		cmocka_unit_test(a_cut_plan_is_never_whole),
		cmocka_unit_test(a_gap_in_the_text_is_an_error),
		cmocka_unit_test(errors_of_the_file_are_returned),
		cmocka_unit_test(what_is_not_valid_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
