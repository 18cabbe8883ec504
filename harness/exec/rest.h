/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who rests, while tasks run free: looks at all of them that tell, if nobody was awake at the
 * second, that there was a moment between the two at which all of them rested. Supervisor only.
 */
#ifndef SABOT_EXEC_REST_H
#define SABOT_EXEC_REST_H

#include "core/control.h"

/*
 * The first look. Each task has to be over, parked at a point or at its start, asleep in a call
 * that it announced, or (`stopped_too`) stopped. False: one of them is not, or that cannot be
 * known.
 */
bool rest_begin(bool stopped_too);
/* A later one: whoever slept at the first has slept ever since. */
bool rest_lasted(void);
/* Of a moment when all rest: no time-out, timer, packet or other program is to wake any of them. */
bool rest_is_final(void);
/* Whether this task is, now, asleep in its announced call. */
bool rest_sleeps(const struct task *task);

#endif
