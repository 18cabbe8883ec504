/* SPDX-License-Identifier: Apache-2.0 */
/* How far the run is, on standard error: one line that is redrawn on a terminal, a line now and
 * then else. */
#ifndef SABOT_CLI_PROGRESS_H
#define SABOT_CLI_PROGRESS_H

#include "campaign/pool.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool terminal, shown, no_gate, no_world, shares_files;
	uint64_t began_ns, last_ns;
	char notes[512];
};

void progress_begin(struct progress *progress);
void progress_show(struct progress *progress, const struct pool_status *status, unsigned workers,
		   uint32_t done, uint32_t total, const char *now);
/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);
/* What this machine did not allow, for the reports; "" if nothing. */
const char *progress_notes(struct progress *progress);

#endif
