/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes lock, unlock, up- and downgrade random ranges of a file, and ask for locks.
 * After each step what the kernel holds is compared with a reference model (lock-model.h), byte by
 * byte, and each answer that a process got must follow from it.
 *
 * Shows: ranges split, merge and are replaced as fcntl(2) says, conflicts are seen by the byte,
 * F_GETLK names a lock that is there, EDEADLK comes only if there is a cycle, and a death releases
 * just the dead one's. Does not show: the order in which waiters get in; none is promised.
 */
#include "lock-answer.h"
#include "ranges.h"

enum { LOCKERS = 3, STEPS = 6, BYTES = 10 };

struct shared {
	int fd;
	pid_t pid[LOCKERS];
	struct lock_model model;
	struct lock_answer said; /* the last one: judged before anybody takes another step */
	struct lock_range wants[LOCKERS]; /* RANGE_NONE: it waits for nothing */
};

struct variant {
	int command;
	bool unlocks_too_much, closes_copy, asks_elsewhere, takes_no_for_yes;
};

static const struct variant tries = { .command = F_SETLK };
static const struct variant waits = { .command = F_SETLKW };
static const struct variant unlocks_too_much = { F_SETLK, .unlocks_too_much = true };
static const struct variant closes_copy = { F_SETLK, .closes_copy = true };
static const struct variant asks_elsewhere = { F_SETLK, .asks_elsewhere = true };
static const struct variant takes_no_for_yes = { F_SETLK, .takes_no_for_yes = true };

static const char *const known[] = { "a lock becomes one with those beside it",
				     "a refused conversion keeps the read lock",
				     "to unlock the middle splits a lock", NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->fd = ranges_make("data", BYTES);
}

static int random_below(struct sabot_task *task, int bound)
{
	return (int)(sabot_random(task, 0) % (unsigned)bound);
}

static short type_of(enum range_kind kind)
{
	return kind == RANGE_READ ? F_RDLCK : kind == RANGE_WRITE ? F_WRLCK : F_UNLCK;
}

static int owner_of(const struct shared *shared, pid_t pid)
{
	int owner = 0;

	while (owner < LOCKERS && shared->pid[owner] != pid)
		owner++;
	return owner;
}

static struct lock_range range_of(const struct shared *shared, const struct flock *lock)
{
	struct lock_range range = { .owner = owner_of(shared, lock->l_pid),
				    .kind = lock->l_type == F_RDLCK ? RANGE_READ : RANGE_WRITE,
				    .first = (int)lock->l_start,
				    .last = (int)(lock->l_start + lock->l_len - 1) };

	return range;
}

static void ask(struct sabot_task *task, int fd, const struct lock_range *range)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct flock lock = { .l_type = type_of(range->kind),
			      .l_start = range->first + variant->asks_elsewhere,
			      .l_len = range->last - range->first + 1 };

	SABOT_OK(fcntl(fd, F_GETLK, &lock));
	shared->said = (struct lock_answer){ .answer = lock.l_type == F_UNLCK ? FREE : HELD,
					     .asked = *range };
	if (lock.l_type != F_UNLCK)
		shared->said.told = range_of(shared, &lock);
}

static bool reads_there(const struct shared *shared, const struct lock_range *range)
{
	struct lock_range anybody = { LOCKERS, RANGE_WRITE, range->first, range->last };
	const struct lock_range *held;
	unsigned at = 0;

	while ((held = lock_model_barrier(&shared->model, &anybody, &at)) != NULL)
		if (held->owner == range->owner && held->kind == RANGE_READ)
			return true;
	return false;
}

/* What came of a step; that the kernel did the same is judged of all of them. */
static void observe(struct sabot_task *task, unsigned before, const struct lock_range *range)
{
	const struct shared *shared = sabot_shared(task);
	bool is_done = shared->said.answer == GRANTED;

	if (is_done && range->kind == RANGE_NONE && shared->model.count > before)
		sabot_observe(task, "to unlock the middle splits a lock");
	else if (is_done && range->kind != RANGE_NONE && shared->model.count < before)
		sabot_observe(task, "a lock becomes one with those beside it");
	else if (shared->said.answer == REFUSED && reads_there(shared, range))
		sabot_observe(task, "a refused conversion keeps the read lock");
}

static void take(struct sabot_task *task, int fd, const struct lock_range *range)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	unsigned before = shared->model.count;
	int more = range->kind == RANGE_NONE && variant->unlocks_too_much;
	int result;

	shared->wants[range->owner] = *range;
	result = ranges_set(fd, variant->command, type_of(range->kind), range->first,
			    range->last - range->first + 1 + more);
	shared->said = (struct lock_answer){ .answer = GRANTED, .asked = *range };
	if (result != 0)
		shared->said.answer = errno == EDEADLK ? DEADLOCK : REFUSED;
	shared->wants[range->owner].kind = RANGE_NONE;
	if (result == 0 || variant->takes_no_for_yes)
		lock_model_set(&shared->model, range);
	observe(task, before, range);
}

