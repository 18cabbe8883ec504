/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan.h"
#include "core/plan_line.h"
#include "core/plan_text.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum fact {
	FACT_SCENARIO,
	FACT_CASE,
	FACT_MODULE,
	FACT_SEED,
	FACT_EXECUTION,
	FACT_STRATEGY,
	FACT_FINDING,
	FACT_FAULT,
	FACT_SWITCH,
	FACT_TRACE,
	FACT_END,
	FACT_COUNT,
};

enum { ERRORS_MAX = 256 };

struct reader {
	struct plan_line line;
	struct plan *plan;
	struct plan_trace *trace; /* or NULL */
	size_t steps_wanted;	  /* trace lines announced, and read */
	size_t steps_read;
	unsigned stands[FACT_COUNT]; /* the line on which a fact stands, or 0 */
};

/* "" at the end of the line, which has then failed. */
static char *take_word(struct reader *reader, const char *what)
{
	char *word = plan_line_word(&reader->line);

	if (word)
		return word;
	plan_line_fail(&reader->line, "the line ends where %s belongs", what);
	return reader->line.rest;
}

/* The word that stands there to make the line readable. */
static void take_given(struct reader *reader, const char *given)
{
	const char *word = take_word(reader, given);

	if (strcmp(word, given) != 0)
		plan_line_fail(&reader->line, "'%.40s' stands where '%s' belongs", word, given);
}

static void take_text(struct reader *reader, enum plan_text kind, const char *what, char *to,
		      size_t size)
{
	char *text = kind == PLAN_TEXT_FREE ? plan_line_rest(&reader->line)
					    : plan_line_word(&reader->line);
	const char *wrong;

	if (!text) {
		plan_line_fail(&reader->line, "the line ends where the %s belongs", what);
		return;
	}
	if ((kind == PLAN_TEXT_FREE || kind == PLAN_TEXT_CALL) && plan_text_unescape(text) != 0)
		plan_line_fail(&reader->line, "%s '%.40s' has a '%%' without two hex digits", what,
			       text);
	wrong = plan_text_wrong(kind, text, size);
	if (wrong)
		plan_line_fail(&reader->line, "%s '%.40s' %s", what, text, wrong);
	else
		memcpy(to, text, strlen(text) + 1);
}

static uint64_t take_number(struct reader *reader, const char *what, uint64_t least, uint64_t most)
{
	return plan_line_number(&reader->line, what, take_word(reader, what), least, most);
}

static uint32_t take_number32(struct reader *reader, const char *what)
{
	return (uint32_t)take_number(reader, what, 0, UINT32_MAX);
}

static void read_scenario(struct reader *reader)
{
	take_text(reader, PLAN_TEXT_SCENARIO, "scenario", reader->plan->scenario,
		  sizeof(reader->plan->scenario));
}

static void read_case(struct reader *reader)
{
	take_text(reader, PLAN_TEXT_NAME, "case", reader->plan->case_name,
		  sizeof(reader->plan->case_name));
}

static void read_module(struct reader *reader)
{
	take_text(reader, PLAN_TEXT_FREE, "module", reader->plan->module,
		  sizeof(reader->plan->module));
}

static void read_seed(struct reader *reader)
{
	reader->plan->seed = take_number(reader, "seed", 0, UINT64_MAX);
}

static void read_execution(struct reader *reader)
{
	reader->plan->execution = take_number(reader, "execution", 0, UINT64_MAX);
}

static void read_strategy(struct reader *reader)
{
	take_text(reader, PLAN_TEXT_NAME, "strategy", reader->plan->strategy,
		  sizeof(reader->plan->strategy));
}

static void read_finding(struct reader *reader)
{
	take_text(reader, PLAN_TEXT_FREE, "finding", reader->plan->finding,
		  sizeof(reader->plan->finding));
}

static enum plan_fault_kind take_fault_kind(struct reader *reader)
{
	const char *word = take_word(reader, "the kind of fault");
	unsigned kind = 0;

	while (kind < PLAN_FAULT_KIND_COUNT && strcmp(word, plan_fault_name(kind)) != 0)
		kind++;
	if (kind == PLAN_FAULT_KIND_COUNT)
		plan_line_fail(&reader->line, "'%.40s' is no kind of fault", word);
	return kind;
}

static int take_error(struct reader *reader)
{
	const char *word = take_word(reader, "an error's name"), *name;
	int error;

	for (error = 1; error < ERRORS_MAX; error++) {
		name = strerrorname_np(error);
		if (name && strcmp(word, name) == 0)
			return error;
	}
	plan_line_fail(&reader->line, "'%.40s' is no error's name", word);
	return 0;
}

