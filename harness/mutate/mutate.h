/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broken primitives, to measure the suite by: with one of them in place, some scenario has to fail.
 * A mutation takes the place of libc's function behind our interceptors, in tasks only: setup and
 * checks keep the genuine ones.
 */
#ifndef SABOT_MUTATE_MUTATE_H
#define SABOT_MUTATE_MUTATE_H

#include <stddef.h>
#include <stdint.h>

enum { MUTATION_PARTS_MAX = 8 };

struct mutation {
	const char *name;
	const char *about; /* what is broken, one line */
	struct {
		const char *function;
		void *mutant;
	} parts[MUTATION_PARTS_MAX]; /* ends with a NULL function */
};

/*
 * All of them, by number; NULL beyond the last. *groups: words, the groups of scenarios that use
 * what it breaks.
 */
const struct mutation *mutate_at(size_t number, const char **groups);
/* NULL if there is none of that name. */
const struct mutation *mutate_find(const char *name);

/* Puts it in place for this process and its later forks; NULL: everything is genuine again. */
void mutate_apply(const struct mutation *mutation);

#endif
