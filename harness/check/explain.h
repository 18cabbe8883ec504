/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of an execution: numbered lines in words, of the steps that somebody else could notice,
 * with the places in the scenario's source; the finding stands last. Harness only, after an
 * execution.
 */
#ifndef SABOT_CHECK_EXPLAIN_H
#define SABOT_CHECK_EXPLAIN_H

#include <stdint.h>
#include <stdio.h>

/* Writes the story of the control block's execution: at most 90 columns, long ones abbreviated. */
void explain_write(FILE *file);

/* The same as a string that the caller frees; NULL if there is no memory. */
char *explain_text(void);

/* "file.c:41" of the task that the finding names, or "". Valid until the next call. */
const char *explain_place(void);

/*
 * Equal for findings that are one: by kind, oracle, scenario, and the roles, operations and places
 * of the tasks that the finding names; not by seed, schedule or which task of a role it was. Cheap.
 */
uint64_t explain_fingerprint(void);

#endif
