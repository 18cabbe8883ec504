/* SPDX-License-Identifier: Apache-2.0 */
/* The scenarios that come with the program. A new one is a file, and two lines here. */
#include <sabot/sabot.h>

extern const struct sabot_scenario fcntl_ledger;
extern const struct sabot_scenario semundo_crash;

extern const struct sabot_scenario *const scenarios_builtin[];
const struct sabot_scenario *const scenarios_builtin[] = {
	&fcntl_ledger,
	&semundo_crash,
	NULL,
};
