/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orphans: whoever adopts becomes the parent of all descendants whose own parents die
 * (PR_SET_CHILD_SUBREAPER), so that none can be lost, however it daemonizes.
 */
#ifndef SABOT_OS_ADOPT_H
#define SABOT_OS_ADOPT_H

#include <stddef.h>
#include <sys/types.h>

void adopt_orphans(void);

/*
 * Kills and reaps all children of the caller but those kept, and theirs in turn as they are
 * adopted. Blocks until they are gone, which SIGKILL sees to.
 */
void adopt_end(const pid_t *kept, size_t kept_count);

#endif
