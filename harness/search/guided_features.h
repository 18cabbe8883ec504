/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an execution shows that others may not have shown: features, read from its trace, as counts
 * in a map. Most are pairs: this access follows that one of another task on the same object. A
 * place is a role, an operation and where it stands in the scenario's code, relative to the file
 * that holds it: no address, process id or time has a part in the map.
 */
#ifndef SABOT_SEARCH_GUIDED_FEATURES_H
#define SABOT_SEARCH_GUIDED_FEATURES_H

#include "memory/edges.h"

#include <stdbool.h>
#include <stdint.h>

enum { FEATURES_MAX = 1 << 15, GUIDED_MAP_BYTES = FEATURES_MAX + EDGES_MAX };

/*
 * Of the execution that the control block shows, as it was run with control->brief off, and with
 * edges_clear() before it; into an empty map. The edges come behind the features.
 */
void guided_features_collect(uint8_t map[GUIDED_MAP_BYTES]);

/*
 * Adds to `seen` what the map has of new: a feature, or one so much more often than ever (1, 2, 3,
 * 4-7, 8-15, ... times are told apart, as AFL++ does). Returns how many of either.
 */
uint32_t guided_features_add(uint8_t seen[GUIDED_MAP_BYTES], const uint8_t map[GUIDED_MAP_BYTES]);

#endif
