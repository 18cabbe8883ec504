/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/describe.h"
#include "cli/list.h"
#include "reports/json.h"

#include <string.h>

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static const char *when_name(enum sabot_when when)
{
	return when == SABOT_AT_END ? "end" : when == SABOT_WHEN_ALWAYS ? "always" : "settled";
}

static void fault_member(struct json *json, const char *key, const struct sabot_fault *fault)
{
	char text[192];

	json_text(json, key, describe_fault(fault, text, sizeof(text)));
}

static void write_case(struct json *json, const struct sabot_case *scase)
{
	json_object_open(json, NULL);
	json_text(json, "case", scase->name);
	json_text(json, "kind", describe_kind(scase));
	fault_member(json, "fault", &scase->fault);
	fault_member(json, "second", &scase->second);
	json_text(json, "caught_by", or_empty(scase->caught_by));
	json_text(json, "characterises", or_empty(scase->characterises));
	json_text(json, "about", or_empty(scase->about));
	json_object_close(json);
}

static void write_tables(struct json *json, const struct sabot_scenario *scenario)
{
	const struct sabot_role *role;
	const struct sabot_invariant *invariant;
	const struct sabot_history *history;
	const char *const *point;

	json_text(json, "tags", scenario->tags ? scenario->tags : "");
	json_array_open(json, "roles");
	for (role = scenario->roles; role->name; role++) {
		json_object_open(json, NULL);
		json_text(json, "name", role->name);
		json_unsigned(json, "count", role->count ? role->count : 1);
		json_object_close(json);
	}
	json_array_close(json);
	json_array_open(json, "invariants");
	for (invariant = scenario->invariants; invariant && invariant->name; invariant++) {
		json_object_open(json, NULL);
		json_text(json, "name", invariant->name);
		json_text(json, "when", when_name(invariant->when));
		json_object_close(json);
	}
	json_array_close(json);
	json_array_open(json, "histories");
	for (history = scenario->histories; history && history->name; history++) {
		json_object_open(json, NULL);
		json_text(json, "name", history->name);
		json_text(json, "specification", history->specification->name);
		json_object_close(json);
	}
	json_array_close(json);
	json_array_open(json, "points");
	for (point = scenario->points; point && *point; point++)
		json_text(json, NULL, *point);
	json_array_close(json);
}

static size_t write_scenario(struct json *json, const struct campaign_target *targets, size_t count)
{
	const struct sabot_scenario *scenario = targets[0].scenario;
	char name[2 * PLAN_NAME_MAX];
	size_t done;

	snprintf(name, sizeof(name), "%s/%s", scenario->group, scenario->name);
	json_object_open(json, NULL);
	json_text(json, "scenario", name);
	json_text(json, "module", targets[0].module);
	json_text(json, "about", or_empty(scenario->about));
	write_tables(json, scenario);
	json_array_open(json, "cases");
	for (done = 0; done < count && targets[done].scenario == scenario; done++)
		write_case(json, targets[done].scase);
	json_array_close(json);
	json_object_close(json);
	json_line_end(json);
	return done;
}

int list_json(FILE *file, const struct campaign_target *targets, size_t count)
{
	struct sink sink = { file, 0 };
	struct json json = { &sink, false };

	while (count) {
		size_t done = write_scenario(&json, targets, count);

		targets += done;
		count -= done;
	}
	return sink_finish(&sink);
}
