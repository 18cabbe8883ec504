/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and keys of a worker that has no IPC namespace of its own. The kernel's tables are then
 * shared with all that runs on the machine, other workers included: what a scenario calls "/queue"
 * gets a name that holds the worker's number, and System V keys are mapped likewise. What is shown,
 * and what traces hold, is what the scenario said.
 */
#ifndef SABOT_CORE_PRIVATE_H
#define SABOT_CORE_PRIVATE_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

enum { PRIVATE_NAME_MAX = NAME_MAX + 32 };

/*
 * The name that a POSIX object has in this world (control->world); as it is in world 0, which is
 * isolated, or if it is private already, or no name. `room` has PRIVATE_NAME_MAX bytes.
 */
const char *private_name(uint32_t world, const char *name, char *room);

/* The same for the key of a System V object; IPC_PRIVATE stays what it is. */
key_t private_key(uint32_t world, key_t key);

#endif
