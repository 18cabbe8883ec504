/* SPDX-License-Identifier: Apache-2.0 */
/* Of objects that were linked for coverage: see counters.c, which is in each of them. */
#ifndef SABOT_COVERAGE_COUNTERS_H
#define SABOT_COVERAGE_COUNTERS_H

/*
 * Adds what this object's code has counted, in all processes, to its .gcda files: once, when
 * nothing runs any more; at this process's end nothing is written then. To be found by dlsym() in
 * the object itself: others have their own of this name.
 */
void sabot_coverage_write(void);

#endif
