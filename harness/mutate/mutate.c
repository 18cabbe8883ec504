/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate/mutate.h"

#include "mutate/mutant.h"

#include <string.h>

/* One table a file, and the groups of scenarios that use what it breaks; a new one is a line here.
 */
#define TABLES(TABLE)                                                                              \
	TABLE(sysv, "sysv-sem message-queues shared-memory")                                       \
	TABLE(posix, "posix-sem message-queues shared-memory")                                     \
	TABLE(lock, "pthread-shared")                                                              \
	TABLE(cond, "pthread-shared")                                                              \
	TABLE(file_lock, "record-locks")                                                           \
	TABLE(stream, "pipes-fifos record-locks")                                                  \
	TABLE(memory, "shared-memory record-locks")                                                \
	TABLE(socket, "sockets-epoll")                                                             \
	TABLE(event, "sockets-epoll")                                                              \
	TABLE(process, "signals-processes")

#define DECLARE(name, groups) extern const struct mutation mutant_##name[];
TABLES(DECLARE)
#undef DECLARE

static const struct {
	const struct mutation *mutations;
	const char *groups;
} tables[] = {
#define ENTRY(name, groups) { mutant_##name, groups },
	TABLES(ENTRY)
#undef ENTRY
};

extern struct real_slot __start_sabot_genuine[], __stop_sabot_genuine[];

const struct mutation *mutate_at(size_t number, const char **groups)
{
	size_t table;

	for (table = 0; table < sizeof(tables) / sizeof(tables[0]); table++) {
		const struct mutation *mutation;

		*groups = tables[table].groups;
		for (mutation = tables[table].mutations; mutation->name; mutation++)
			if (number-- == 0)
				return mutation;
	}
	return NULL;
}

const struct mutation *mutate_find(const char *name)
{
	const struct mutation *mutation;
	const char *groups;
	size_t i;

	for (i = 0; (mutation = mutate_at(i, &groups)) != NULL; i++)
		if (!strcmp(mutation->name, name))
			return mutation;
	return NULL;
}

static void find_genuine(void)
{
	struct real_slot *slot;

	for (slot = __start_sabot_genuine; slot < __stop_sabot_genuine; slot++)
		if (!slot->pointer)
			(void)real_find(slot);
}

void mutate_apply(const struct mutation *mutation)
{
	size_t i;

	real_restore();
	if (!mutation)
		return;
	find_genuine();
	for (i = 0; i < MUTATION_PARTS_MAX && mutation->parts[i].function; i++)
		real_replace(mutation->parts[i].function, mutation->parts[i].mutant);
}

bool mutant_acts(void)
{
	if (!task_self || control->judging || control->in_setup)
		return false;
	control->mutated++;
	return true;
}

bool mutant_acts_now_and_then(void)
{
	return mutant_acts() && control->mutated % 2 == 0;
}
