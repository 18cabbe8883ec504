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

/* The same for every process and run of one build: the module and the offset in it. */
uint64_t place_hash(uintptr_t site);

#endif
