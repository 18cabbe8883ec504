/* SPDX-License-Identifier: Apache-2.0 */
/* All that is known of a case's findings, as the plain text that stands within other formats. */
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

static void section(FILE *file, const char *title, const char *text)
{
	if (!*text)
		return;
	fprintf(file, "\n%s\n%s", title, text);
	if (text[strlen(text) - 1] != '\n')
		fputc('\n', file);
}

static void line(FILE *file, const char *label, const char *text)
{
	if (*text)
		fprintf(file, "%s%s\n", label, text);
}

static void finding(FILE *file, const struct record_finding *record)
{
	char *story = report_story(record);

	fputc('\n', file);
	line(file, "", kind_name(record->kind));
	if (strcmp(record->oracle, kind_name(record->kind)) != 0)
		line(file, "", record->oracle);
	line(file, "", record->message);
	line(file, "at ", record->place);
	section(file, "what happened", story ? story : "");
	section(file, report_graph_heading(record), record->graph);
	section(file, "what has no order", record->history);
	section(file, "what leaked", record->leaks);
	fputc('\n', file);
	line(file, "plan: ", record->plan_path);
	line(file, "replay: ", record->replay_line);
	free(story);
}

char *report_evidence(const struct record_case *record)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; file && i < record->finding_count; i++)
		finding(file, &record->findings[i]);
	if (file && !fclose(file) && text)
		return text;
	free(text);
	return NULL;
}
