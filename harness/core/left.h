/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of the kernel that an execution has left behind, a line each. The first is a finding, of
 * which a report tells them all. In the control block, as tasks find some at their end.
 */
#ifndef SABOT_CORE_LEFT_H
#define SABOT_CORE_LEFT_H

#include <stdarg.h>
#include <stdint.h>

enum { LEFT_BYTES = 2048 };

struct left {
	uint32_t length; /* may exceed LEFT_BYTES: the rest is not known */
	char text[LEFT_BYTES];
};

/* A line, as printf has it. Of details it is indented. */
void left_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void left_note_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* What was noted: the number of lines, and *text, in the block. */
uint32_t left_lines(const char **text, uint32_t *length);

#endif
