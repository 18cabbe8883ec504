/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A named semaphore is opened, used as a lock, closed, and opened again.
 *
 * Shows: a name outlives whoever made it or has it open, so that it can be opened again, and is
 * left when its maker is killed before sem_unlink(); and a name that is unlinked and made again
 * stands for another semaphore, while whoever has the old one goes on with that (sem_unlink(3)).
 * Who is killed while it waits takes nothing along. Does not show: the death of a user inside, who
 * keeps the lock, so that the other waits for ever (see posix-sem-mutex).
 */
#include "named_lock.h"

#define ONE_IS_INSIDE	"at most one is inside"
#define NAME_IS_ANOTHER "the name is another one, and who waits in the old one gets it"

enum { USERS = 2, TIMES = 2 };

struct shared {
	unsigned done; /* tasks that need the name no more */
};

struct variant {
	bool visitor_makes, visitor_replaces;
};

static const struct variant good = { 0 };
static const struct variant makes = { .visitor_makes = true };
static const struct variant replaces = { .visitor_replaces = true };

/* A name that was made anew is nobody's: the last one removes it. */
static void finish(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (++shared->done == USERS + 1 && variant->visitor_replaces)
		SABOT_OK(sem_unlink(NAMED_LOCK));
}

static void use(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int i;

	for (i = 0; i < TIMES; i++) {
		sem_t *lock = named_lock_open(NAMED_LOCK, 0);

		SABOT_OK(sem_wait(lock));
		sabot_mark(task, INSIDE);
		sabot_point(task, SECTION_POINT);
		if (variant->visitor_replaces && !named_lock_valid(lock))
			sabot_observe(task, NAME_IS_ANOTHER);
		sabot_mark(task, OUTSIDE);
		SABOT_OK(sem_post(lock));
		SABOT_OK(sem_close(lock));
	}
	finish(task);
}

static void visit(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const char *name = variant->visitor_makes ? "/mine" : NAMED_LOCK;
	sem_t *lock;
	int value;

	if (variant->visitor_replaces)
		SABOT_OK(sem_unlink(NAMED_LOCK));
	lock = named_lock_open(name, 0);
	SABOT_OK(sem_getvalue(lock, &value));
	SABOT_OK(sem_close(lock));
	if (variant->visitor_makes)
		SABOT_OK(sem_unlink(name));
	finish(task);
}

static const struct sabot_role roles[] = {
	{ "user", USERS, use },
	{ "visitor", 1, visit },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ ONE_IS_INSIDE, SABOT_WHEN_SETTLED, section_one_is_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "makes", .variant = &makes },
	{ .name = "kill-visitor", .variant = &good, .fault = { SABOT_KILL, .role = "visitor" } },
	{ .name = "kill-waiter",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "user", .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "maker-dies",
	  .variant = &makes,
	  .fault = { SABOT_KILL, .role = "visitor" },
	  .caught_by = "leak" },
	{ .name = "replaced", .variant = &replaces, .caught_by = ONE_IS_INSIDE },
	{ .name = "platform",
	  .variant = &replaces,
	  .characterises =
		  "a POSIX semaphore is unlinked, and its name made anew, while others use it",
	  .known = (const char *const[]){ "not so: " ONE_IS_INSIDE, NAME_IS_ANOTHER, NULL } },
	{ 0 },
};

const struct sabot_scenario posix_sem_named = {
	.name = "posix-sem-named",
	.group = "posix-sem",
	.about = "a name outlives its maker, and means another semaphore once it is made anew",
	.tags = "crash leak lock platform",
	.shared_size = sizeof(struct shared),
	.setup = named_lock_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = section_points,
	.keeps_no_state = true,
};
