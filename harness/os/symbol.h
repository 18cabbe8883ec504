/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a code address of this process's image to function, file and line. Tasks are forks of the
 * harness, so an address of theirs is one of ours. libdw is loaded when it is first needed (a plain
 * fork must stay cheap); without it, names come from dladdr() and lines are missing.
 */
#ifndef SABOT_OS_SYMBOL_H
#define SABOT_OS_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
	char function[128]; /* "" if unknown */
	char file[256];	    /* as the compiler recorded it, or "" */
	char module[256];   /* path of the object that holds the address, or "" */
	unsigned line;	    /* 0 if unknown */
	unsigned declared;  /* the function's own line, in whichever file; 0 if unknown */
};

/*
 * Looks up the call at a return address (the line of the call, not of what follows it). Harness
 * only, never in a signal handler or a task; may allocate. Returns whether at least the function is
 * known.
 */
bool symbol_of_return(uintptr_t address, struct symbol *symbol);

/* "function (file.c:12)", the file's last component only; "0x..." if unknown. Returns text. */
const char *symbol_text(uintptr_t return_address, char *text, size_t size);

/* Whether lines can be had: libdw was found. */
bool symbol_has_lines(void);

/* Files that are kept open get descriptors at or above this: lookups then shift no others. */
void symbol_keep_above(int lowest);

/* Forgets everything that is cached (before a fork of a template process, to keep it small). */
void symbol_reset(void);

#endif
