/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a report goes. A stream remembers that something failed, but not what, nor when; a sink
 * keeps the first error, so that writers need no check a line and a full disk is still named by
 * sink_finish().
 */
#ifndef SABOT_REPORTS_SINK_H
#define SABOT_REPORTS_SINK_H

#include <stddef.h>
#include <stdio.h>

/* Starts as { file, 0 }. After an error nothing more is written. */
struct sink {
	FILE *file;
	int error; /* 0 or the first -errno */
};

/* Bytes as they are: for text of our own, and for what escape.h has made safe. */
void sink_bytes(struct sink *sink, const char *bytes, size_t count);
void sink_text(struct sink *sink, const char *text);

/* Integers and strings of our own only: what printf makes of a double depends on the locale. */
__attribute__((format(printf, 2, 3))) void sink_format(struct sink *sink, const char *format, ...);

/* Flushes the stream. Returns 0 if everything that was ever written to it arrived, or -errno. */
int sink_finish(struct sink *sink);

struct sink_number {
	char text[32];
};

/* `value` with `digits` (0..6) decimals after a point, in any locale; 0 for less, and for NaN. */
struct sink_number sink_fixed(double value, unsigned digits);

#endif