static int take_signed(struct reader *reader)
{
	const char *word = take_word(reader, "a number with its sign");
	bool negative = word[0] == '-';
	uint64_t number;

	if (!negative && word[0] != '+')
		plan_line_fail(&reader->line, "'%.40s' has no sign", word);
	number = plan_line_number(&reader->line, "number", word[0] ? word + 1 : word, 0,
				  PLAN_NUMBER_MAX);
	return negative ? -(int)number : (int)number;
}

static void take_value(struct reader *reader, struct plan_fault *fault)
{
	switch (plan_fault_value(fault->kind)) {
	case PLAN_VALUE_SIGNAL:
		fault->signo = (int)take_number(reader, "signal", 1, NSIG - 1);
		break;
	case PLAN_VALUE_ERRNO:
		fault->value = take_error(reader);
		break;
	case PLAN_VALUE_NUMBER:
		fault->value = (int)take_number(reader, "number", 0, PLAN_NUMBER_MAX);
		break;
	case PLAN_VALUE_SIGNED:
		fault->value = take_signed(reader);
		break;
	case PLAN_VALUE_NONE:
		break;
	}
}

static enum plan_where take_where(struct reader *reader)
{
	const char *word = take_word(reader, "point, asleep or woken");
	unsigned where = 0;

	while (where < PLAN_WHERE_COUNT && strcmp(word, plan_where_name(where)) != 0)
		where++;
	if (where == PLAN_WHERE_COUNT)
		plan_line_fail(&reader->line, "'%.40s' is none of point, asleep, woken", word);
	return where;
}

/* [again N] [after N] [lasting] */
static void take_delay(struct reader *reader, struct plan_fault *fault)
{
	const char *word = plan_line_word(&reader->line);

	if (word && strcmp(word, "again") == 0) {
		fault->again = take_number32(reader, "number of times");
		word = plan_line_word(&reader->line);
	}
	if (word && strcmp(word, "after") == 0) {
		fault->after = take_number32(reader, "number of decisions");
		word = plan_line_word(&reader->line);
	}
	if (word && strcmp(word, "lasting") == 0 && plan_fault_lasts(fault->kind)) {
		fault->lasting = true;
		word = NULL;
	}
	if (word)
		plan_line_fail(&reader->line, "'%.40s' is too much here", word);
}

/* KIND [VALUE] TASK at OP CALL WHERE [again N] [after N] [lasting] */
static void read_fault(struct reader *reader)
{
	struct plan_fault *fault = &reader->plan->faults[reader->plan->fault_count];

	if (reader->plan->fault_count == PLAN_FAULTS_MAX) {
		plan_line_fail(&reader->line, "more than %d faults", PLAN_FAULTS_MAX);
		return;
	}
	fault->kind = take_fault_kind(reader);
	take_value(reader, fault);
	take_text(reader, PLAN_TEXT_TASK, "task", fault->victim, sizeof(fault->victim));
	take_given(reader, "at");
	fault->op = take_number32(reader, "operation");
	take_text(reader, PLAN_TEXT_CALL, "call", fault->call, sizeof(fault->call));
	fault->where = take_where(reader);
	take_delay(reader, fault);
	reader->plan->fault_count++;
}

/* TASK OP[.PASS] CALL to TASK */
static void read_switch(struct reader *reader)
{
	struct plan_switch *entry = &reader->plan->switches[reader->plan->switch_count];
	char *place, *op;

	if (reader->plan->switch_count == PLAN_SWITCHES_MAX) {
		plan_line_fail(&reader->line, "more than %d switches", PLAN_SWITCHES_MAX);
		return;
	}
	take_text(reader, PLAN_TEXT_TASK, "task", entry->task, sizeof(entry->task));
	place = take_word(reader, "operation");
	op = strsep(&place, ".");
	entry->op = (uint32_t)plan_line_number(&reader->line, "operation", op, 0, UINT32_MAX);
	if (place)
		entry->pass =
			(uint32_t)plan_line_number(&reader->line, "pass", place, 0, UINT32_MAX);
	take_text(reader, PLAN_TEXT_CALL, "call", entry->call, sizeof(entry->call));
	take_given(reader, "to");
	take_text(reader, PLAN_TEXT_TASK, "task", entry->target, sizeof(entry->target));
	reader->plan->switch_count++;
}

static void out_of_memory(struct reader *reader)
{
	plan_line_fail(&reader->line, "out of memory");
	reader->line.failed = -ENOMEM;
}

static void read_trace(struct reader *reader)
{
	reader->steps_wanted = take_number(reader, "number of lines", 0, PLAN_TRACE_LINES_MAX);
	reader->plan->trace_hash = take_number(reader, "trace hash", 0, UINT64_MAX);
	if (!reader->trace || reader->steps_wanted == 0)
		return;
	reader->trace->lines = calloc(reader->steps_wanted, sizeof(*reader->trace->lines));
	if (!reader->trace->lines)
		out_of_memory(reader);
}

