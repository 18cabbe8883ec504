/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/real.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern struct real_slot __start_sabot_real[], __stop_sabot_real[];
extern struct real_slot __start_sabot_raw[], __stop_sabot_raw[];

void *real_find(struct real_slot *slot)
{
	void *found = NULL;

	if (slot->version)
		found = dlvsym(RTLD_NEXT, slot->name, slot->version);
	if (!found)
		found = dlsym(RTLD_NEXT, slot->name);
	if (!found) {
		fprintf(stderr, "sabot: libc has no %s\n", slot->name);
		abort();
	}
	slot->pointer = found;
	return found;
}

void real_prepare(void)
{
	struct real_slot *slot;

	for (slot = __start_sabot_real; slot < __stop_sabot_real; slot++)
		if (!slot->pointer)
			(void)real_find(slot);
}

static bool replaced;

void real_replace(const char *name, void *instead)
{
	struct real_slot *slot;

	for (slot = __start_sabot_real; slot < __stop_sabot_real; slot++)
		if (!strcmp(slot->name, name))
			slot->pointer = instead;
	for (slot = __start_sabot_raw; slot < __stop_sabot_raw; slot++)
		if (!strcmp(slot->name, name))
			slot->pointer = instead;
	replaced = true;
}

void real_restore(void)
{
	struct real_slot *slot;

	if (!replaced)
		return;
	for (slot = __start_sabot_real; slot < __stop_sabot_real; slot++)
		(void)real_find(slot);
	for (slot = __start_sabot_raw; slot < __stop_sabot_raw; slot++)
		slot->pointer = NULL;
	replaced = false;
}
