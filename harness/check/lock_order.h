/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle of deadlocks that did not happen. Verifies, of an execution that ended well: there are
 * no tasks of which each asked for a lock that the next one had in its hands when it asked, the
 * last one for the first one's. Another schedule would have them wait for one another. Not reported
 * is what no schedule can bring together: a lock that all of them had (or a semaphore with fewer
 * permits) guards the cycle, a fork or a join puts one of them before another; nor is what ends by
 * itself: a lock that was only tried or waited for until a time, and record locks alone, where
 * fcntl(2) refuses to close the cycle.
 *
 * Does not verify: orders that no task took in this execution; readers that wait since a writer is
 * in line. Does not see what else puts one task before another, as a semaphore that the first one
 * posts when it is done: such an order is reported, as it stands in no lock.
 */
#ifndef SABOT_CHECK_LOCK_ORDER_H
#define SABOT_CHECK_LOCK_ORDER_H

#include <stdint.h>

/*
 * Records the finding. Does nothing in cases that name another oracle, or pass no judgement.
 * Supervisor only, after an execution without a finding.
 */
void lock_order_judge(void);

/*
 * One line for each task of the cycle that was found: what it had, what it asked for, and where. ""
 * if the execution's finding is another. The caller frees it. Looks up source lines.
 */
char *lock_order_text(void);

/* Equal for cycles of the same roles at the same places. 0 if the finding is another. */
uint64_t lock_order_hash(void);

#endif
