/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of an execution: in words, the steps that somebody else could notice, with the places
 * in the scenario's source; the finding stands last. Harness only, after an execution.
 */
#ifndef SABOT_CHECK_EXPLAIN_H
#define SABOT_CHECK_EXPLAIN_H

#include "core/record.h"

#include <stdint.h>

enum { EXPLAIN_STEPS_MAX = 128 };

/* The step and its strings are valid until it returns. */
typedef void explain_listener(void *user, const struct record_step *step);

/* Tells the control block's execution, at most EXPLAIN_STEPS_MAX steps: long stories lack their
 * middle. */
void explain_tell(explain_listener *listener, void *user);

/* Of the finding: its own place, the crash's in the scenario's code, or of the task's last call. */
uintptr_t explain_site(void);

/*
 * Equal for findings that are one: by kind, oracle, scenario, and the roles, operations and places
 * of the tasks that the finding names; not by seed, schedule or which task of a role it was. Cheap.
 */
uint64_t explain_fingerprint(void);

#endif
