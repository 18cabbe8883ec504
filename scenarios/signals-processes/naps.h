/* SPDX-License-Identifier: Apache-2.0 */
/* One who sleeps in each of some calls, one who ends each sleep, and signals that come before. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_NAPS_H
#define SCENARIOS_SIGNALS_PROCESSES_NAPS_H

#include "eintr_calls.h"
#include "ready.h"

struct naps {
	struct ready sleeper, helper;
	struct eintr_objects objects;
	int calls, got;
	int satisfied; /* calls whose wait was ended, or is about to be */
};

static struct naps *ours; /* the handler has no other way to know */
static volatile sig_atomic_t hits;

/* A handler. Only a signal that comes before what is waited for says what the call does. */
static inline void naps_hit(int signo)
{
	(void)signo;
	hits += ours->satisfied < ours->calls;
}

static inline void naps_setup(struct sabot_env *env)
{
	struct naps *naps = sabot_env_shared(env);

	ready_init(&naps->sleeper);
	ready_init(&naps->helper);
	eintr_setup(&naps->objects);
}

#endif
