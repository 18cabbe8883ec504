/* SPDX-License-Identifier: Apache-2.0 */
/* Source files as CI servers want them named: from the top of what was checked out. */
#ifndef SABOT_REPORTS_SOURCE_H
#define SABOT_REPORTS_SOURCE_H

#include "reports/sink.h"

#include <stdbool.h>
#include <stddef.h>

enum { SOURCE_BYTES = 1024 };

/*
 * The path without "." and "..", and relative to `directory` (absolute, or "") if it lies below.
 * Returns whether it does, or is relative as it is. What does not fit is cut off.
 */
bool source_path(const char *directory, const char *file, char *text, size_t size);

/*
 * The path as a URI reference (RFC 3986), "file://..." if it is absolute. Bytes that may not stand
 * in one are encoded.
 */
void source_uri(struct sink *sink, const char *path);

#endif
