/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan.h"
#include "core/plan_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* The first error stays: after it the stream writes nothing, and errno would be another one's. */
struct writer {
	FILE *file;
	int error;
};

__attribute__((format(printf, 2, 3))) static void emit(struct writer *writer, const char *format,
						       ...)
{
	va_list args;

	if (writer->error)
		return;
	va_start(args, format);
	if (vfprintf(writer->file, format, args) < 0)
		writer->error = -errno;
	va_end(args);
}

static void write_head(struct writer *writer, const struct plan *plan)
{
	char text[3 * PLAN_PATH_MAX];

	emit(writer, "sabot-plan %d\n", PLAN_VERSION);
	emit(writer, "scenario %s\n", plan->scenario);
	emit(writer, "case %s\n", plan->case_name);
	if (plan->module[0])
		emit(writer, "module %s\n", plan_text_escape(PLAN_TEXT_FREE, plan->module, text));
	emit(writer, "seed 0x%016" PRIx64 "\n", plan->seed);
	emit(writer, "execution %" PRIu64 "\n", plan->execution);
	emit(writer, "strategy %s\n", plan->strategy);
	if (plan->finding[0])
		emit(writer, "finding %s\n", plan_text_escape(PLAN_TEXT_FREE, plan->finding, text));
}

static void write_fault(struct writer *writer, const struct plan_fault *fault)
{
	char call[3 * PLAN_CALL_MAX], value[24];

	emit(writer, "fault %s ", plan_fault_name(fault->kind));
	emit(writer, "%s", plan_fault_argument(fault, value, sizeof(value)));
	emit(writer, "%s at %" PRIu32 " %s %s", fault->victim, fault->op,
	     plan_text_escape(PLAN_TEXT_CALL, fault->call, call), plan_where_name(fault->where));
	if (fault->again)
		emit(writer, " again %" PRIu32, fault->again);
	if (fault->after)
		emit(writer, " after %" PRIu32, fault->after);
	if (fault->lasting)
		emit(writer, " lasting");
	emit(writer, "\n");
}

static void write_switch(struct writer *writer, const struct plan_switch *entry)
{
	char call[3 * PLAN_CALL_MAX];

	emit(writer, "switch %s %" PRIu32, entry->task, entry->op);
	if (entry->pass)
		emit(writer, ".%" PRIu32, entry->pass);
	emit(writer, " %s to %s\n", plan_text_escape(PLAN_TEXT_CALL, entry->call, call),
	     entry->target);
}

static void write_trace(struct writer *writer, uint64_t hash, const struct plan_trace *trace)
{
	const size_t count = trace ? trace->count : 0;

	if (count == 0 && hash == 0)
		return;
	emit(writer, "trace %zu 0x%016" PRIx64 "\n", count, hash);
	for (size_t i = 0; i < count; i++)
		emit(writer, "|%s%s\n", trace->lines[i][0] ? " " : "", trace->lines[i]);
}

static bool trace_valid(const struct plan_trace *trace)
{
	if (trace->count > PLAN_TRACE_LINES_MAX)
		return false;
	for (size_t i = 0; i < trace->count; i++) {
		if (strlen(trace->lines[i]) > PLAN_LINE_MAX - 3 || strchr(trace->lines[i], '\n'))
			return false;
	}
	return true;
}

int plan_write(FILE *file, const struct plan *plan, const struct plan_trace *trace)
{
	struct writer writer = { .file = file };

	if (!plan_valid(plan) || (trace && !trace_valid(trace)))
		return -EINVAL;
	write_head(&writer, plan);
	for (uint32_t i = 0; i < plan->fault_count; i++)
		write_fault(&writer, &plan->faults[i]);
	for (uint32_t i = 0; i < plan->switch_count; i++)
		write_switch(&writer, &plan->switches[i]);
	write_trace(&writer, plan->trace_hash, trace);
	emit(&writer, "end\n");
	if (!writer.error && fflush(file) != 0)
		writer.error = -errno;
	return writer.error;
}
