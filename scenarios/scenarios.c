/* SPDX-License-Identifier: Apache-2.0 */
/* The scenarios that come with the program. A new one is a file, and two lines here. */
#include <sabot/sabot.h>

extern const struct sabot_scenario bounded_buffer;
extern const struct sabot_scenario fcntl_ledger;
extern const struct sabot_scenario futex_lost_wake;
extern const struct sabot_scenario lock_order;
extern const struct sabot_scenario mutex_dead_waiter;
extern const struct sabot_scenario readers_writers;
extern const struct sabot_scenario robust_ledger;
extern const struct sabot_scenario semundo_crash;

extern const struct sabot_scenario *const scenarios_builtin[];
/* clang-format off */
const struct sabot_scenario *const scenarios_builtin[] = {
	&bounded_buffer,
	&fcntl_ledger,
	&futex_lost_wake,
	&lock_order,
	&mutex_dead_waiter,
	&readers_writers,
	&robust_ledger,
	&semundo_crash,
	NULL,
};
/* clang-format on */
