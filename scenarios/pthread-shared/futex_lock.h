/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock made of one word, with futex(2): the word is its owner's number, and whether others may
 * sleep (as Drepper, "Futexes Are Tricky", mutex 3). Whoever waits for a limited time looks, when
 * it is over, whether the owner is still there.
 */
#ifndef SCENARIOS_PTHREAD_SHARED_FUTEX_LOCK_H
#define SCENARIOS_PTHREAD_SHARED_FUTEX_LOCK_H

#include <sabot/sabot.h>

#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FUTEX_LOCK_USERS = 3 };
#define FUTEX_LOCK_WAITERS UINT32_C(0x80000000) /* in the word, beside the owner's number + 1 */
#define FUTEX_LOCK_STORED  "stored"

struct futex_lock {
	uint32_t word;
	pid_t pids[FUTEX_LOCK_USERS]; /* by number */
};

static inline bool futex_lock_valid(const struct futex_lock *lock)
{
	return (lock->word & ~FUTEX_LOCK_WAITERS) <= FUTEX_LOCK_USERS;
}

static inline bool futex_lock_replace(struct futex_lock *lock, uint32_t *expected, uint32_t wanted)
{
	return __atomic_compare_exchange_n(&lock->word, expected, wanted, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/* Its time has come: if the owner is no more, nobody else will ever unlock. */
static inline void futex_lock_look_again(struct futex_lock *lock, uint32_t seen)
{
	uint32_t owner = (seen & ~FUTEX_LOCK_WAITERS) - 1;

	if (owner < FUTEX_LOCK_USERS && kill(lock->pids[owner], 0) != 0)
		(void)futex_lock_replace(lock, &seen, 0);
}

/* `limit` is that of one sleep; NULL: none. */
static inline void futex_lock_take(struct futex_lock *lock, unsigned number,
				   const struct timespec *limit)
{
	uint32_t wanted = number + 1, seen = 0;

	lock->pids[number] = getpid();
	while (!futex_lock_replace(lock, &seen, wanted)) {
		if ((seen & FUTEX_LOCK_WAITERS) ||
		    futex_lock_replace(lock, &seen, seen | FUTEX_LOCK_WAITERS)) {
			seen |= FUTEX_LOCK_WAITERS;
			wanted |= FUTEX_LOCK_WAITERS; /* others may sleep: they are to be woken */
			if (syscall(SYS_futex, &lock->word, FUTEX_WAIT, seen, limit) == -1 &&
			    errno == ETIMEDOUT)
				futex_lock_look_again(lock, seen);
		}
		seen = 0;
	}
}

/* Who dies at the point has unlocked, and woken nobody. */
static inline void futex_lock_give(struct sabot_task *task, struct futex_lock *lock)
{
	uint32_t was = __atomic_exchange_n(&lock->word, 0, __ATOMIC_SEQ_CST);

	sabot_point(task, FUTEX_LOCK_STORED);
	if (was & FUTEX_LOCK_WAITERS)
		SABOT_OK(syscall(SYS_futex, &lock->word, FUTEX_WAKE, 1));
}

#endif