static void read_step(struct reader *reader)
{
	const char *step = reader->line.text + 1;
	char *copy;

	if (reader->steps_read == reader->steps_wanted)
		plan_line_fail(&reader->line, "a trace line beyond the %zu announced",
			       reader->steps_wanted);
	if (*step != ' ' && *step != '\0')
		plan_line_fail(&reader->line, "no blank after the '|' of a trace line");
	if (reader->line.failed)
		return;
	reader->steps_read++;
	if (!reader->trace)
		return;
	copy = strdup(*step == ' ' ? step + 1 : step);
	if (copy)
		reader->trace->lines[reader->trace->count++] = copy;
	else
		out_of_memory(reader);
}

static void read_end(struct reader *reader);

static const struct {
	const char *key;
	void (*read)(struct reader *reader);
	bool required;
	bool repeats;
} facts[FACT_COUNT] = {
	[FACT_SCENARIO] = { "scenario", read_scenario, .required = true },
	[FACT_CASE] = { "case", read_case, .required = true },
	[FACT_MODULE] = { "module", read_module, .required = false },
	[FACT_SEED] = { "seed", read_seed, .required = true },
	[FACT_EXECUTION] = { "execution", read_execution, .required = false },
	[FACT_STRATEGY] = { "strategy", read_strategy, .required = true },
	[FACT_FINDING] = { "finding", read_finding, .required = false },
	[FACT_FAULT] = { "fault", read_fault, .repeats = true },
	[FACT_SWITCH] = { "switch", read_switch, .repeats = true },
	[FACT_TRACE] = { "trace", read_trace, .required = false },
	[FACT_END] = { "end", read_end, .required = false },
};

static void read_end(struct reader *reader)
{
	for (unsigned i = 0; i < FACT_COUNT; i++) {
		if (facts[i].required && !reader->stands[i])
			plan_line_fail(&reader->line, "the plan ends without a '%s'", facts[i].key);
	}
}

static void read_fact(struct reader *reader, const char *key)
{
	unsigned fact = 0;

	while (fact < FACT_COUNT && strcmp(key, facts[fact].key) != 0)
		fact++;
	if (fact == FACT_COUNT) {
		plan_line_fail(&reader->line, "'%.40s' is no fact of a plan", key);
		return;
	}
	if (reader->stands[fact] && !facts[fact].repeats)
		plan_line_fail(&reader->line, "a second '%s': the first is on line %u", key,
			       reader->stands[fact]);
	if (reader->steps_read < reader->steps_wanted)
		plan_line_fail(&reader->line, "the trace ends after %zu of %zu lines",
			       reader->steps_read, reader->steps_wanted);
	if (reader->line.failed)
		return;
	facts[fact].read(reader);
	reader->stands[fact] = reader->line.number;
}

static void read_line(struct reader *reader)
{
	const char *key, *more;

	if (reader->line.text[0] == '|' && !reader->stands[FACT_END]) {
		read_step(reader);
		return;
	}
	key = plan_line_word(&reader->line);
	if (!key)
		return;
	if (reader->stands[FACT_END])
		plan_line_fail(&reader->line, "text after 'end'");
	else if (*key != '#') {
		read_fact(reader, key);
		more = plan_line_word(&reader->line);
		if (more)
			plan_line_fail(&reader->line, "'%.40s' is too much here", more);
	}
}

/* Whatever else is wrong with the first line of something that is no plan: that it is none says it.
 */
static void read_first(struct reader *reader)
{
	struct plan_line *line = &reader->line;
	const char *word = NULL, *version = NULL, *more = NULL;
	char known[16];

	if (plan_line_next(line)) {
		word = plan_line_word(line);
		version = plan_line_word(line);
		more = plan_line_word(line);
	} else if (line->failed == -EINVAL) {
		line->failed = 0;
	}
	if (!word || strcmp(word, "sabot-plan") != 0 || !version) {
		plan_line_fail(line, "not a sabot plan: one begins with 'sabot-plan %d'",
			       PLAN_VERSION);
		return;
	}
	snprintf(known, sizeof(known), "%d", PLAN_VERSION);
	if (strcmp(version, known) != 0)
		plan_line_fail(line, "plan version %.40s is not known to this sabot (it knows %s)",
			       version, known);
	if (more)
		plan_line_fail(line, "'%.40s' is too much here", more);
}

int plan_read(FILE *file, struct plan *plan, struct plan_trace *trace, struct plan_error *error)
{
	struct reader reader = { .line = { .file = file, .error = error },
				 .plan = plan,
				 .trace = trace };

	memset(plan, 0, sizeof(*plan));
	if (trace)
		*trace = (struct plan_trace){ 0 };
	read_first(&reader);
	while (plan_line_next(&reader.line))
		read_line(&reader);
	if (!reader.stands[FACT_END])
		plan_line_fail(&reader.line, "cut short: there is no 'end'");
	if (reader.line.failed && trace)
		plan_trace_free(trace);
	return reader.line.failed;
}
