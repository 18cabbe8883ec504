/* SPDX-License-Identifier: Apache-2.0 */
/* For the files that hold mutants: each has a table of mutations, which mutate.c lists. */
#ifndef SABOT_MUTATE_MUTANT_H
#define SABOT_MUTATE_MUTANT_H

#include "intercept/real.h"
#include "mutate/mutate.h"

#include <stdbool.h>

/* Whether the caller is a task, which is given the broken primitive; counts it then. */
bool mutant_acts(void);
/* The same, for every second call: what is lost or doubled is not all of it. */
bool mutant_acts_now_and_then(void);

/*
 * The function itself. Not REAL(), which a mutation replaces; looked up before anything is forked.
 */
#define GENUINE(function)		   GENUINE_SLOT(function, NULL)
#define GENUINE_VERSION(function, version) GENUINE_SLOT(function, version)

#define GENUINE_SLOT(function, version_)                                                           \
	__extension__({                                                                            \
		static struct real_slot real_slot_                                                 \
			__attribute__((section("sabot_genuine"), used)) = { NULL, #function,       \
									    version_ };            \
		(__typeof__(function) *)real_slot_.pointer;                                        \
	})

#define MUTANT(function, mutant)                                                                   \
	{                                                                                          \
#function, (void *)(uintptr_t)(mutant)                                             \
	}

#endif
