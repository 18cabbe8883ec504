/* SPDX-License-Identifier: Apache-2.0 */
/* futex(2) by syscall(2), with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <linux/futex.h>

static uint32_t *word_of(struct sabot_task *task, int number)
{
	struct shared *shared = sabot_shared(task);

	return (uint32_t *)(number ? &shared->sum : &shared->flag);
}

static long futex(uint32_t *word, int command, uint32_t value, const void *other, uint32_t *second,
		  uint32_t third)
{
	return syscall(SYS_futex, word, command, value, other, second, third);
}

/* ---- Waiting and waking --------------------------------------------------------------------- */

static void await(struct sabot_task *task)
{
	uint32_t *word = word_of(task, 0);

	while (*word == 0)
		sabot_assert(task,
			     futex(word, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 || errno == EAGAIN,
			     "errno %d", errno);
}

static void tell(struct sabot_task *task)
{
	uint32_t *word = word_of(task, 0);

	sabot_point(task, "before");
	*word = 1;
	sabot_point(task, "between");
	SABOT_OK(futex(word, FUTEX_WAKE, 2, NULL, NULL, 0));
}
SCENARIO(told, { "waiter", 2, await }, { "teller", 1, tell });

static void test_wake(void **state)
{
	(void)state;
	seeded(&told_scenario, 40, 0);
	assert_true(seen.errors[OP_FUTEX_WAIT][EAGAIN] > 0 && seen.errors[OP_FUTEX_WAIT][0] > 0);
	/* Killed before its store it leaves them waiting; after it, waiting in vain. */
	seeded_sweep(&told_scenario, 2, PLAN_KILL, 0, WAITS);
	assert_true(seen.kinds[KIND_LOST_WAKEUP] > 0 && seen.kinds[KIND_STUCK] > 0);
	seeded_sweep(&told_scenario, 1, PLAN_STOP, 0, 0);
}

/* ---- Time-outs ------------------------------------------------------------------------------ */

static void time_out(struct sabot_task *task)
{
	struct timespec hour = { .tv_sec = HOUR }, nothing = { 0 }, past, until, now;
	uint32_t *word = word_of(task, 0);

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &past));
	sabot_assert(task, futex(word, FUTEX_WAIT, 0, &hour, NULL, 0) == -1 && errno == ETIMEDOUT,
		     "relative: errno %d", errno);
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	sabot_assert(task, until.tv_sec - past.tv_sec >= HOUR, "too early");
	until.tv_sec += HOUR;
	sabot_assert(task,
		     futex(word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &until, NULL, 1) ==
				     -1 &&
			     errno == ETIMEDOUT,
		     "absolute: errno %d", errno);
	SABOT_OK(clock_gettime(CLOCK_REALTIME, &now));
	sabot_assert(task, now.tv_sec >= until.tv_sec, "too early by the clock");
	sabot_assert(task,
		     futex(word, FUTEX_WAIT, 0, &nothing, NULL, 0) == -1 && errno == ETIMEDOUT,
		     "at once: errno %d", errno);
	sabot_assert(task, futex(word, FUTEX_WAIT, 1, &nothing, NULL, 0) == -1 && errno == EAGAIN,
		     "another value: errno %d", errno);
	sabot_assert(task, futex(word, 127, 0, NULL, NULL, 0) == -1 && errno == ENOSYS,
		     "no such command: errno %d", errno);
}
SCENARIO(late, { "waiter", 2, time_out });

static void test_time(void **state)
{
	(void)state;
	seeded(&late_scenario, 20, 0);
	seeded_sweep(&late_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&late_scenario, 1, PLAN_STOP, 0, 0);
}

/* ---- Moved to another word ------------------------------------------------------------------ */

static void wait_moved(struct sabot_task *task)
{
	uint32_t *word = word_of(task, 0);

	sabot_mark(task, 1);
	if (futex(word, FUTEX_WAIT, 0, NULL, NULL, 0) != 0)
		sabot_assert(task, errno == EAGAIN, "errno %d", errno);
}

