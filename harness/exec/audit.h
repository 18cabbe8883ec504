/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left behind. Verifies: SysV sets, segments and queues, names in /dev/shm, POSIX message
 * queues, files in the working directory, child processes. Does not see: memory (valgrind does),
 * objects outside the worker's namespaces. What setup made belongs to the harness and is removed
 * silently.
 */
#ifndef SABOT_EXEC_AUDIT_H
#define SABOT_EXEC_AUDIT_H

#include "core/control.h"

#include <stdbool.h>

/* Opens the places to look at. `isolated`: the namespaces are ours alone, so all in them is too. */
int audit_open(bool isolated);
/* After setup: what is there now belongs to setup. */
void audit_begin(void);
/* After the last task: records a finding of what is left beyond that. */
void audit_judge(void);
/* Removes everything, whoever made it. */
void audit_clean(void);
/* Removes what the block lists as made, by name or number: when its worker cannot any more. */
void audit_remove_made(const struct control *block);

#endif
