/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the control block still is what our code leaves. Scenarios run in processes that have it
 * mapped, and a wild store of theirs may have put any bytes there. The supervisor asks before it
 * believes what tasks have written: afterwards each number that it takes for an index is one, each
 * text ends, each pointer that it reads through can be read.
 *
 * Verifies: what nobody changes while tasks run; bounds of counts, indices and enumerations; ends
 * of texts; that who is a task's process stays who it is. Does not verify: values that could be
 * right, such as a mark, an amount, or who holds what.
 */
#ifndef SABOT_EXEC_INTACT_H
#define SABOT_EXEC_INTACT_H

#include "core/control.h"

/*
 * Remembers what does not change from here on: the tasks are about to begin. Supervisor only.
 * `damaged` is what intact_require() calls; NULL: it aborts.
 */
void intact_begin(void (*damaged)(const char *what));

/*
 * What is not as our code leaves it, for a message ("task 2", "the trace"); NULL: all is. Without
 * `all`, only what is read while tasks run, which costs little. The text is valid until the next
 * call. Supervisor only.
 */
const char *intact_lacks(bool all);

/* Does not come back if anything lacks; nothing before intact_begin(), or after intact_end(). */
void intact_require(bool all);
void intact_end(void);

#endif