/* Whoever waits is moved to the second word, then the first changes: that loses nobody. */
static void move(struct sabot_task *task)
{
	uint32_t *word = word_of(task, 0), *other = word_of(task, 1);

	sabot_point(task, "before");
	SABOT_OK(futex(word, FUTEX_CMP_REQUEUE, 0, (void *)(uintptr_t)4, other, 0));
	*word = 1;
	sabot_point(task, "moved");
	if (sabot_index(task) == 0)
		SABOT_OK(futex(other, FUTEX_WAKE, 4, NULL, NULL, 0));
}
SCENARIO(moved, { "waiter", 2, wait_moved }, { "mover", 1, move });

static void move_and_go(struct sabot_task *task)
{
	sabot_point(task, "before");
	SABOT_OK(futex(word_of(task, 0), FUTEX_REQUEUE, 0, (void *)(uintptr_t)4, word_of(task, 1),
		       0));
}
SCENARIO(stranded, { "waiter", 1, wait_moved }, { "mover", 1, move_and_go });

/* What nobody wakes is looked for at both words. */
static void test_stranded(void **state)
{
	unsigned moved = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		seeded_twice(&stranded_scenario, seed, false, NULL);
		moved += strstr(control->finding.message, "while it is 0, or for futex#1 ") != NULL;
	}
	assert_true(moved > 0);
}

static void test_requeue(void **state)
{
	(void)state;
	seeded(&moved_scenario, 40, 0);
	seeded_sweep(&moved_scenario, 2, PLAN_KILL, 0, WAITS);
	/* Who was moved waits at a word that has not changed. */
	assert_int_equal(seen.kinds[KIND_LOST_WAKEUP], 0);
	assert_true(seen.kinds[KIND_STUCK] > 0);
}

/* ---- Priority inheritance: the word has an owner -------------------------------------------- */

static void own(struct sabot_task *task)
{
	uint32_t *word = word_of(task, 0), none = 0;
	struct timespec until;

	if (!__atomic_compare_exchange_n(word, &none, (uint32_t)syscall(SYS_gettid), false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
		until.tv_sec += HOUR;
		if (futex(word, FUTEX_LOCK_PI, 0, sabot_index(task) ? &until : NULL, NULL, 0) !=
		    0) {
			/* What the kernel says of an owner that was killed, and of one whose heir
			 * has not run yet. */
			sabot_assert(task, errno == ESRCH || errno == EINVAL || errno == ETIMEDOUT,
				     "errno %d", errno);
			return;
		}
	}
	sabot_point(task, "owned");
	none = (uint32_t)syscall(SYS_gettid);
	if (!__atomic_compare_exchange_n(word, &none, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		SABOT_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
}
SCENARIO(owned, { "owner", 3, own });

static void test_owner(void **state)
{
	(void)state;
	seeded(&owned_scenario, 40, 0);
	seeded_sweep(&owned_scenario, 2, PLAN_KILL, 0, WAITS);
}

/* ---- Other numbers -------------------------------------------------------------------------- */

static void ask(struct sabot_task *task)
{
	pid_t child, told;
	int status;

	sabot_assert(task, syscall(SYS_getpid) == getpid(), "another process");
	sabot_assert(task, syscall(SYS_close, -1) == -1 && errno == EBADF, "errno %d", errno);
	child = (pid_t)SABOT_OK(syscall(SYS_fork));
	if (child == 0)
		for (;;)
			pause();
	SABOT_OK(syscall(SYS_kill, child, SIGKILL));
	told = (pid_t)SABOT_OK(syscall(SYS_wait4, child, &status, 0, NULL));
	sabot_assert(task, told == child && WIFSIGNALED(status), "status %x", (unsigned)status);
	syscall(SYS_exit_group, 0);
}
SCENARIO(raw, { "caller", 1, ask });

static void test_others(void **state)
{
	(void)state;
	seeded(&raw_scenario, 10, 0);
	assert_int_equal(control->task_count, 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_wake),	cmocka_unit_test(test_time),
	cmocka_unit_test(test_requeue), cmocka_unit_test(test_owner),
	cmocka_unit_test(test_others),	cmocka_unit_test(test_stranded),
};

SEEDED_MAIN(tests)
