/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot bench --detection`: how soon each strategy finds what twins are known to hold. */
#ifndef SABOT_CLI_DETECTION_H
#define SABOT_CLI_DETECTION_H

#include "cli/suite.h"

enum { DETECTION_SEEDS_MAX = 99 };

struct detection {
	struct suite suite; /* what is selected, how many workers */
	uint32_t seeds;	    /* 1, 2, ... so many */
	uint64_t limit;	    /* executions of a twin at most */
	bool json;
	bool fuzzes; /* a column of afl-fuzz's as well */
};

/* Keeps the twins of the selection. Returns the exit code. */
int detection_run(struct detection *detection);

#endif
