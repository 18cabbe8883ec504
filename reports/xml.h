/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An XML writer that keeps nothing but the names of the open elements. Elements stand on lines of
 * their own, except within text. Names are our own words; values may be any bytes.
 */
#ifndef SABOT_REPORTS_XML_H
#define SABOT_REPORTS_XML_H

#include "reports/sink.h"

#include <stdbool.h>
#include <stdint.h>

enum { XML_DEPTH = 8 };

/* Starts as { .sink = sink }. */
struct xml {
	struct sink *sink;
	const char *open[XML_DEPTH];
	unsigned depth;
	bool in_tag;  /* the start tag still takes attributes */
	bool in_text; /* a line end would become part of the text */
};

void xml_declare(struct xml *xml);
void xml_open(struct xml *xml, const char *name);
void xml_close(struct xml *xml); /* the innermost */

/* Directly after xml_open(), each name once. */
void xml_attribute(struct xml *xml, const char *name, const char *value);
void xml_attribute_unsigned(struct xml *xml, const char *name, uint64_t value);
void xml_attribute_seconds(struct xml *xml, const char *name, double value);

void xml_text(struct xml *xml, const char *text);

#endif
