/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than anybody counts, and a double holds each whole number up to here. */
#define FIGURE_MAX 9e15

/* The number behind `name` in a line "name   : number"; -1: it is another line, or no number. */
static double figure(const char *line, const char *name)
{
	size_t length = strlen(name);
	const char *colon = strchr(line, ':');
	double number;

	if (strncmp(line, name, length) != 0 || !colon ||
	    (line[length] != ' ' && line[length] != ':'))
		return -1;
	number = strtod(colon + 1, NULL);
	return number >= 0 && number <= FIGURE_MAX ? number : -1;
}

void tool_text_figures(const char *line, struct fuzz_figures *figures)
{
	double kept = figure(line, "corpus_count"), stability = figure(line, "stability");

	if (kept >= 0)
		figures->kept += (uint64_t)kept;
	if (stability >= 0 && (figures->stability < 0 || stability < figures->stability))
		figures->stability = stability;
}

uint64_t tool_text_executions(const char *name)
{
	const char *at = strstr(name, ",execs:");

	return at ? strtoull(at + strlen(",execs:"), NULL, 10) : 0;
}

/* Without colours, and the end of the line. */
static void plain(char *text)
{
	char *from = text, *to = text;

	while (*from) {
		if (*from == '\x1b') {
			from += strcspn(from, "mKJHhlG");
			from += *from != '\0';
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	text[strcspn(text, "\r\n")] = '\0';
}

const char *tool_text_complaint(char *line)
{
	static const char *const heads[] = { "PROGRAM ABORT : ", "SYSTEM ERROR : " };
	size_t i;

	plain(line);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		const char *at = strstr(line, heads[i]);

		if (at)
			return at + strlen(heads[i]);
	}
	return NULL;
}

void tool_text_rates(const char *line, struct lcov_rates *rates)
{
	const struct {
		const char *key;
		unsigned long *sum;
	} sums[] = { { "LF:%lu", &rates->lines.found },	     { "LH:%lu", &rates->lines.hit },
		     { "FNF:%lu", &rates->functions.found }, { "FNH:%lu", &rates->functions.hit },
		     { "BRF:%lu", &rates->branches.found },  { "BRH:%lu", &rates->branches.hit } };
	unsigned long number;
	size_t i;

	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		if (sscanf(line, sums[i].key, &number) == 1)
			*sums[i].sum += number;
}
