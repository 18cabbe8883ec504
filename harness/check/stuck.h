/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle of executions that cannot go on. Verifies: no task can run and no timer is left, which
 * is a proof, not a guess by time; classifies it by the waits-for graph. Does not verify: that
 * tasks which do run get anywhere (the step bound of core/point.c does).
 */
#ifndef SABOT_CHECK_STUCK_H
#define SABOT_CHECK_STUCK_H

/*
 * Records the finding: an unexpected death if there was one, else self-deadlock, deadlock, orphaned
 * owner, lost wake-up, livelock, or stuck. The hook execution->stuck; supervisor only. Names no
 * source lines: graph_last() keeps what is needed to write them.
 */
void stuck_judge(void);

#endif
