/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/describe.h"

#include "campaign/coordinates.h"
#include "core/fault.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const char *describe_kind(const struct sabot_case *scase)
{
	if (scase->caught_by)
		return "twin";
	if (scase->characterises)
		return "fact";
	return scase->fault.kind ? "sweep" : "plain";
}

const char *describe_when(enum sabot_when when)
{
	switch (when) {
	case SABOT_WHEN_ALWAYS:
		return "at every point";
	case SABOT_AT_END:
		return "at the end";
	case SABOT_WHEN_SETTLED:
		break;
	}
	return "in every settled state";
}

static void describe_action(const struct sabot_fault *fault, char *text, size_t size)
{
	const char *name = NULL;

	switch (fault->kind) {
	case SABOT_ERRNO:
		name = fault->error ? strerrorname_np(fault->error) : "any error";
		snprintf(text, size, "%s in calls of", name ? name : "an error");
		return;
	case SABOT_SIGNAL:
		break;
	default:
		snprintf(text, size, "%s", fault_kinds[coordinates_kind(fault)]->verb);
		return;
	}
	name = sigabbrev_np(fault->signo);
	if (name)
		snprintf(text, size, "send SIG%s to", name);
	else
		snprintf(text, size, "send signal %d to", fault->signo);
}

static const char *victim(const struct sabot_fault *fault)
{
	if (fault->who)
		return fault->who;
	return fault->role && strcmp(fault->role, SABOT_ANY_ROLE) ? fault->role : "any role";
}

static void describe_where(unsigned where, char *text, size_t size)
{
	static const struct {
		unsigned bit;
		const char *name;
	} places[] = { { SABOT_AT_POINT, "at a point" },
		       { SABOT_ASLEEP, "asleep" },
		       { SABOT_WOKEN, "woken" } };
	const char *before = ", ";
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!(where & places[i].bit) || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", before, places[i].name);
		before = " or ";
	}
}

const char *describe_fault(const struct sabot_fault *fault, char *text, size_t size)
{
	char action[48], where[48];

	text[0] = '\0';
	if (!fault->kind)
		return text;
	describe_action(fault, action, sizeof(action));
	describe_where(fault->where, where, sizeof(where));
	if (fault->point)
		snprintf(text, size, "%s %s at %s", action, victim(fault), fault->point);
	else
		snprintf(text, size, "%s %s%s", action, victim(fault), where);
	return text;
}
