/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A semaphore in shared memory serves as a lock. It has no owner and no undo, so whoever is killed
 * inside keeps it, and whoever is killed after it was woken leaves the others asleep.
 *
 * Shows: what the kernel and libc leave to the program (sem_overview(7)); and a repair: users note
 * who is inside, hold a record lock as a sign of life, and look again after a time-out (glibc
 * nptl/sem_waitcommon.c: a post wakes one, which may be dead). Does not show: a death between the
 * post and the note that it was done, which the repair takes for one inside: here no point lies
 * there.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

enum { OUTSIDE, INSIDE }; /* marks */
enum { USERS = 3 };

struct shared {
	sem_t lock;
	int lives;  /* a file: each user locks a byte of it */
	int inside; /* user, from 1; or 0 */
	int coming;
};

struct variant {
	bool repairs, queues_up, tries;
};

static const struct variant repairing = { .repairs = true };
static const struct variant plain = { 0 };
static const struct variant trying = { .tries = true };
static const struct variant queueing = { .queues_up = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(sem_init(&shared->lock, 1, 1));
	shared->lives = SABOT_OK(open("lives", O_RDWR | O_CREAT, 0600));
}

static bool is_alive(const struct shared *shared, int user)
{
	struct flock life = { .l_type = F_WRLCK, .l_start = user, .l_len = 1 };

	SABOT_OK(fcntl(shared->lives, F_GETLK, &life));
	return life.l_type != F_UNLCK;
}

/* Returns whether the lock came from a dead user's hands. */
static bool inherit(struct shared *shared, int user)
{
	int before = __atomic_load_n(&shared->inside, __ATOMIC_SEQ_CST);

	return before && !is_alive(shared, before) &&
	       __atomic_compare_exchange_n(&shared->inside, &before, user, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static void enter(struct sabot_task *task, struct shared *shared, int user)
{
	const struct variant *variant = sabot_variant(task);
	struct timespec end;

	if (!variant->repairs) {
		while (variant->tries && sem_trywait(&shared->lock) != 0) {
			sabot_assert(task, errno == EAGAIN, "sem_trywait(): errno %d", errno);
			(void)sched_yield();
		}
		if (!variant->tries)
			SABOT_OK(sem_wait(&shared->lock));
		shared->inside = user;
		return;
	}
	do {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
		end.tv_sec++;
		if (sem_timedwait(&shared->lock, &end) == 0) {
			shared->inside = user;
			return;
		}
	} while (!inherit(shared, user));
}

static void leave(struct shared *shared, int user)
{
	SABOT_OK(sem_post(&shared->lock));
	__atomic_compare_exchange_n(&shared->inside, &user, 0, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
}

/* The first is inside until all others have come. */
static void queue_up(struct shared *shared, int user)
{
	while (user == 1 ? shared->coming < USERS - 1 : !shared->inside)
		(void)sched_yield();
	shared->coming++;
}

static void use(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int user = 1 + (int)sabot_index(task);
	struct flock life = { .l_type = F_WRLCK, .l_start = user, .l_len = 1 };

	SABOT_OK(fcntl(shared->lives, F_SETLK, &life));
	if (variant->queues_up && user != 1)
		queue_up(shared, user);
	enter(task, shared, user);
	sabot_mark(task, INSIDE);
	sabot_point(task, "inside");
	if (variant->queues_up && user == 1)
		queue_up(shared, user);
	sabot_mark(task, OUTSIDE);
	leave(shared, user);
}

static void one_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static void look(struct sabot_check *check)
{
	struct shared *shared = sabot_check_shared(check);
	int value = -1;

	(void)sem_getvalue(&shared->lock, &value);
	sabot_check_observe(check, "the value is %d", value);
}

static const struct sabot_role roles[] = { { "user", USERS, use }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, one_inside },
	{ "it can be seen what became of the value", SABOT_AT_END, look },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &plain },
	{ .name = "tries", .variant = &trying },
	{ .name = "stop-anywhere", .variant = &plain, .fault = { SABOT_STOP } },
	{ .name = "kill-anywhere", .variant = &repairing, .fault = { SABOT_KILL } },
	{ .name = "kill-twice",
	  .variant = &repairing,
	  .fault = { SABOT_KILL },
	  .second = { SABOT_KILL } },
	{ .name = "kill-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .point = "inside" },
	  .caught_by = "orphaned owner" },
	{ .name = "kill-woken",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .where = SABOT_WOKEN },
	  .caught_by = "lost wake-up" },
	{ .name = "platform-inside",
	  .variant = &plain,
	  .fault = { SABOT_KILL, .point = "inside", .who = "user#0" },
	  .characterises = "whoever has taken a POSIX semaphore is killed",
	  .known = (const char *const[]){ "the value is 0", "user blocks for ever in sem_wait",
					  NULL } },
	{ .name = "platform-woken",
	  .variant = &queueing,
	  .fault = { SABOT_KILL, .where = SABOT_WOKEN },
	  .characterises = "a waiter of a POSIX semaphore is killed when it has been woken",
	  .known = (const char *const[]){ "the value is 1", "user blocks for ever in sem_wait",
					  NULL } },
	{ 0 },
};

static const char *const points[] = { "inside", NULL };

const struct sabot_scenario posix_sem_mutex = {
	.name = "posix-sem-mutex",
	.group = "posix-sem",
	.about = "a semaphore as a lock has no owner: who is killed inside keeps it",
	.tags = "crash recovery deadlock lock time platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
