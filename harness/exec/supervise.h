/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's part of an execution. */
#ifndef SABOT_EXEC_SUPERVISE_H
#define SABOT_EXEC_SUPERVISE_H

#include "core/control.h"

/*
 * Runs the tasks, all parked, until they are over or control->over is set. Called by the
 * supervisor, without a task of its own. When nobody can run any more, `stuck` (of check/) records
 * what that is.
 */
void supervise(void (*stuck)(void));

#endif
