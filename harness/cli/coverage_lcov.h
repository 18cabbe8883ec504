/* SPDX-License-Identifier: Apache-2.0 */
/* What modules have counted, made into reports by lcov. */
#ifndef SABOT_CLI_COVERAGE_LCOV_H
#define SABOT_CLI_COVERAGE_LCOV_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a program of that name is on the PATH. */
bool lcov_has(const char *program);

/* Objects that this process has loaded and that were built with `sabot cc --coverage`: how many. */
size_t lcov_objects(void);

struct lcov_job {
	const char *source; /* absolute: only of sources in this directory */
	const char *out;    /* absolute: where the reports go */
	const char *gcov;   /* the program that reads what the compiler wrote; NULL: lcov's own */
};

/*
 * Has all of these objects write their counts, and makes out/lines.info of them. To be called once,
 * when nothing runs any more. Returns 0, or an exit code after one clear line.
 */
int lcov_lines(const struct lcov_job *job);

/* HTML of out/NAME.info in out/NAME. Returns 0, or an exit code after one clear line. */
int lcov_html(const struct lcov_job *job, const char *name, const char *title);

struct lcov_rate {
	unsigned long found, hit;
};

/* The sums of an .info file; zeroes where it cannot be read. */
struct lcov_rates {
	struct lcov_rate lines, functions, branches;
};
struct lcov_rates lcov_rates(const struct lcov_job *job, const char *name);

#endif
