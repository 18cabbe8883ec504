/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocations as points, in cases whose fault is that one fails. Only the calls that the scenario's
 * own code makes: the links of its object (and of what it brought, outside of the system's
 * libraries) to malloc(3) and its kin are set to ours. What libc, a checker or the harness allocate
 * for themselves does not come by, and neither does anything in other cases.
 */
#ifndef SABOT_INTERCEPT_ALLOC_H
#define SABOT_INTERCEPT_ALLOC_H

#include <sabot/sabot.h>

#include <stdbool.h>

/* Supervisor, before the tasks are made: whether allocations of this scenario's code are points. */
void alloc_watch(const struct sabot_scenario *scenario, bool watch);

#endif
