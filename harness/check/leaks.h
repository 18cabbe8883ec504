/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the memory that tasks have lost, from what their checker reported (intercept/heap.h).
 * Verifies: each process that ended, or that a fault ended, points to every block that it has
 * allocated and not freed. Does not: blocks that it still points to at its end. Supervisor only,
 * after an execution, before the next one begins.
 */
#ifndef SABOT_CHECK_LEAKS_H
#define SABOT_CHECK_LEAKS_H

#include <stdint.h>

/* Records a finding if memory is lost and none is recorded yet. */
void leaks_judge(void);

/*
 * All that the execution has leaked, as lines; the caller frees it. Objects of the kernel, and who
 * made them, as far as that is known; memory, by whom, and where it was allocated. "" if nothing
 * is, or one object, which is what the finding's message tells.
 */
char *leaks_text(void);

/*
 * Of valgrind: writes its own words about each process that lost memory to a file in this
 * directory, NAME.TASK.xml, as a report of memcheck that other tools read.
 */
void leaks_save(int directory, const char *name);

/* Equal for what was allocated at the same place by the same role. */
uint64_t leaks_hash(void);

/* The file of patterns, a line each: "leak:PATTERN", of functions and objects; * stands for any. */
int leaks_suppress(const char *path);

#endif
