/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot faults`: the kinds of faults, what they hit, and which calls may fail with what. */
#include "cli/cli.h"

#include "core/fault.h"
#include "core/verdict.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
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
	if (state->arg_num > 0)
		argp_error(state, "one kind of fault is told of at a time");
	arguments->kind = find(argument);
	arguments->cascade = !strcmp(argument, "cascade");
	if (!arguments->kind && !arguments->cascade)
		argp_error(state, "there is no kind of fault \"%s\": `sabot faults` lists them",
			   argument);
	return 0;
}

static const struct argp argp = { .parser = parse,
				  .args_doc = "[KIND]",
				  .doc = "Lists the kinds of faults that cases may have and what "
					 "they hit; of one kind, the calls that it can strike and "
					 "how." };

/* The ways in which a kind can strike an operation on an object, as far as that can be told without
 * a call. */
struct ways {
	size_t count;
	struct plan_fault list[WAYS_MAX];
};

enum { NOT_ASKED = 0, ASKED = CALL_AT_ONCE | CALL_AS_OPENED | CALL_UNDO | CALL_MAKES };
enum { LARGE = 1 << 20 /* bytes: more than a pipe takes whole */ };

/* Kinds look at the object that an operation is on: there is one of each family, by its number. */
static bool make_objects(void)
{
	int i;

	control = calloc(1, sizeof(*control));
	for (i = 0; control && i < FAMILY_COUNT; i++)
		control->objects[i].family = (enum family)i;
	return control;
}

static void name_objects(const char *label)
{
	int i;

	for (i = 0; i < FAMILY_COUNT; i++)
		snprintf(control->objects[i].label, sizeof(control->objects[i].label), "%s", label);
}

static struct ways ways_at(unsigned kind, enum op op, enum family family, int asks)
{
	const struct fault_kind *fault = fault_kinds[kind];
	const struct event event = { .op = (uint16_t)op,
				     .object = (int16_t)(family == FAMILY_NONE ? -1 : (int)family),
				     .asks = asks,
				     .value = LARGE };
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

/* On whichever object there are most. */
static struct ways ways_of_call(unsigned kind, enum op op, int asks)
{
	struct ways most = { 0 }, ways;

	for (int family = 0; family < FAMILY_COUNT; family++) {
		ways = ways_at(kind, op, (enum family)family, asks);
		if (ways.count > most.count)
			most = ways;
	}
	return most;
}

/* What only an object of this family allows, whatever the call. */
static struct ways ways_of_object(unsigned kind, enum family family)
{
	struct ways most = { 0 }, ways;

	for (unsigned op = 0; op < OP_COUNT; op++) {
		ways = ways_at(kind, (enum op)op, family, ASKED);
		if (ways.count > most.count &&
		    ways.count > ways_at(kind, (enum op)op, FAMILY_NONE, ASKED).count)
			most = ways;
	}
	return most;
}

static bool has(const struct ways *ways, const struct plan_fault *way)
{
	size_t i;

	for (i = 0; i < ways->count; i++)
		if (ways->list[i].value == way->value && ways->list[i].lasting == way->lasting)
			return true;
	return false;
}

static bool are_equal(const struct ways *a, const struct ways *b)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (!has(b, &a->list[i]))
			return false;
	return a->count == b->count;
}

/* Two operations may be one call: a read of a stream, and of a file. */
static bool is_told(unsigned kind, enum op op, const struct ways *ways)
{
	for (unsigned before = 0; before < op; before++) {
		const struct ways told = ways_of_call(kind, (enum op)before, ASKED);

		if (!strcmp(op_name((enum op)before), op_name(op)) && are_equal(&told, ways))
			return true;
	}
	return false;
}

/* As the plan has it: "EINTR", "1"; then "+" if it lasts, "?" if not everybody can have it. */
static void show_ways(const char *where, const struct ways *ways, const struct ways *always)
{
	char text[24];
	size_t i;

	if (!ways->count)
		return;
	printf("  %-24s", where);
	for (i = 0; i < ways->count; i++) {
		plan_fault_argument(&ways->list[i], text, sizeof(text));
		printf(" %.*s%s%s", (int)strcspn(text, " "), text, ways->list[i].lasting ? "+" : "",
		       has(always, &ways->list[i]) ? "" : "?");
	}
	putchar('\n');
}

/* The way with the least number from `from` on. False: there is none. */
static bool next_number(unsigned kind, int from, struct plan_fault *found)
{
	bool any = false;

	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct ways ways = ways_of_call(kind, (enum op)op, ASKED);

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

static bool lasts(unsigned kind)
{
	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct ways ways = ways_of_call(kind, (enum op)op, ASKED);

		for (size_t i = 0; i < ways.count; i++)
			if (ways.list[i].lasting)
				return true;
	}
	return false;
}

static void show_objects(unsigned kind)
{
	struct ways unnamed, ways;
	char where[64];

	for (int family = 0; family < FAMILY_COUNT; family++) {
		name_objects("");
		unnamed = ways_of_object(kind, (enum family)family);
		name_objects("name");
		ways = ways_of_object(kind, (enum family)family);
		snprintf(where, sizeof(where), "on %s%s", family_name((enum family)family),
			 unnamed.count ? "" : " with a name");
		show_ways(where, &ways, &ways);
	}
}

/* The call's name, and on what where that decides. */
static const char *call_text(unsigned kind, enum op op, char *text, size_t size)
{
	const struct ways ways = ways_of_call(kind, op, ASKED);
	const char *on = "";

	for (unsigned other = 0; other < OP_COUNT; other++) {
		const struct ways others = ways_of_call(kind, (enum op)other, ASKED);

		if (other != op && others.count && !are_equal(&ways, &others) &&
		    !strcmp(op_name((enum op)other), op_name(op)))
			on = op_flags(op) & OP_BLOCKS ? " on a stream" : " on a file";
	}
	snprintf(text, size, "%s%s", op_name(op), on);
	return text;
}

/* What can strike anywhere is told once, and then only where there is more to it. */
static void show_calls(unsigned kind)
{
	const struct ways anywhere = ways_at(kind, OP_NONE, FAMILY_NONE, ASKED),
			  usual = ways_of_call(kind, OP_NONE, ASKED);
	char where[64];

	show_ways("anywhere", &anywhere, &anywhere);
	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct ways ways = ways_of_call(kind, (enum op)op, ASKED),
				  always = ways_of_call(kind, (enum op)op, NOT_ASKED);

		if (!are_equal(&ways, &usual) && !is_told(kind, (enum op)op, &ways))
			show_ways(call_text(kind, (enum op)op, where, sizeof(where)), &ways,
				  &always);
	}
	show_objects(kind);
	show_numbers(kind);
	if (lasts(kind))
		puts("  +: from then on");
	if (kind == PLAN_ERRNO)
		puts("  ?: of a call that asks not to wait: IPC_NOWAIT, O_NONBLOCK, ...\n"
		     "     ENOMEM and ENOSPC: that asks for SEM_UNDO");
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
	if (!make_objects())
		return EXIT_BUG;
	name_objects("name");
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
	free(control);
	control = NULL;
	return fflush(stdout) == 0 ? EXIT_PASS : EXIT_UNDECIDED;
}
