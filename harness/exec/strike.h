/* SPDX-License-Identifier: Apache-2.0 */
/* Faults, as the supervisor fires them. */
#ifndef SABOT_EXEC_STRIKE_H
#define SABOT_EXEC_STRIKE_H

#include "core/control.h"

/* Adds a shot to the execution. Returns 0, or -errno if it can never fire. */
int strike_arm(const struct plan_fault *fault);
/* Fires the shot at its victim and waits until it took effect; or, if it did, ends what lasts. */
void strike_fire(struct shot *shot);
/* Nobody can run: ends what holds somebody back. False if nothing does. */
bool strike_relent(void);
/* At the end of an execution: nothing stays stopped. */
void strike_disarm_all(void);

/* Ends what a shot does to its victim for a while. */
void strike_end_hold(struct shot *shot, struct task *victim);

#endif
