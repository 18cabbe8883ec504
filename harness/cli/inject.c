/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inject.h"

#include "cli/cli.h"
#include "cli/describe.h"
#include "core/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { ERRORS_END = 256 };

/* The kind that the word begins with, up to a "=" or "+", or -1. */
static int kind_of(const char *word)
{
	size_t length = strcspn(word, "=+");
	int kind;

	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT; kind++)
		if (strlen(fault_kinds[kind]->name) == length &&
		    !strncmp(fault_kinds[kind]->name, word, length))
			return kind;
	return -1;
}

/* "USR1", "SIGUSR1" or "10"; 0: none. */
static int signal_of(const char *name)
{
	unsigned long long number;
	int signo;

	if (cli_number(name, &number) == 0)
		return number < NSIG ? (int)number : 0;
	if (!strncmp(name, "SIG", 3))
		name += 3;
	for (signo = 1; signo < NSIG; signo++) {
		const char *known = sigabbrev_np(signo);

		if (known && !strcmp(known, name))
			return signo;
	}
	return 0;
}

static int error_of(const char *name)
{
	int error;

	for (error = 1; error < ERRORS_END; error++) {
		const char *known = strerrorname_np(error);

		if (known && !strcmp(known, name))
			return error;
	}
	return 0;
}

/* Of one fault, up to a "+". NULL, or what is wrong. */
static const char *parse_one(const char *word, struct sabot_fault *fault)
{
	const size_t name = strcspn(word, "=+");
	char value[PLAN_NAME_MAX] = "";
	int kind = kind_of(word);

	if (!strcmp(word, "cascade"))
		return "is two faults, one after the other: name both, as in kill+kill";
	if (kind < 0)
		return "is no kind of fault: `sabot faults` lists them";
	*fault = (struct sabot_fault){ .kind = (enum sabot_fault_kind)(kind + 1) };
	if (word[name] == '=')
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(word + name + 1, "+"),
			 word + name + 1);
	if (fault->kind == SABOT_SIGNAL) {
		fault->signo = word[name] == '=' ? signal_of(value) : SIGTERM;
		return fault->signo ? NULL : "names no signal";
	}
	if (word[name] != '=')
		return NULL;
	if (plan_fault_value((enum plan_fault_kind)kind) != PLAN_VALUE_ERRNO)
		return "has a value, which only signal, errno and spawn take";
	fault->error = error_of(value);
	return fault->error ? NULL : "names no error";
}

/* NULL, or what is wrong. Behind a "+" is the second fault, of a cascade. */
static const char *parse(const char *word, struct sabot_fault *fault, struct sabot_fault *second)
{
	const char *plus = strchr(word, '+'), *wrong = parse_one(word, fault);

	memset(second, 0, sizeof(*second));
	if (wrong || !plus)
		return wrong;
	if (strchr(plus + 1, '+'))
		return "is a third fault: there can be two";
	return parse_one(plus + 1, second);
}

static const char *put(struct inject *inject, const char *word)
{
	if (inject->count == INJECT_MAX)
		return "is one fault too many";
	inject->faults[inject->count++] = word;
	return NULL;
}

const char *inject_add(struct inject *inject, const char *word)
{
	const char *wrong = NULL;
	struct sabot_fault fault, second;
	int kind;

	if (strcmp(word, "all") != 0) {
		wrong = parse(word, &fault, &second);
		return wrong ? wrong : put(inject, word);
	}
	for (kind = 0; kind < PLAN_FAULT_KIND_COUNT && !wrong; kind++)
		wrong = put(inject, fault_kinds[kind]->name);
	return wrong;
}

int inject_one(struct campaign_target *target, const char *fault)
{
	const struct sabot_case *plain = target->scase;
	struct sabot_case *made = malloc(sizeof(*made));
	struct sabot_fault parsed, second;
	const char *wrong = parse(fault, &parsed, &second);
	char *name;

	if (wrong)
		return cli_fail(EXIT_USAGE, "%s+%s: \"%s\" %s", plain->name, fault, fault, wrong);
	if (strcmp(describe_kind(plain), "plain") != 0)
		return cli_fail(EXIT_USAGE,
				"%s+%s: only a plain case can be struck by a fault that is not its "
				"own, and %s is a %s",
				plain->name, fault, plain->name, describe_kind(plain));
	if (!made || asprintf(&name, "%s+%s", plain->name, fault) < 0)
		return cli_fail(EXIT_BUG, "out of memory");
	if (strlen(name) >= PLAN_NAME_MAX)
		return cli_fail(EXIT_USAGE, "the name %s is too long", name);
	*made = *plain;
	made->name = name;
	made->fault = parsed;
	made->second = second;
	target->scase = made;
	target->injected = true;
	return 0;
}

int inject_apply(const struct inject *inject, struct selection *selection)
{
	struct campaign_target *made;
	size_t count = 0, i, j;
	int code = 0;

	if (!inject->count)
		return 0;
	made = calloc(selection->count * inject->count, sizeof(*made));
	if (!made)
		return cli_fail(EXIT_BUG, "out of memory");
	for (i = 0; i < selection->count && !code; i++) {
		if (strcmp(describe_kind(selection->targets[i].scase), "plain") != 0)
			continue;
		for (j = 0; j < inject->count && !code; j++) {
			made[count] = selection->targets[i];
			code = inject_one(&made[count++], inject->faults[j]);
		}
	}
	free(selection->targets);
	*selection = (struct selection){ made, count, count };
	if (!code && !count)
		return cli_fail(EXIT_NOTHING, "none of the cases is plain: --inject strikes no "
					      "others");
	return code;
}
