/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot faults`: the kinds of faults, what they hit, and which calls may fail with what. */
#include "cli/cli.h"

#include "core/fault.h"
#include "core/verdict.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

enum { WAYS_MAX = 16 };

struct arguments {
	const struct fault_kind *kind; /* NULL: all */
	bool cascade;		       /* that alone */
};

static const struct fault_kind *find(const char *name)
{
	unsigned kind;

	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT; kind++)
		if (!strcmp(fault_kinds[kind]->name, name))
			return fault_kinds[kind];
	return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	arguments->kind = find(argument);
	arguments->cascade = !strcmp(argument, "cascade");
	if ((!arguments->kind && !arguments->cascade) || state->arg_num > 0)
		argp_error(state, "there is no kind of fault \"%s\": `sabot faults` lists them",
			   argument);
	return 0;
}

static const struct argp argp = { .parser = parse,
				  .args_doc = "[KIND]",
				  .doc = "Lists the kinds of faults that cases may have and what "
					 "they hit; of one kind, the calls that it can strike and "
					 "how." };

/* A way as the plan has it: "EINTR", "1", and "lasting". */
static void show_way(const struct plan_fault *way)
{
	char text[24];

	plan_fault_argument(way, text, sizeof(text));
	printf(" %.*s%s", (int)strcspn(text, " "), text, way->lasting ? "+" : "");
}

/* The ways in which it can strike an operation, as far as that can be told without a call. */
struct ways {
	size_t count;
	struct plan_fault list[WAYS_MAX];
};

static struct ways ways_at(unsigned kind, enum op op)
{
	const struct fault_kind *fault = fault_kinds[kind];
	const struct event event = { .op = (uint16_t)op, .object = -1 };
	const struct sabot_fault any = { 0 };
	struct ways ways = { 0 };

	for (; fault->variant && ways.count < WAYS_MAX; ways.count++) {
		struct plan_fault way = { .kind = (enum plan_fault_kind)kind };

		if (!fault->variant(&event, &any, (unsigned)ways.count, &way))
			break;
		ways.list[ways.count] = way;
	}
	return ways;
}

static bool are_equal(const struct ways *a, const struct ways *b)
{
	size_t i;

	for (i = 0; i < a->count && a->count == b->count; i++)
		if (a->list[i].value != b->list[i].value ||
		    a->list[i].lasting != b->list[i].lasting)
			return false;
	return a->count == b->count;
}

static void show_ways(const char *where, const struct ways *ways)
{
	size_t i;

	if (!ways->count)
		return;
	printf("  %-24s", where);
	for (i = 0; i < ways->count; i++)
		show_way(&ways->list[i]);
	putchar('\n');
}

/* The way with the least number from `from` on. False: there is none. */
static bool next_number(unsigned kind, int from, struct plan_fault *found)
{
	bool any = false;

	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct ways ways = ways_at(kind, (enum op)op);

		for (size_t i = 0; i < ways.count; i++) {
			if (ways.list[i].value < from ||
			    (any && ways.list[i].value >= found->value))
				continue;
			*found = ways.list[i];
			any = true;
		}
	}
	return any;
}

/* What the numbers of plans stand for. */
static void show_numbers(unsigned kind)
{
	struct plan_fault way;
	char text[120];

	if (plan_fault_value((enum plan_fault_kind)kind) != PLAN_VALUE_NUMBER)
		return;
	for (int from = 0; next_number(kind, from, &way); from = way.value + 1) {
		fault_kinds[kind]->tell(&way, text, sizeof(text));
		printf("  %d: the victim %s\n", way.value, text);
	}
}

/* What can strike anywhere is told once, and then only where there is more to it. */
static void show_calls(unsigned kind)
{
	const struct ways anywhere = ways_at(kind, OP_NONE);

	show_ways("anywhere", &anywhere);
	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct ways ways = ways_at(kind, (enum op)op);

		if (!are_equal(&ways, &anywhere))
			show_ways(op_name((enum op)op), &ways);
	}
	show_numbers(kind);
}

/* No kind of its own: two faults of any kinds in one execution. */
static void show_cascade(void)
{
	puts("cascade   a second fault strikes after the first: who recovers dies as well\n"
	     "          hits what either kind hits: .second of a case, or --inject kill+kill");
}

int cli_faults(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	unsigned kind;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return EXIT_USAGE;
	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT; kind++) {
		const struct fault_kind *fault = fault_kinds[kind];

		if (arguments.cascade || (arguments.kind && fault != arguments.kind))
			continue;
		printf("%-8s  %s\n          hits %s\n", fault->name, fault->about, fault->hits);
		if (arguments.kind)
			show_calls(kind);
	}
	if (!arguments.kind)
		show_cascade();
	return fflush(stdout) == 0 ? EXIT_PASS : EXIT_UNDECIDED;
}
