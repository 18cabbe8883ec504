/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Function, file and line of an address by debugging information, through libdw, which is loaded
 * when it is first needed. Only what lies on this machine is read: nothing is fetched from a
 * debuginfod server, since the harness may have no network and must not wait for one. Of
 * os/symbol.c only.
 */
#ifndef SABOT_OS_LINES_H
#define SABOT_OS_LINES_H

#include "os/symbol.h"

/* Whether libdw was found. A libdw that was not found once is not looked for again until
 * lines_reset(). */
bool lines_available(void);

/*
 * Fills in what is known of the instruction at `pc`, which lies in the object file at `path` that
 * is mapped `bias` bytes above the addresses in it. Leaves the rest of the symbol alone.
 */
void lines_find(uintptr_t pc, const char *path, uintptr_t bias, struct symbol *symbol);

/* Files that stay open get descriptors at or above this; 0, the default, is any. */
void lines_keep_above(int lowest);

/* Frees what was read. The library stays: others may have been loaded with it that cannot be
 * unloaded. */
void lines_reset(void);

#endif
