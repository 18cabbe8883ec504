/* SPDX-License-Identifier: Apache-2.0 */
#include "check/place.h"

#include "core/control.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *place_find(uintptr_t site, struct symbol *symbol, char *text, size_t size)
{
	text[0] = '\0';
	memset(symbol, 0, sizeof(*symbol));
	/* The next execution's descriptors must not depend on whether this one was explained. */
	symbol_keep_above(control ? control->fd_base : 0);
	if (!site || !symbol_of_return(site, symbol))
		return text;
	if (symbol->line)
		snprintf(text, size, "%s:%u", last_part(symbol->file), symbol->line);
	else
		snprintf(text, size, "%s", symbol->function);
	return text;
}

const char *place_text(uintptr_t site, char *text, size_t size)
{
	struct symbol symbol;

	return place_find(site, &symbol, text, size);
}

uint64_t place_hash(uintptr_t site)
{
	Dl_info info;

	if (!site || !dladdr((void *)(site - 1), &info) || !info.dli_fbase)
		return 0;
	return random_mix(random_text_hash(info.dli_fname ? last_part(info.dli_fname) : "") ^
			  (site - (uintptr_t)info.dli_fbase));
}
