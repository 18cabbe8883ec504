/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON writer that keeps nothing: members are written in the order of the calls, commas come by
 * themselves, all on one line. Keys are our own words; values may be any bytes. What is opened must
 * be closed by the caller.
 */
#ifndef SABOT_REPORTS_JSON_H
#define SABOT_REPORTS_JSON_H

#include "reports/sink.h"

#include <stdbool.h>
#include <stdint.h>

/* Starts as { sink, false }. */
struct json {
	struct sink *sink;
	bool comma; /* something stands before the next value at this depth */
};

/* A NULL key stands for none: the document itself, or an element of an array. */
void json_object_open(struct json *json, const char *key);
void json_object_close(struct json *json);
void json_array_open(struct json *json, const char *key);
void json_array_close(struct json *json);
void json_text(struct json *json, const char *key, const char *value);
void json_unsigned(struct json *json, const char *key, uint64_t value);
void json_hash(struct json *json, const char *key, uint64_t value); /* a string: "0x%016x" */
void json_seconds(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);

/* Ends the line; the next object is a document of its own. */
void json_line_end(struct json *json);

#endif
