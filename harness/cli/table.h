/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a scenario's tables are right: asked before anything is forked. */
#ifndef SABOT_CLI_TABLE_H
#define SABOT_CLI_TABLE_H

#include <sabot/sabot.h>

/* Returns 0, or EXIT_USAGE after one clear line that names the scenario and the entry. */
int table_check(const struct sabot_scenario *scenario, const char *where);

#endif
