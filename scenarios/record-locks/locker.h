/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lockers of ranges of one file, that ask the kernel for a lock and note what it said: in a model
 * where it was granted, and as the last answer, which is judged before anybody takes another step.
 */
#ifndef SCENARIOS_RECORD_LOCKS_LOCKER_H
#define SCENARIOS_RECORD_LOCKS_LOCKER_H

#include "lock-answer.h"
#include "ranges.h"

enum { LOCKERS = 3, STEPS = 6, BYTES = 10 };

struct lockers {
	int fd;
	pid_t pid[LOCKERS];
	struct lock_model model;
	struct lock_answer said; /* the last one: judged before anybody takes another step */
	struct lock_range wants[LOCKERS]; /* RANGE_NONE: it waits for nothing */
};

struct locker_way {
	int command;
	bool unlocks_too_much, closes_copy, asks_elsewhere, takes_no_for_yes;
};

static inline short type_of(enum range_kind kind)
{
	return kind == RANGE_READ ? F_RDLCK : kind == RANGE_WRITE ? F_WRLCK : F_UNLCK;
}

static inline int owner_of(const struct lockers *shared, pid_t pid)
{
	int owner = 0;

	while (owner < LOCKERS && shared->pid[owner] != pid)
		owner++;
	return owner;
}

static inline struct lock_range locker_range_of(const struct lockers *shared,
						const struct flock *lock)
{
	struct lock_range range = { .owner = owner_of(shared, lock->l_pid),
				    .kind = lock->l_type == F_RDLCK ? RANGE_READ : RANGE_WRITE,
				    .first = (int)lock->l_start,
				    .last = (int)(lock->l_start + lock->l_len - 1) };

	return range;
}

static inline void locker_ask(struct sabot_task *task, int fd, const struct lock_range *range)
{
	const struct locker_way *variant = sabot_variant(task);
	struct lockers *shared = sabot_shared(task);
	struct flock lock = { .l_type = type_of(range->kind),
			      .l_start = range->first + variant->asks_elsewhere,
			      .l_len = range->last - range->first + 1 };

	SABOT_OK(fcntl(fd, F_GETLK, &lock));
	shared->said = (struct lock_answer){ .answer = lock.l_type == F_UNLCK ? FREE : HELD,
					     .asked = *range };
	if (lock.l_type != F_UNLCK)
		shared->said.told = locker_range_of(shared, &lock);
}

static inline bool reads_there(const struct lockers *shared, const struct lock_range *range)
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
static inline void locker_observe(struct sabot_task *task, unsigned before,
				  const struct lock_range *range)
{
	const struct lockers *shared = sabot_shared(task);
	bool is_done = shared->said.answer == GRANTED;

	if (is_done && range->kind == RANGE_NONE && shared->model.count > before)
		sabot_observe(task, "to unlock the middle splits a lock");
	else if (is_done && range->kind != RANGE_NONE && shared->model.count < before)
		sabot_observe(task, "a lock becomes one with those beside it");
	else if (shared->said.answer == REFUSED && reads_there(shared, range))
		sabot_observe(task, "a refused conversion keeps the read lock");
}

static inline void locker_take(struct sabot_task *task, int fd, const struct lock_range *range)
{
	const struct locker_way *variant = sabot_variant(task);
	struct lockers *shared = sabot_shared(task);
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
	locker_observe(task, before, range);
}

static inline uint64_t locker_living(struct sabot_check *check)
{
	uint64_t owners = 0;
	unsigned i;

	for (i = 0; i < LOCKERS; i++)
		if (sabot_is_alive(check, "locker", i))
			owners |= (uint64_t)1 << i;
	return owners;
}

/* Locks of a description, of which this one has none, are barred by those of every process. */
static inline bool locker_probe(const struct lockers *shared, int byte, struct lock_range *held)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = byte, .l_len = 1 };

	if (fcntl(shared->fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		return false;
	*held = locker_range_of(shared, &lock);
	return true;
}

static inline void locker_kernel_has_the_model(struct sabot_check *check)
{
	const struct lockers *shared = sabot_check_shared(check);
	uint64_t alive = locker_living(check);
	struct lock_range held;
	int byte;

	for (byte = 0; byte < BYTES; byte++) {
		struct lock_range wanted = { LOCKERS, RANGE_WRITE, byte, byte };
		const struct lock_range *barrier;
		unsigned at = 0;

		do
			barrier = lock_model_barrier(&shared->model, &wanted, &at);
		while (barrier && !(alive >> barrier->owner & 1));
		if (!locker_probe(shared, byte, &held))
			sabot_require(check, !barrier, "nobody has byte %d, the model says %d has",
				      byte, barrier ? barrier->owner : -1);
		else
			sabot_require(
				check, barrier && lock_model_has(&shared->model, &held),
				"locker %d has bytes %d to %d (kind %d), the model has no such",
				held.owner, held.first, held.last, (int)held.kind);
	}
}

static inline void locker_answers_follow(struct sabot_check *check)
{
	const struct lockers *shared = sabot_check_shared(check);
	const struct lock_answer *said = &shared->said;

	sabot_require(
		check,
		lock_answer_follows(&shared->model, shared->wants, LOCKERS, said,
				    locker_living(check)),
		"locker %d asked for bytes %d to %d (kind %d), and was told %d (%d: %d to %d)",
		said->asked.owner, said->asked.first, said->asked.last, (int)said->asked.kind,
		(int)said->answer, said->told.owner, said->told.first, said->told.last);
}

static inline void locker_nobody_is_barred(struct sabot_check *check)
{
	const struct lockers *shared = sabot_check_shared(check);

	sabot_require(check, lock_model_valid(&shared->model, locker_living(check)),
		      "two of %u ranges bar each other, or are not in order", shared->model.count);
}

#endif
