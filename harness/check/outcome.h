/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executions of cases that characterise: what came of one is said as observations, not judged.
 * Verifies nothing.
 */
#ifndef SABOT_CHECK_OUTCOME_H
#define SABOT_CHECK_OUTCOME_H

#include <stdbool.h>

/*
 * A finding has ended the execution, and its tasks are as they were: runs the checks of the end,
 * for what they observe. The hook execution->over.
 */
void outcome_look(void);

/*
 * After the execution: adds "ROLE blocks for ever in CALL", "ROLE died of SIGABRT ...", and so on.
 * False if it ended in a finding that says nothing of the platform: an assertion, or a case that
 * could not test.
 */
bool outcome_observe(void);

#endif
