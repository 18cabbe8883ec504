/* SPDX-License-Identifier: Apache-2.0 */
/* How `sabot list` shows what was selected. */
#ifndef SABOT_CLI_LIST_H
#define SABOT_CLI_LIST_H

#include "campaign/campaign.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Each writes the targets in their order; those of one scenario follow one another. Both flush.
 * Return 0, or -errno when not all could be written.
 */
int list_text(FILE *file, const struct campaign_target *targets, size_t count, bool verbose);
int list_json(FILE *file, const struct campaign_target *targets, size_t count);

#endif
