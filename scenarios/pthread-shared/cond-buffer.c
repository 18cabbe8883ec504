/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded buffer under a robust mutex with two condition variables, in processes or in threads.
 *
 * Shows: each item is taken once, whole and in order, if each wait stands in a loop over its
 * predicate and each change is signalled to those who wait for it (pthread_cond_wait(3p)). Nobody
 * is told of the death of a party that owed a signal: who may wait for one must look again after a
 * time, and finds the owner dead then. Does not show: the death of somebody inside of a wait, which
 * breaks the condition variable itself; cond-dead-waiter does.
 */
#include "parties.h"
#include "pshared.h"
#include "ring.h"

struct shared {
	struct ring ring;
	pthread_mutex_t mutex;
	pthread_cond_t not_empty, not_full;
	bool changing; /* somebody changes the ring, or died in it */
};

struct variant {
	bool threads, looks_again, looks_once, waits_first, signals_last, one_slot, one_cond;
};

static const struct variant good = { 0 };
static const struct variant in_threads = { .threads = true };
static const struct variant looks_again = { .looks_again = true };
static const struct variant looks_once = { .looks_once = true };
static const struct variant waits_first = { .waits_first = true };
static const struct variant signals_last = { .signals_last = true, .one_slot = true };
static const struct variant looks_last = { .signals_last = true, .looks_again = true };
static const struct variant one_cond = { .one_slot = true, .one_cond = true };
static const struct variant one_cond_threads = { .threads = true,
						 .one_slot = true,
						 .one_cond = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	shared->ring.room = variant->one_slot ? 1 : 2;
	pshared_mutex_init(&shared->mutex, PTHREAD_MUTEX_ROBUST);
	pshared_cond_init(&shared->not_empty);
	pshared_cond_init(&shared->not_full);
}

/* The dead may have owed signals, and have left nothing half done that counts. */
static void own(struct shared *shared, int error)
{
	if (error == EOWNERDEAD) {
		shared->changing = false;
		error = pthread_mutex_consistent(&shared->mutex);
		SABOT_ZERO(pthread_cond_broadcast(&shared->not_empty));
		SABOT_ZERO(pthread_cond_broadcast(&shared->not_full));
	}
	SABOT_ZERO(error == ETIMEDOUT ? 0 : error);
}

static void wait_while(struct sabot_task *task, bool (*holds)(const struct ring *ring),
		       pthread_cond_t *cond)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	bool waits = variant->waits_first && cond == &shared->not_empty;

	while (waits || holds(&shared->ring)) {
		struct timespec soon = pshared_soon();

		own(shared, variant->looks_again
				    ? pthread_cond_timedwait(cond, &shared->mutex, &soon)
				    : pthread_cond_wait(cond, &shared->mutex));
		waits = false;
		if (variant->looks_once)
			break;
	}
}

static bool nothing_to_take(const struct ring *ring)
{
	return ring_is_empty(ring) && ring->head < RING_ITEMS;
}

static bool no_room(const struct ring *ring)
{
	return ring_is_full(ring) && ring->tail < RING_ITEMS;
}

static pthread_cond_t *cond_of(struct sabot_task *task, bool takes)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	return takes || variant->one_cond ? &shared->not_empty : &shared->not_full;
}

/* One item, or the end of them, which all others are told. */
static bool step(struct sabot_task *task, bool takes)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct ring *ring = &shared->ring;
	const unsigned *count = takes ? &ring->head : &ring->tail;
	bool goes_on;

	own(shared, pthread_mutex_lock(&shared->mutex));
	wait_while(task, takes ? nothing_to_take : no_room, cond_of(task, takes));
	sabot_assert(task, !shared->changing,
		     "a change is half done, and whoever comes next was not told");
	shared->changing = true;
	if (*count < RING_ITEMS && takes)
		ring_take(ring);
	else if (*count < RING_ITEMS)
		ring_put(task, ring);
	shared->changing = false;
	goes_on = *count < RING_ITEMS;
	if (variant->signals_last)
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	SABOT_ZERO(goes_on ? 0 : pthread_cond_broadcast(cond_of(task, takes)));
	SABOT_ZERO(pthread_cond_signal(cond_of(task, !takes)));
	if (!variant->signals_last)
		SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	return goes_on;
}

static void produce(struct sabot_task *task, unsigned number)
{
	(void)number;
	while (step(task, false))
		;
}

static void consume(struct sabot_task *task, unsigned number)
{
	(void)number;
	while (step(task, true))
		;
}

static void be_producer(struct sabot_task *task)
{
	static const struct party_kind all[] = { { produce, 2 }, { consume, 2 }, { 0 } };
	const struct variant *variant = sabot_variant(task);

	if (!variant->threads)
		produce(task, sabot_index(task));
	else if (sabot_index(task) == 0)
		parties_run(task, all);
}

static void be_consumer(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	if (variant->threads)
		sabot_point(task, "has no part");
	else
		consume(task, sabot_index(task));
}

static const struct sabot_role roles[] = {
	{ "producer", 2, be_producer },
	{ "consumer", 2, be_consumer },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "threads", .variant = &in_threads },
	{ .name = "kill-outside-waits",
	  .variant = &looks_again,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT } },
	{ .name = "kill-before-signals",
	  .variant = &looks_last,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT } },
	{ .name = "if-for-while", .variant = &looks_once, .caught_by = RING_IS_WHOLE },
	{ .name = "signal-for-broadcast", .variant = &one_cond, .caught_by = "deadlock" },
	{ .name = "signal-in-threads", .variant = &one_cond_threads, .caught_by = "deadlock" },
	{ .name = "no-predicate", .variant = &waits_first, .caught_by = "lost wake-up" },
	{ .name = "signal-owed",
	  .variant = &signals_last,
	  .fault = { SABOT_KILL, .where = SABOT_AT_POINT },
	  .caught_by = "deadlock",
	  .about = "who owed a signal is dead, and nobody looks again" },
	{ 0 },
};

static const char *const points[] = { RING_POINT, "has no part", NULL };

const struct sabot_scenario cond_buffer = {
	.name = "cond-buffer",
	.group = "pthread-shared",
	.about = "a bounded buffer with condition variables: what a wait and a signal must do",
	.tags = "producer-consumer condition crash recovery robust threads time",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = ring_invariants,
	.cases = cases,
	.points = points,
};
