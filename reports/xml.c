/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/xml.h"

#include "reports/escape.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static void end_tag(struct xml *xml)
{
	if (xml->in_tag)
		sink_text(xml->sink, ">");
	xml->in_tag = false;
}

static void next_line(struct xml *xml)
{
	if (!xml->in_text)
		sink_format(xml->sink, "\n%*s", (int)(2 * xml->depth), "");
}

void xml_declare(struct xml *xml)
{
	sink_text(xml->sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void xml_open(struct xml *xml, const char *name)
{
	assert(xml->depth < XML_DEPTH);
	end_tag(xml);
	next_line(xml);
	sink_format(xml->sink, "<%s", name);
	xml->open[xml->depth++] = name;
	xml->in_tag = true;
}

void xml_close(struct xml *xml)
{
	assert(xml->depth > 0);
	xml->depth--;
	if (xml->in_tag) {
		sink_text(xml->sink, "/>");
	} else {
		next_line(xml);
		sink_format(xml->sink, "</%s>", xml->open[xml->depth]);
	}
	xml->in_tag = false;
	xml->in_text = false;
	if (!xml->depth)
		sink_text(xml->sink, "\n");
}

void xml_attribute(struct xml *xml, const char *name, const char *value)
{
	assert(xml->in_tag);
	sink_format(xml->sink, " %s=\"", name);
	escape_xml_attribute(xml->sink, value, strlen(value));
	sink_text(xml->sink, "\"");
}

void xml_attribute_unsigned(struct xml *xml, const char *name, uint64_t value)
{
	assert(xml->in_tag);
	sink_format(xml->sink, " %s=\"%" PRIu64 "\"", name, value);
}

void xml_attribute_seconds(struct xml *xml, const char *name, double value)
{
	xml_attribute(xml, name, sink_fixed(value, 3).text);
}

void xml_text(struct xml *xml, const char *text)
{
	assert(xml->depth > 0);
	end_tag(xml);
	xml->in_text = true;
	escape_xml_text(xml->sink, text, strlen(text));
}
