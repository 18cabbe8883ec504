/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_ROW(name, about) { #name, about, name##_write },
const struct report_format report_formats[] = {
	REPORT_FORMATS(REPORT_ROW){ NULL, NULL, NULL },
};
#undef REPORT_ROW

const char *report_names(void)
{
	static char names[128];
	size_t used = 0;

	for (const struct report_format *format = report_formats; format->name; format++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 !used		  ? ""
					 : format[1].name ? ", "
							  : " or ",
					 format->name);
	return names;
}

const struct report_format *report_find(const char *name)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}

bool report_wants_lines(const struct report_format *format)
{
	return format->write == kills_write;
}

static void remove_file(const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
		(void)unlink(path);
}

int report_write_path(const struct report_format *format, const char *path,
		      const struct record_run *run, const struct report_options *options)
{
	FILE *file = fopen(path, "we");
	int result;

	if (!file)
		return -errno;
	result = format->write(file, run, options);
	if (fclose(file) && !result)
		result = -errno;
	if (result) /* half of it is of no use to a reader; a device stays */
		remove_file(path);
	return result;
}

const char *report_graph_heading(const struct record_finding *finding)
{
	return finding->kind == KIND_POTENTIAL ? "who could wait for whom" : "who waits for whom";
}

void report_sights(const uint64_t sights[HEAP_SIGHTS], char *text, size_t size)
{
	static const char *const why[HEAP_SIGHTS] = {
		[HEAP_HAD_THREADS] = "had other threads",
		[HEAP_OTHER_PROGRAM] = "ran another program",
		[HEAP_UNSEEN] = "could not be",
	};
	uint64_t unseen = 0;
	const char *before = ": ";
	size_t used;

	for (size_t i = HEAP_SEEN + 1; i < HEAP_SIGHTS; i++)
		unseen += sights[i];
	*text = '\0';
	if (!unseen)
		return;
	used = (size_t)snprintf(text, size,
				"%" PRIu64 " of %" PRIu64
				" processes not looked at for lost memory",
				unseen, unseen + sights[HEAP_SEEN]);
	for (size_t i = HEAP_SEEN + 1; i < HEAP_SIGHTS && used < size; i++) {
		if (!sights[i])
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 " %s", before,
					 sights[i], why[i]);
		before = ", ";
	}
}

struct report_totals report_total(const struct record_run *run)
{
	struct report_totals totals = { 0 };

	for (size_t i = 0; i < run->case_count; i++) {
		const struct record_case *record = &run->cases[i];

		totals.verdicts[record->verdict]++;
		if (record->verdict != VERDICT_PASS)
			totals.findings += record->finding_count;
		totals.executions += record->executions;
		totals.points += record->points;
		totals.checks += record->checks;
		totals.faults_fired += record->faults_fired;
		totals.kill_points_covered += record->kill_points_covered;
		totals.kill_points_known += record->kill_points_known;
		totals.kill_points_left += record->kill_points_left;
		for (size_t sight = 0; sight < HEAP_SIGHTS; sight++)
			totals.sights[sight] += record->sights[sight];
	}
	return totals;
}
