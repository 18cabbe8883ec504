/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one sanitiser of all reports: any bytes go in, what the format allows comes out, always as
 * valid UTF-8. What the tasks of a scenario wrote must neither break a document nor command a
 * terminal. Bytes that are no UTF-8 are judged as Unicode recommends: each longest beginning of a
 * character is one.
 */
#ifndef SABOT_REPORTS_ESCAPE_H
#define SABOT_REPORTS_ESCAPE_H

#include "reports/sink.h"

#include <stddef.h>
#include <stdint.h>

#define ESCAPE_INVALID UINT32_MAX

/*
 * Reads one character of `length` > 0 bytes. Returns how many bytes it takes; *character is its
 * code point, or ESCAPE_INVALID if they are no UTF-8.
 */
size_t escape_next(const char *text, size_t length, uint32_t *character);

/*
 * The inside of a JSON string, on one line: controls (C0, C1, DEL), Unicode's line ends and what is
 * no character (YAML refuses it) are escaped, invalid bytes become U+FFFD.
 */
void escape_json(struct sink *sink, const char *text, size_t length);

/*
 * XML 1.0. What it does not allow, invalid bytes, and the controls that it does allow (DEL, C1:
 * they command a terminal too) become U+FFFD. An attribute keeps its line ends and tabs.
 */
void escape_xml_text(struct sink *sink, const char *text, size_t length);
void escape_xml_attribute(struct sink *sink, const char *text, size_t length);

/*
 * For a terminal: bytes that are no UTF-8, controls, and what turns the direction of writing are
 * shown as \xNN for each byte. A backslash stays as it is: this is to be read, not to be undone.
 * escape_terminal() lets '\n' and '\t' pass, escape_line() does not.
 */
void escape_terminal(struct sink *sink, const char *text, size_t length);
void escape_line(struct sink *sink, const char *text, size_t length);

/* How many columns escape_line() fills, as if each character that it shows were one wide. */
size_t escape_columns(const char *text, size_t length);

#endif
