/* SPDX-License-Identifier: Apache-2.0 */
/* What became of requests. It stands first in a scenario's shared memory. */
#ifndef SCENARIOS_MEMORY_SERVED_H
#define SCENARIOS_MEMORY_SERVED_H

#include <sabot/sabot.h>

enum { REQUESTS = 2, BYTES = 64 /* of each */ };

struct served {
	int answered, refused;
};

static inline void served_note(struct served *served, bool answered)
{
	served->answered += answered;
	served->refused += !answered;
}

static inline bool served_valid(const struct served *served)
{
	return served->answered >= 0 && served->refused >= 0 &&
	       served->answered + served->refused <= REQUESTS;
}

/* All of them, unless the server was killed. */
static inline void served_each(struct sabot_check *check)
{
	const struct served *served = sabot_check_shared(check);
	bool all = served->answered + served->refused == REQUESTS;

	sabot_require(check, served_valid(served) && (all || sabot_killed(check, "server")),
		      "%d answered and %d refused of %d", served->answered, served->refused,
		      REQUESTS);
}

#endif
