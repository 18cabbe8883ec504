/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of fault, one file each. A new kind is a file, a line here and a line in kinds.c. */
#ifndef SABOT_FAULTS_KINDS_H
#define SABOT_FAULTS_KINDS_H

#include "core/fault.h"

extern const struct fault_kind fault_kill;
extern const struct fault_kind fault_stop;
extern const struct fault_kind fault_signal;
extern const struct fault_kind fault_errno;
extern const struct fault_kind fault_short;
extern const struct fault_kind fault_delay;
extern const struct fault_kind fault_clock;
extern const struct fault_kind fault_remove;
extern const struct fault_kind fault_limit;
extern const struct fault_kind fault_spawn;
extern const struct fault_kind fault_restart;
extern const struct fault_kind fault_alloc;

#endif
