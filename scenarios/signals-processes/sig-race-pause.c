/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process looks whether a signal has come, and if not waits for it. The signal may come between
 * the two.
 *
 * Shows: with pause(2) that signal is handled and forgotten, and the wait has no end; sigsuspend(2)
 * and ppoll(2) unblock the signal and begin to wait in one step, so none is lost. Does not show: a
 * sender that dies before it has sent, and a target before it is ready; neither is killed here, as
 * the other would wait for ever with good reason.
 */
#include "ready.h"

#include <poll.h>

enum way { BY_PAUSE, BY_SIGSUSPEND, BY_PPOLL };

struct shared {
	struct ready waiter;
	bool told; /* the waiter knows that the signal came */
};

struct variant {
	enum way way;
};

static const struct variant by_pause = { BY_PAUSE };
static const struct variant by_sigsuspend = { BY_SIGSUSPEND };
static const struct variant by_ppoll = { BY_PPOLL };

static volatile sig_atomic_t came;

static void note(int signo)
{
	(void)signo;
	came = 1;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ready_init(&shared->waiter);
}

static void wait_for_signal(enum way way, const sigset_t *open)
{
	while (!came)
		switch (way) {
		case BY_PAUSE:
			(void)pause();
			break;
		case BY_SIGSUSPEND:
			(void)sigsuspend(open);
			break;
		case BY_PPOLL:
			(void)ppoll(NULL, 0, NULL, open);
			break;
		}
}

static void be_told(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	sigset_t open;

	ready_begin(&shared->waiter);
	SABOT_OK(sigprocmask(SIG_BLOCK, NULL, &open));
	ready_handle(SIGUSR1, note, 0);
	if (variant->way != BY_PAUSE)
		ready_mask(SIG_BLOCK, SIGUSR1);
	ready_tell(&shared->waiter);
	wait_for_signal(variant->way, &open);
	shared->told = true;
}

static void tell(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(sem_wait(&shared->waiter.told));
	(void)kill(shared->waiter.pid, SIGUSR1); /* it may be dead by then */
}

static void the_signal_ends_the_wait(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, sabot_killed(check, NULL) || shared->told, "the waiter was not told");
}

static const struct sabot_role roles[] = {
	{ "waiter", 1, be_told },
	{ "sender", 1, tell },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the signal ends the wait", SABOT_AT_END, the_signal_ends_the_wait },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &by_sigsuspend },
	{ .name = "ppoll", .variant = &by_ppoll },
	{ .name = "kill-waiter",
	  .variant = &by_sigsuspend,
	  .fault = { .kind = SABOT_KILL, .role = "waiter", .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "kill-waiter-ppoll",
	  .variant = &by_ppoll,
	  .fault = { .kind = SABOT_KILL, .role = "waiter", .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "pause", .variant = &by_pause, .caught_by = "lost wake-up" },
	{ 0 },
};

const struct sabot_scenario sig_race_pause = {
	.name = "sig-race-pause",
	.group = "signals-processes",
	.about = "a signal comes between the look and the wait",
	.tags = "signal",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
