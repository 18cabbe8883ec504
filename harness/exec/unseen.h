/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that ended where their checker of memory had not looked: of a signal that another task
 * sent, or as another program. Where that will be is known only afterwards; but the same execution
 * comes to the same place again, and can look there.
 */
#ifndef SABOT_EXEC_UNSEEN_H
#define SABOT_EXEC_UNSEEN_H

#include "core/control.h"

/*
 * After an execution: notes in control->heap where it is to be looked in a second run. False if
 * there is no such place.
 */
bool unseen_want(void);

/* Whether the process, by its first task, was looked at as it ended; or why not. */
enum heap_sight unseen_sight(const struct task *task);

#endif
