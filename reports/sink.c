/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static void fail(struct sink *sink)
{
	if (!sink->error)
		sink->error = errno ? -errno : -EIO;
}

/* fwrite() does not always tell of a flush that failed within it; the flag of the stream does. */
static void check(struct sink *sink, bool ok)
{
	if (!ok || ferror(sink->file))
		fail(sink);
}

void sink_bytes(struct sink *sink, const char *bytes, size_t count)
{
	if (sink->error)
		return;
	errno = 0;
	check(sink, fwrite(bytes, 1, count, sink->file) == count);
}

void sink_text(struct sink *sink, const char *text)
{
	sink_bytes(sink, text, strlen(text));
}

void sink_format(struct sink *sink, const char *format, ...)
{
	va_list arguments;

	if (sink->error)
		return;
	errno = 0;
	va_start(arguments, format);
	check(sink, vfprintf(sink->file, format, arguments) >= 0);
	va_end(arguments);
}

int sink_finish(struct sink *sink)
{
	errno = 0;
	check(sink, !fflush(sink->file));
	return sink->error;
}

struct sink_number sink_fixed(double value, unsigned digits)
{
	const double greatest = 1e12;
	struct sink_number number;
	uint64_t scale = 1, scaled;

	for (unsigned i = 0; i < digits; i++)
		scale *= 10;
	if (!(value > 0))
		value = 0;
	if (value > greatest)
		value = greatest;
	scaled = (uint64_t)(value * (double)scale + 0.5);
	if (digits)
		snprintf(number.text, sizeof(number.text), "%" PRIu64 ".%0*" PRIu64, scaled / scale,
			 (int)digits, scaled % scale);
	else
		snprintf(number.text, sizeof(number.text), "%" PRIu64, scaled);
	return number;
}