static void lock_at_random(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct lock_range range = { .owner = (int)sabot_index(task) };
	int fd = SABOT_OK(open("data", O_RDWR)), i;

	shared->pid[range.owner] = getpid();
	for (i = 0; i < STEPS; i++) {
		range.first = random_below(task, BYTES);
		range.last = range.first + random_below(task, BYTES - range.first);
		range.kind = (enum range_kind)random_below(task, 3);
		if (range.kind != RANGE_NONE && random_below(task, 3) == 0)
			ask(task, fd, &range);
		else
			take(task, fd, &range);
		if (variant->closes_copy && i == STEPS / 2)
			SABOT_OK(close(open("data", O_RDONLY)));
	}
	range = (struct lock_range){ .owner = range.owner, .last = BYTES };
	take(task, fd, &range);
	SABOT_OK(close(fd));
}

static uint64_t living(struct sabot_check *check)
{
	uint64_t owners = 0;
	unsigned i;

	for (i = 0; i < LOCKERS; i++)
		if (sabot_is_alive(check, "locker", i))
			owners |= (uint64_t)1 << i;
	return owners;
}

/* Locks of a description, of which this one has none, are barred by those of every process. */
static bool probe(const struct shared *shared, int byte, struct lock_range *held)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = byte, .l_len = 1 };

	if (fcntl(shared->fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		return false;
	*held = range_of(shared, &lock);
	return true;
}

static void kernel_has_the_model(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	uint64_t alive = living(check);
	struct lock_range held;
	int byte;

	for (byte = 0; byte < BYTES; byte++) {
		struct lock_range wanted = { LOCKERS, RANGE_WRITE, byte, byte };
		const struct lock_range *barrier;
		unsigned at = 0;

		do
			barrier = lock_model_barrier(&shared->model, &wanted, &at);
		while (barrier && !(alive >> barrier->owner & 1));
		if (!probe(shared, byte, &held))
			sabot_require(check, !barrier, "nobody has byte %d, the model says %d has",
				      byte, barrier ? barrier->owner : -1);
		else
			sabot_require(
				check, barrier && lock_model_has(&shared->model, &held),
				"locker %d has bytes %d to %d (kind %d), the model has no such",
				held.owner, held.first, held.last, (int)held.kind);
	}
}

static void answers_follow(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct lock_answer *said = &shared->said;

	sabot_require(
		check,
		lock_answer_follows(&shared->model, shared->wants, LOCKERS, said, living(check)),
		"locker %d asked for bytes %d to %d (kind %d), and was told %d (%d: %d to %d)",
		said->asked.owner, said->asked.first, said->asked.last, (int)said->asked.kind,
		(int)said->answer, said->told.owner, said->told.first, said->told.last);
}

static void nobody_is_barred(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, lock_model_valid(&shared->model, living(check)),
		      "two of %u ranges bar each other, or are not in order", shared->model.count);
}

static const struct sabot_role roles[] = { { "locker", LOCKERS, lock_at_random }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "no two living lockers bar each other", SABOT_WHEN_SETTLED, nobody_is_barred },
	{ "the kernel's locks are the model's", SABOT_WHEN_SETTLED, kernel_has_the_model },
	{ "each answer follows from the model", SABOT_WHEN_SETTLED, answers_follow },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &tries },
	{ .name = "no-fault-waits", .variant = &waits },
	{ .name = "kill-anywhere", .variant = &tries, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-waits", .variant = &waits, .fault = { .kind = SABOT_KILL } },
	{ .name = "unlocks-too-much",
	  .variant = &unlocks_too_much,
	  .caught_by = "the kernel's locks are the model's" },
	{ .name = "closes-copy",
	  .variant = &closes_copy,
	  .caught_by = "the kernel's locks are the model's" },
	{ .name = "asks-elsewhere",
	  .variant = &asks_elsewhere,
	  .caught_by = "each answer follows from the model" },
	{ .name = "takes-no-for-yes",
	  .variant = &takes_no_for_yes,
	  .caught_by = "no two living lockers bar each other" },
	{ .name = "platform",
	  .variant = &tries,
	  .characterises = "record locks are taken, converted and given back in parts",
	  .known = known },
	{ 0 },
};

const struct sabot_scenario fcntl_model = {
	.name = "fcntl-model",
	.group = "record-locks",
	.about = "random record locks of several processes are those of a reference model",
	.tags = "lock crash model platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
