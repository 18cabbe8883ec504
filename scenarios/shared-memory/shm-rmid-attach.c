/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A System V segment is removed while processes are attached to it.
 *
 * Shows: it lives as long as anybody is attached, and no longer; a death detaches (shmctl(2),
 * IPC_RMID; Linux ipc/shm.c, shm_close()). So its maker removes it as soon as it has attached
 * itself, and nothing is left whoever dies from then on; on Linux others may still attach by its
 * number. Does not show: a maker that dies before that; a janitor that is not killed looks for the
 * key at the end.
 */
#include "janitor.h"

#include <string.h>
#include <sys/shm.h>

enum { OUTSIDE, ATTACHED }; /* marks */
enum { KEY = 0x5ab08, WORD = 100 };

struct shared {
	struct janitor janitor;
	bool is_made, is_removed; /* no point lies between a call and the note of it: exact */
	int id;
};

struct variant {
	bool late; /* its maker removes it last */
	bool janitor;
};

static const struct variant good = { false, true };
static const struct variant late = { true, true };
static const struct variant left_to_maker = { true, false };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	janitor_setup(&shared->janitor);
}

static unsigned *attach(struct sabot_task *task, int id)
{
	unsigned *word = shmat(id, NULL, 0);

	if (word == (void *)-1) {
		sabot_assert(task, errno == EINVAL || errno == EIDRM, "shmat: errno %d", errno);
		return NULL;
	}
	sabot_mark(task, ATTACHED);
	return word;
}

static void detach(struct sabot_task *task, const unsigned *word)
{
	SABOT_OK(shmdt(word));
	sabot_mark(task, OUTSIDE);
}

static void remove_it(struct shared *shared)
{
	SABOT_OK(shmctl(shared->id, IPC_RMID, NULL));
	shared->is_removed = true;
}

static void make(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned *word;

	shared->id = SABOT_OK(shmget(KEY, sizeof(*word), IPC_CREAT | IPC_EXCL | 0600));
	shared->is_made = true;
	word = attach(task, shared->id);
	if (!variant->late)
		remove_it(shared);
	*word = WORD;
	sabot_point(task, "attached");
	detach(task, word);
	if (variant->late)
		remove_it(shared);
}

static void use(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned *word;

	sabot_point(task, "comes");
	if (!shared->is_made)
		return;
	word = attach(task, shared->id);
	if (shared->is_removed)
		sabot_observe(task, "shmat() after IPC_RMID says %s",
			      word ? "no error" : strerrorname_np(errno));
	if (!word)
		return;
	sabot_point(task, "attached");
	sabot_assert(task, *word == 0 || *word == WORD, "the word is %u", *word);
	detach(task, word);
}

static void clean(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct shmid_ds status;
	int id;

	janitor_wait(&shared->janitor);
	id = shmget(KEY, 0, 0);
	if (id < 0) {
		sabot_observe(task, "no segment is left");
		return;
	}
	SABOT_OK(shmctl(id, IPC_STAT, &status));
	sabot_observe(task, "a segment is left, attached %u times", (unsigned)status.shm_nattch);
	if (variant->janitor)
		SABOT_OK(shmctl(id, IPC_RMID, NULL));
}

static void lives_with_users(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned attached = sabot_alive(check, ATTACHED);
	struct shmid_ds status = { .shm_nattch = 0 };
	bool exists;

	if (!shared->is_made)
		return;
	exists = shmctl(shared->id, IPC_STAT, &status) == 0;
	sabot_require(check, exists || !attached, "it is gone, %u are attached", attached);
	sabot_require(check, !exists || attached || !shared->is_removed,
		      "it is there, removed, and nobody is attached");
	sabot_require(check, status.shm_nattch == attached, "it counts %u, %u are attached",
		      (unsigned)status.shm_nattch, attached);
}

static const struct sabot_role roles[] = {
	{ "maker", 1, make },
	{ "user", 2, use },
	{ "janitor", 1, clean },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the segment lives as long as anybody is attached", SABOT_WHEN_SETTLED,
	  lives_with_users },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-maker", .variant = &good, .fault = { SABOT_KILL, "maker" } },
	{ .name = "kill-user", .variant = &good, .fault = { SABOT_KILL, "user" } },
	{ .name = "removed-late", .variant = &late, .fault = { SABOT_KILL, "maker" } },
	{ .name = "left-to-its-maker",
	  .variant = &left_to_maker,
	  .fault = { SABOT_KILL, "maker" },
	  .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &good,
	  .characterises = "a System V segment is removed while processes are attached",
	  .known = (const char *const[]){ "shmat() after IPC_RMID says no error",
					  "shmat() after IPC_RMID says EINVAL",
					  "no segment is left", NULL } },
	{ .name = "platform-late",
	  .variant = &late,
	  .fault = { SABOT_KILL, "maker", "attached" },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
