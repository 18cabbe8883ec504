/* SPDX-License-Identifier: Apache-2.0 */
#include "core/private.h"

#include "core/random.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>

const char *private_name(uint32_t world, const char *name, char *room)
{
	const char *slash = name && name[0] == '/' ? "/" : "";
	char prefix[32];

	if (!world || !name || !name[strlen(slash)])
		return name;
	snprintf(prefix, sizeof(prefix), "%ssabot-%u-", slash, world);
	if (!strncmp(name, prefix, strlen(prefix)))
		return name;
	snprintf(room, PRIVATE_NAME_MAX, "%s%s", prefix, name + strlen(slash));
	return room;
}

key_t private_key(uint32_t world, key_t key)
{
	key_t mapped;

	if (!world || key == IPC_PRIVATE)
		return key;
	mapped = (key_t)random_join(world, (uint32_t)key);
	return mapped == IPC_PRIVATE ? 1 : mapped;
}
