/* SPDX-License-Identifier: Apache-2.0 */
/* Which scenarios and cases the user means: built in, or in modules. */
#ifndef SABOT_CLI_SELECT_H
#define SABOT_CLI_SELECT_H

#include "campaign/campaign.h"

struct selection {
	struct campaign_target *targets;
	size_t count, room;
};

/*
 * Adds what a word names: "group/name", "name", "group/", a shell pattern over "group/name" or
 * "group/name:case", or the path of a module ("./mine.so", "dir/mine.so"). NULL: everything that is
 * built in. `case_name`: only this case; NULL: all. Returns 0, or the exit code after one clear
 * line.
 */
int select_add(struct selection *selection, const char *word, const char *case_name);

/* The target that a plan names, loading its module if need be. Returns 0 or an exit code, as above.
 */
int select_plan(struct campaign_target *target, const struct plan *plan, const char *path);

void select_free(struct selection *selection);

#endif
