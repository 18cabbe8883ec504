/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a scenario in a few words. */
#ifndef SABOT_CLI_DESCRIBE_H
#define SABOT_CLI_DESCRIBE_H

#include <sabot/sabot.h>

#include <stddef.h>

/* "plain", "sweep" (a fault is tried at each kill point), or "twin" (an oracle must catch it). */
const char *describe_kind(const struct sabot_case *scase);

/* "kill any role", "kill holder at inside", "send SIGUSR1 to waiter#1, asleep"; "" for no fault.
 * Returns text. */
const char *describe_fault(const struct sabot_fault *fault, char *text, size_t size);

/* "in every settled state", "at every point", "at the end". */
const char *describe_when(enum sabot_when when);

#endif
