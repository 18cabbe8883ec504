/* SPDX-License-Identifier: Apache-2.0 */
#include "core/observe.h"

#include <stdio.h>
#include <string.h>

void observe_add_list(const char *format, va_list list)
{
	struct observed *observed = &control->observed;
	char text[OBSERVED_BYTES];
	uint32_t i;

	if (!observe_wanted())
		return;
	vsnprintf(text, sizeof(text), format, list);
	for (i = 0; i < observed->count; i++)
		if (!strcmp(observed->texts[i], text))
			return;
	if (observed->count == OBSERVED_MAX) {
		observed->lost++;
		return;
	}
	memcpy(observed->texts[observed->count++], text, sizeof(text));
}

void observe_add(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	observe_add_list(format, list);
	va_end(list);
}
