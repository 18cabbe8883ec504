/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A System V segment is removed while processes are attached to it.
 *
 * Shows: it lives as long as anybody is attached, and no longer; a death detaches (shmctl(2),
 * IPC_RMID; Linux ipc/shm.c, shm_close()). So its maker removes it as soon as it has attached
 * itself, and nothing is left whoever dies from then on; on Linux others may still attach by its
 * number. Does not show: a maker that dies before that, and the janitor too, which removes what it
 * finds by the key at the end; either alone may die. Seen in the wild, of POSIX segments, both
 * errors: the tracker of a Python process removed one that others used, and none did when it was
 * killed (CPython issue 82300).
 */
#include "segment.h"

#include <string.h>

struct variant {
	bool late; /* its maker removes it last */
	bool janitor;
};

static const struct variant good = { false, true };
static const struct variant late = { true, true };
static const struct variant left_to_maker = { true, false };

static void setup(struct sabot_env *env)
{
	struct segment *segment = sabot_env_shared(env);

	janitor_setup(&segment->janitor);
}

static void make(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct segment *segment = sabot_shared(task);
	atomic_uint *word;

	segment->id = SABOT_OK(shmget(SEGMENT_KEY, sizeof(*word), IPC_CREAT | IPC_EXCL | 0600));
	segment->is_made = true;
	word = segment_attach(task, segment->id);
	if (!variant->late)
		segment_remove(segment);
	*word = SEGMENT_WORD;
	sabot_point(task, "attached");
	segment_detach(task, word);
	if (variant->late)
		segment_remove(segment);
}

static void use(struct sabot_task *task)
{
	struct segment *segment = sabot_shared(task);
	atomic_uint *word;
	unsigned seen;

	sabot_point(task, "comes");
	if (!segment->is_made)
		return;
	word = segment_attach(task, segment->id);
	if (segment->is_removed)
		sabot_observe(task, "shmat() after IPC_RMID says %s",
			      word ? "no error" : strerrorname_np(errno));
	if (!word)
		return;
	sabot_point(task, "attached");
	seen = *word;
	sabot_assert(task, seen == 0 || seen == SEGMENT_WORD, "the word is %u", seen);
	segment_detach(task, word);
}

static void clean(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct segment *segment = sabot_shared(task);
	int id;

	janitor_wait(&segment->janitor);
	id = segment_look(task);
	if (id >= 0 && variant->janitor)
		SABOT_OK(shmctl(id, IPC_RMID, NULL));
}

static const struct sabot_role roles[] = {
	{ "maker", 1, make },
	{ "user", 2, use },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the segment lives as long as anybody is attached", SABOT_WHEN_SETTLED,
	  segment_lives_with_users },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "removed-late", .variant = &late, .fault = { .kind = SABOT_KILL } },
	{ .name = "left-to-its-maker",
	  .variant = &left_to_maker,
	  .fault = { SABOT_KILL, .role = "maker" },
	  .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &good,
	  .characterises = "a System V segment is removed while processes are attached",
	  .known = (const char *const[]){ "shmat() after IPC_RMID says no error",
					  "shmat() after IPC_RMID says EINVAL",
					  "no segment is left", NULL } },
	{ .name = "platform-late",
	  .variant = &late,
	  .fault = { SABOT_KILL, .role = "maker", .point = "attached" },
	  .characterises = "all who had a System V segment attached have ended or died",
	  .known = (const char *const[]){ "a segment is left, attached 0 times", NULL } },
	{ 0 },
};

static const char *const points[] = { "comes", "attached", NULL };

const struct sabot_scenario shm_rmid_attach = {
	.name = "shm-rmid-attach",
	.group = "shared-memory",
	.about =
		"a removed segment lives to the last detach; who removes it late may not get to it",
	.tags = "crash leak removal platform",
	.shared_size = sizeof(struct segment),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
