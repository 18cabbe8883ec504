/* SPDX-License-Identifier: Apache-2.0 */
/* Places in the scenario's source, as findings name them. Harness only: looks up debugging
 * information. */
#ifndef SABOT_CHECK_PLACE_H
#define SABOT_CHECK_PLACE_H

#include "os/symbol.h"

#include <stddef.h>
#include <stdint.h>

/* "semundo-crash.c:41"; the function's name where lines are not known; else "". Returns text. */
const char *place_text(uintptr_t site, char *text, size_t size);

enum { PLACE_BYTES = 128 };

/* The same, and all that is known of it: *symbol is zeroed where that is nothing. */
const char *place_find(uintptr_t site, struct symbol *symbol, char *text, size_t size);

struct record_case;

/*
 * Fills in file, line and function of each of the case's strikes, as far as they are known. The
 * strings stay for as long as the process. Returns how many have no line.
 */
size_t place_strikes(struct record_case *record);

/* The same for every process and run of one build: the module and the offset in it. */
uint64_t place_hash(uintptr_t site);

#endif
