/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/json.h"

#include "reports/escape.h"

#include <inttypes.h>
#include <string.h>

static void begin(struct json *json, const char *key)
{
	if (json->comma)
		sink_text(json->sink, ", ");
	if (key)
		sink_format(json->sink, "\"%s\": ", key);
	json->comma = true;
}

static void open_with(struct json *json, const char *key, const char *bracket)
{
	begin(json, key);
	sink_text(json->sink, bracket);
	json->comma = false;
}

static void close_with(struct json *json, const char *bracket)
{
	sink_text(json->sink, bracket);
	json->comma = true;
}

void json_object_open(struct json *json, const char *key)
{
	open_with(json, key, "{");
}

void json_object_close(struct json *json)
{
	close_with(json, "}");
}

void json_array_open(struct json *json, const char *key)
{
	open_with(json, key, "[");
}

void json_array_close(struct json *json)
{
	close_with(json, "]");
}

void json_text(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	sink_text(json->sink, "\"");
	escape_json(json->sink, value, strlen(value));
	sink_text(json->sink, "\"");
}

void json_unsigned(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	sink_format(json->sink, "%" PRIu64, value);
}

void json_hash(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	sink_format(json->sink, "\"0x%016" PRIx64 "\"", value);
}

void json_seconds(struct json *json, const char *key, double value)
{
	begin(json, key);
	sink_text(json->sink, sink_fixed(value, 6).text);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	sink_text(json->sink, value ? "true" : "false");
}

void json_line_end(struct json *json)
{
	sink_text(json->sink, "\n");
	json->comma = false;
}
