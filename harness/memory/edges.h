/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges of a scenario's code, if that was compiled to count them: by clang with
 * -fsanitize-coverage=trace-pc-guard, or by afl-clang-fast, whose runtime this stands in for. The
 * counts lie in memory that the tasks of a worker share, so that what was killed has counted.
 */
#ifndef SABOT_MEMORY_EDGES_H
#define SABOT_MEMORY_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EDGES_MAX = 1 << 15 };

/* Bytes of counts for all code that is loaded; 0: none was compiled so. At most EDGES_MAX. */
size_t edges_count(void);

/* Counts of this worker's own, from here on and in its forks. Returns 0 or -errno. */
int edges_prepare(void);

/* All counts become 0. */
void edges_clear(void);

/* Counts since then, edges_count() bytes. They come round after 255. */
const uint8_t *edges_counts(void);

#endif
