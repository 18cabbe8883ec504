/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has taken shared memory away, and what for: so that an access through what is left of a
 * mapping is more than a crash. What was never mapped, or never so large, is not known here.
 */
#ifndef SABOT_MEMORY_UNMAPPED_H
#define SABOT_MEMORY_UNMAPPED_H

#include "core/control.h"

/*
 * The calling task's process (or setup, for all) has this part of a mapping no more. Its first byte
 * was `offset` in what has the key.
 */
void unmapped_note(uintptr_t address, size_t size, const struct unmapped *what);

/* What has the key ends at `length` now, and was longer: whoever has mapped it. */
void unmapped_cut(uint64_t key, uint64_t length, const char *how, uintptr_t site);

/*
 * Why the task, which has died of this signal, could not access the address: leaves in
 * control->unmapped what took it away, and returns true; false if nothing that was noted did.
 */
bool unmapped_find(const struct task *task, uintptr_t address, int signo);

/* Who took it away: a task's name, "setup", or "a fault". */
const char *unmapped_by(const struct unmapped *entry);

#endif
