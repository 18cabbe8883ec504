/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a checker of memory reports: blocks that are lost, and where they were allocated. Pure
 * functions over its words, which may be cut off anywhere: what came whole before that counts.
 */
#ifndef SABOT_CHECK_LEAK_H
#define SABOT_CHECK_LEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEAK_FRAMES_MAX = 24, LEAK_TEXT_MAX = 96, LEAKS_MAX = 64 };

struct leak_frame {
	uintptr_t address; /* within the instruction; 0: not known */
	unsigned line;	   /* 0: not known */
	char function[LEAK_TEXT_MAX], file[LEAK_TEXT_MAX], object[LEAK_TEXT_MAX];
};

struct leak {
	uint64_t bytes, blocks;
	bool indirect; /* something points to it that is lost itself */
	uint32_t frame_count;
	struct leak_frame frames[LEAK_FRAMES_MAX]; /* the innermost first: malloc or its like */
};

struct leak_list {
	uint32_t count;
	uint32_t left_out; /* there was no room for these */
	struct leak leaks[LEAKS_MAX];
};

/*
 * Adds what an extract of memcheck's XML (protocol 4) says. `error` elements count that are
 * complete. Returns 0, or -ENOSYS if there is no library to read XML with.
 */
int leak_read_valgrind(struct leak_list *list, const char *text, size_t size);

/* Adds what LeakSanitizer has written, without symbols: "#0 0x1234 (/lib/object+0x12)". */
void leak_read_lsan(struct leak_list *list, const char *text, size_t size);

/* The next free place, zeroed; NULL if there is none. */
struct leak *leak_add(struct leak_list *list);

/* Whether both were allocated at the same place: the same stack. */
bool leak_is_alike(const struct leak *a, const struct leak *b);

/* Takes away what was there before. */
void leak_subtract(struct leak_list *list, const struct leak_list *before);

#endif
