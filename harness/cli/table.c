/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "cli/cli.h"
#include "core/control.h"
#include "core/fault.h"

#include <string.h>

struct place {
	const struct sabot_scenario *scenario;
	const char *where;
};

static int wrong(const struct place *place, const char *part, const char *name, const char *what)
{
	return cli_fail(EXIT_USAGE, "%s: scenario %s: %s%s%s%s %s", place->where,
			place->scenario->name ? place->scenario->name : "(no name)", part,
			name ? " \"" : "", name ? name : "", name ? "\"" : "", what);
}

static bool is_plain(const char *name)
{
	return name && name[0] && strlen(name) < PLAN_NAME_MAX - 1 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static int check_roles(const struct place *place)
{
	const struct sabot_role *role, *other;
	unsigned tasks = 0;

	if (!place->scenario->roles || !place->scenario->roles[0].name)
		return wrong(place, "the table of roles", NULL, "is empty");
	for (role = place->scenario->roles; role->name; role++) {
		if (!is_plain(role->name) || strlen(role->name) > 20)
			return wrong(place, "role", role->name,
				     "needs a name of at most 20 of a-z, 0-9 and '-'");
		if (!role->body)
			return wrong(place, "role", role->name, "has no body");
		for (other = place->scenario->roles; other != role; other++)
			if (!strcmp(other->name, role->name))
				return wrong(place, "role", role->name, "stands there twice");
		tasks += role->count ? role->count : 1;
	}
	if (tasks > TASKS_MAX / 2)
		return wrong(place, "the table of roles", NULL, "asks for more than 32 tasks");
	return 0;
}

static int check_invariants(const struct place *place)
{
	const struct sabot_invariant *invariant = place->scenario->invariants;

	for (; invariant && invariant->name; invariant++) {
		if (!invariant->check)
			return wrong(place, "invariant", invariant->name, "has no check");
		if (strlen(invariant->name) > 120)
			return wrong(place, "invariant", invariant->name, "is longer than 120");
	}
	return 0;
}

static int check_histories(const struct place *place)
{
	const struct sabot_history *history = place->scenario->histories;

	for (; history && history->name; history++) {
		const struct sabot_specification *specification = history->specification;

		if (!specification || !specification->name || !specification->start ||
		    !specification->apply || !specification->describe)
			return wrong(place, "history", history->name,
				     "has no specification, or one without its name or functions");
		if (strlen(history->name) > 120)
			return wrong(place, "history", history->name, "is longer than 120");
	}
	return 0;
}

static bool has_role(const struct place *place, const char *name)
{
	const struct sabot_role *role;

	if (!name || !strcmp(name, SABOT_ANY_ROLE))
		return true;
	for (role = place->scenario->roles; role->name; role++)
		if (!strcmp(role->name, name))
			return true;
	return false;
}

/* "holder#1", or a process that it forks: "holder#1/2". */
static bool has_task(const struct place *place, const char *who)
{
	const struct sabot_role *role;
	char name[PLAN_TASK_MAX];
	unsigned i;

	for (role = place->scenario->roles; who && role->name; role++)
		for (i = 0; i < (role->count ? role->count : 1); i++) {
			size_t length =
				(size_t)snprintf(name, sizeof(name), "%s#%u", role->name, i);

			if (!strncmp(who, name, length) && (!who[length] || who[length] == '/'))
				return true;
		}
	return !who;
}

static bool has_point(const struct place *place, const char *name)
{
	const char *const *point = place->scenario->points;

	if (!name)
		return true;
	for (; point && *point; point++)
		if (!strcmp(*point, name))
			return true;
	return false;
}

/* Some call may have it so: EINTR is of no rename(), and of none from then on. */
static bool has_error(const struct sabot_fault *fault)
{
	struct plan_fault way;
	unsigned op;

	for (op = 0; op < OP_COUNT; op++) {
		const struct event event = { .op = (uint16_t)op, .object = -1, .asks = INT32_MAX };

		if (fault_kinds[PLAN_ERRNO]->variant(&event, fault, 0, &way))
			return true;
	}
	return false;
}

static int check_fault(const struct place *place, const char *name, const struct sabot_fault *fault)
{
	if ((unsigned)fault->kind > PLAN_FAULT_KIND_COUNT)
		return wrong(place, "case", name, "has a fault of a kind that does not exist");
	if (!has_role(place, fault->role))
		return wrong(place, "case", name, "has a fault for a role that does not exist");
	if (!has_task(place, fault->who))
		return wrong(place, "case", name, "has a fault for a task that does not exist");
	if (!has_point(place, fault->point))
		return wrong(place, "case", name,
			     "has a fault at a point that the scenario's points do not list");
	if (fault->error && !strerrorname_np(fault->error))
		return wrong(place, "case", name, "has an error whose number does not exist");
	if (fault->kind == SABOT_ERRNO && !has_error(fault))
		return wrong(
			place, "case", name,
			"has an error that no call can have so: `sabot faults errno` lists them");
	if (fault->kind == SABOT_SIGNAL && (fault->signo <= 0 || fault->signo >= 64))
		return wrong(place, "case", name, "sends a signal whose number does not exist");
	return 0;
}

static bool is_oracle(const struct place *place, const char *name)
{
	const struct sabot_invariant *invariant = place->scenario->invariants;
	const struct sabot_history *history = place->scenario->histories;
	int kind;

	for (; invariant && invariant->name; invariant++)
		if (!strcmp(invariant->name, name))
			return true;
	for (; history && history->name; history++)
		if (!strcmp(history->name, name))
			return true;
	for (kind = KIND_ASSERTION; kind < KIND_BROKEN; kind++)
		if (!strcmp(kind_name((enum kind)kind), name))
			return true;
	return false;
}

static int check_cases(const struct place *place)
{
	const struct sabot_case *scase;
	int code;

	if (!place->scenario->cases || !place->scenario->cases[0].name)
		return wrong(place, "the table of cases", NULL, "is empty");
	for (scase = place->scenario->cases; scase->name; scase++) {
		if (!is_plain(scase->name))
			return wrong(place, "case", scase->name,
				     "needs a name of a-z, 0-9 and '-'");
		code = check_fault(place, scase->name, &scase->fault);
		if (!code)
			code = check_fault(place, scase->name, &scase->second);
		if (code)
			return code;
		if (scase->second.kind && !scase->fault.kind)
			return wrong(place, "case", scase->name,
				     "has a second fault, but no first");
		if (scase->caught_by && scase->characterises)
			return wrong(place, "case", scase->name,
				     "is a twin and characterises: it can be one of them");
		if (scase->caught_by && !is_oracle(place, scase->caught_by))
			return wrong(place, "case", scase->name,
				     "is caught by an oracle that does not exist");
	}
	return 0;
}

int table_check(const struct sabot_scenario *scenario, const char *where)
{
	const struct place place = { scenario, where };
	int code;

	if (!is_plain(scenario->name) || !is_plain(scenario->group))
		return wrong(&place, "it", NULL, "needs a name and a group of a-z, 0-9 and '-'");
	code = check_roles(&place);
	if (!code)
		code = check_invariants(&place);
	if (!code)
		code = check_histories(&place);
	if (!code)
		code = check_cases(&place);
	return code;
}
