/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tools that we run have written, a line or a file's name at a time. Each ends with NUL, and
 * may hold any other bytes: it may be of a version that is not known here.
 */
#ifndef SABOT_CLI_TOOL_TEXT_H
#define SABOT_CLI_TOOL_TEXT_H

#include "cli/coverage_lcov.h"
#include "cli/fuzz.h"

/* A line of afl-fuzz's fuzzer_stats: adds what is kept, and keeps the lowest stability. */
void tool_text_figures(const char *line, struct fuzz_figures *figures);

/*
 * The name of a crash, as "id:000000,sig:06,src:000000,time:123,execs:45,op:...": at which
 * execution it came; 0: that is not told.
 */
uint64_t tool_text_executions(const char *name);

/* Why afl-fuzz has ended, in a line of its log, which loses its colours; NULL: not in this one. */
const char *tool_text_complaint(char *line);

/* A line of an .info file of lcov: adds to the sums what it says of a file. */
void tool_text_rates(const char *line, struct lcov_rates *rates);

#endif
