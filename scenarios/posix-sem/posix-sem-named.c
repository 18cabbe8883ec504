/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A named semaphore is opened, used as a lock, closed, and opened again.
 *
 * Shows: a name outlives whoever made it or has it open, so that it can be opened again, and is
 * left when its maker is killed before sem_unlink(); and a name that is unlinked and made again
 * stands for another semaphore, while whoever has the old one goes on with that (sem_unlink(3)).
 * Does not show: the death of a user inside, who keeps the lock (see posix-sem-mutex); only the
 * visitor, which takes nothing, is killed.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <semaphore.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { USERS = 2, TIMES = 2 };

#define NAME "/lock"

struct shared {
	unsigned done; /* tasks that need the name no more */
};

struct variant {
	bool visitor_makes, visitor_replaces;
};

static const struct variant good = { 0 };
static const struct variant makes = { .visitor_makes = true };
static const struct variant replaces = { .visitor_replaces = true };

static void setup(struct sabot_env *env)
{
	(void)env;
	sem_t *made = SABOT_OK(sem_open(NAME, O_CREAT | O_EXCL, 0600, 1));

	SABOT_OK(sem_close(made));
}

/* A name that was made anew is nobody's: the last one removes it. */
static void finish(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (++shared->done == USERS + 1 && variant->visitor_replaces)
		SABOT_OK(sem_unlink(NAME));
}

/* libc gives out the same address as long as it is the same semaphore. */
static void look(struct sabot_task *task, const sem_t *lock)
{
	sem_t *now = SABOT_OK(sem_open(NAME, O_CREAT, 0600, 1));

	if (now != lock)
		sabot_observe(task,
			      "the name is another one, and who waits in the old one gets it");
	SABOT_OK(sem_close(now));
}

static void use(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int i;

	for (i = 0; i < TIMES; i++) {
		sem_t *lock = SABOT_OK(sem_open(NAME, O_CREAT, 0600, 1));

		SABOT_OK(sem_wait(lock));
		sabot_mark(task, INSIDE);
		sabot_point(task, "inside");
		if (variant->visitor_replaces)
			look(task, lock);
		sabot_mark(task, OUTSIDE);
		SABOT_OK(sem_post(lock));
		SABOT_OK(sem_close(lock));
	}
	finish(task);
}

static void visit(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const char *name = variant->visitor_makes ? "/mine" : NAME;
	sem_t *lock;
	int value;

	if (variant->visitor_replaces)
		SABOT_OK(sem_unlink(NAME));
	lock = SABOT_OK(sem_open(name, O_CREAT, 0600, 1));
	SABOT_OK(sem_getvalue(lock, &value));
	SABOT_OK(sem_close(lock));
	if (variant->visitor_makes)
		SABOT_OK(sem_unlink(name));
	finish(task);
}

static void one_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static const struct sabot_role roles[] = {
	{ "user", USERS, use },
	{ "visitor", 1, visit },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, one_inside },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "makes", .variant = &makes },
	{ .name = "kill-visitor", .variant = &good, .fault = { SABOT_KILL, .role = "visitor" } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "maker-dies",
	  .variant = &makes,
	  .fault = { SABOT_KILL, .role = "visitor" },
	  .caught_by = "leak" },
	{ .name = "replaced", .variant = &replaces, .caught_by = "at most one is inside" },
	{ .name = "platform",
	  .variant = &replaces,
	  .characterises =
		  "a POSIX semaphore is unlinked, and its name made anew, while others use it",
	  .known =
		  (const char *const[]){
			  "not so: at most one is inside",
			  "the name is another one, and who waits in the old one gets it", NULL } },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario posix_sem_named = {
	.name = "posix-sem-named",
	.group = "posix-sem",
	.about = "a name outlives its maker, and means another semaphore once it is made anew",
	.tags = "crash leak lock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.keeps_no_state = true,
};
