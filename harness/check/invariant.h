/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges a scenario's invariants. Verifies: each invariant whose time it is, in the state of the
 * moment. Does not verify: what happens between two points.
 */
#ifndef SABOT_CHECK_INVARIANT_H
#define SABOT_CHECK_INVARIANT_H

#include "core/control.h"

/*
 * At a point or a settle (SABOT_WHEN_SETTLED; those for ALWAYS too), or at the end. Runs in
 * whichever process has the turn. A violation, or a check that could not go on, becomes the
 * finding.
 */
void invariant_judge(struct control *block, enum sabot_when when);

/* Runs the checks of the end although a finding has ended the execution: for what they observe. */
void invariant_look(struct control *block);

#endif
