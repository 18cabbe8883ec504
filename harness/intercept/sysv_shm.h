/* SPDX-License-Identifier: Apache-2.0 */
/* SysV segments, for whoever looks at what a task leaves. */
#ifndef SABOT_INTERCEPT_SYSV_SHM_H
#define SABOT_INTERCEPT_SYSV_SHM_H

/* Segments that this process has attached as a task and not detached; what setup attached is none.
 */
int sysv_shm_attached(void);

#endif
