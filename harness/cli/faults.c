/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot faults`: the kinds of faults, what they hit, and which calls may fail with what. */
#include "cli/cli.h"

#include "core/fault.h"
#include "core/verdict.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

struct arguments {
	const struct fault_kind *kind; /* NULL: all */
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
	if (!arguments->kind || state->arg_num > 0)
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

/* Of the ways that can be told without a call at hand. */
static void show_calls(unsigned kind)
{
	const struct fault_kind *fault = fault_kinds[kind];
	struct sabot_fault any = { 0 };
	unsigned op, number;

	for (op = 0; fault->variant && op < OP_COUNT; op++) {
		struct event event = { .op = (uint16_t)op, .object = -1 };
		struct plan_fault way = { .kind = (enum plan_fault_kind)kind };

		for (number = 0; fault->variant(&event, &any, number, &way); number++) {
			if (number == 0)
				printf("  %-24s", op_name((enum op)op));
			show_way(&way);
		}
		if (number)
			putchar('\n');
	}
}

int cli_faults(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	unsigned kind;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return EXIT_USAGE;
	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT; kind++) {
		const struct fault_kind *fault = fault_kinds[kind];

		if (arguments.kind && fault != arguments.kind)
			continue;
		printf("%-8s  %s\n          hits %s\n", fault->name, fault->about, fault->hits);
		if (arguments.kind)
			show_calls(kind);
	}
	return fflush(stdout) == 0 ? EXIT_PASS : EXIT_UNDECIDED;
}
