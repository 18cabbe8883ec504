/* SPDX-License-Identifier: Apache-2.0 */
#include "check/place.h"

#include "core/control.h"
#include "core/record.h"
#include "os/image.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *place_find(uintptr_t site, struct symbol *symbol, char *text, size_t size)
{
	text[0] = '\0';
	memset(symbol, 0, sizeof(*symbol));
	/* The next execution's descriptors must not depend on whether this one was explained. */
	symbol_keep_above(control ? control->fd_base : 0);
	if (!site || !symbol_of_return(site, symbol))
		return text;
	if (symbol->line)
		snprintf(text, size, "%s:%u", basename(symbol->file), symbol->line);
	else
		snprintf(text, size, "%s", symbol->function);
	return text;
}

const char *place_text(uintptr_t site, char *text, size_t size)
{
	struct symbol symbol;

	return place_find(site, &symbol, text, size);
}

size_t place_strikes(struct record_case *record)
{
	size_t unknown = 0, i;

	for (i = 0; i < record->strike_count; i++) {
		struct record_strike *strike = &record->strikes[i];
		struct symbol symbol = { 0 };

		strike->file = strike->function = "";
		if (!strike->site || !symbol_of_return(strike->site, &symbol) || !symbol.line) {
			unknown++;
			continue;
		}
		/* One name for one file, however the compiler was told of it. */
		strike->file = realpath(symbol.file, NULL);
		if (!strike->file)
			strike->file = strdup(symbol.file);
		strike->function = strdup(symbol.function);
		if (!strike->file || !strike->function)
			abort();
		strike->line = symbol.line;
		strike->function_line = symbol.declared;
	}
	return unknown;
}

static uint64_t hash_in(const char *object, uintptr_t offset)
{
	return random_mix(random_text_hash(basename(object)) ^ offset);
}

uint64_t place_hash(uintptr_t site)
{
	const struct image_object *object = image_tag_of(site) ? image_object_at(site - 1) : NULL;
	Dl_info info;

	if (object)
		return hash_in(object->path, site - image_tag_of(site) - object->bias);
	if (!site || !dladdr((void *)(site - 1), &info) || !info.dli_fbase)
		return 0;
	return hash_in(info.dli_fname ? info.dli_fname : "", site - (uintptr_t)info.dli_fbase);
}
