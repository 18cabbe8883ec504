/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free mode, the supervisor's part: it starts the tasks together, sees who dies, ends what lasts,
 * and judges what can be known while nobody has a turn. Verifies: deadlock, where it is proved that
 * all sleep and nothing could wake any of them; invariants, in a census. What does not end within
 * its limit is late, and nothing is said of it. Does not know: livelocks, and what sleeps while
 * packets may be on their way or another program runs.
 */
#ifndef SABOT_EXEC_FREE_H
#define SABOT_EXEC_FREE_H

/* As supervise(), of an execution that runs free. */
void free_supervise(void (*stuck)(void));

#endif
