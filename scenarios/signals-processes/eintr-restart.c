/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal strikes a process in each of the calls that it may sleep in. Some calls begin again,
 * some say EINTR, and SA_RESTART is heeded by some only; a process that was stopped and continued
 * may get EINTR without any handler.
 *
 * Shows: whoever tries again on EINTR gets everything that it waits for, wherever the signal comes;
 * who takes any return for success does not. And the table of what each call does here, where
 * signal(7) is not right in all of it: sem_timedwait(3), and futex(2) with a limit, are not begun
 * again. Does not show: calls that were partly done; the death of the helper, who alone ends each
 * sleep, so that the sleeper waits for ever by right.
 */
#include "eintr_known.h"
#include "naps.h"

struct variant {
	int flags;
	bool retries;
};

static const struct variant retries = { .retries = true };
static const struct variant restarts = { .retries = true, .flags = SA_RESTART };
static const struct variant ignores = { .retries = false };

/* One call, until it got what it waits for, if it is tried again. */
static void sleep_in(struct sabot_task *task, const struct eintr_call *call)
{
	const struct variant *variant = sabot_variant(task);
	struct naps *naps = sabot_shared(task);
	int result, before;

	do {
		before = hits;
		result = call->wait(&naps->objects);
		if (result != 0 && errno == EINTR)
			sabot_observe(task, "%s: EINTR", call->name);
		else if (result == 0 && hits > before)
			sabot_observe(task, "%s: goes on", call->name);
	} while (result != 0 && variant->retries);
	naps->got += result == 0;
}

static void sleep_in_all(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct naps *naps = ours = sabot_shared(task);
	const struct eintr_call *call;

	ready_begin(&naps->sleeper);
	naps->objects.waiter = naps->sleeper.pid;
	ready_mask(SIG_BLOCK, SIGUSR2); /* one of the calls takes it */
	ready_handle(SIGUSR1, naps_hit, variant->flags);
	while (sem_wait(&naps->helper.told) != 0)
		continue;
	while ((call = eintr_call(naps->calls)) != NULL) {
		naps->calls++;
		ready_tell(&naps->sleeper);
		sleep_in(task, call);
	}
	sabot_assert(task, naps->got == naps->calls, "%d calls of %d got what they waited for",
		     naps->got, naps->calls);
}

/* Whoever sleeps may be dead, and a child of its sleep on. */
static void let_go_on(struct sabot_task *task)
{
	struct naps *naps = sabot_shared(task);
	const struct eintr_call *call;

	eintr_hold(&naps->objects);
	ready_tell(&naps->helper);
	while ((call = eintr_call(naps->satisfied)) != NULL) {
		(void)ready_await(&naps->sleeper);
		naps->satisfied++;
		call->satisfy(&naps->objects);
	}
}

static const struct sabot_role roles[] = {
	{ "sleeper", 1, sleep_in_all },
	{ "helper", 1, let_go_on },
	{ 0 },
};

#define SIGNAL_SLEEPER SABOT_SIGNAL, .role = "sleeper", .signo = SIGUSR1

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &retries },
	{ .name = "signal-anywhere", .variant = &retries, .fault = { SIGNAL_SLEEPER } },
	{ .name = "kill-sleeper",
	  .variant = &retries,
	  .fault = { .kind = SABOT_KILL, .role = "sleeper", .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "ignores-eintr",
	  .variant = &ignores,
	  .fault = { SIGNAL_SLEEPER, .where = SABOT_ASLEEP },
	  .caught_by = "assertion" },
	{ .name = "platform-handler",
	  .variant = &retries,
	  .fault = { SIGNAL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "a handler without SA_RESTART runs while a call sleeps",
	  .known = without_restart },
	{ .name = "platform-restart",
	  .variant = &restarts,
	  .fault = { SIGNAL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "a handler with SA_RESTART runs while a call sleeps",
	  .known = with_restart },
	{ .name = "platform-stop",
	  .variant = &retries,
	  .fault = { .kind = SABOT_STOP, .role = "sleeper", .where = SABOT_ASLEEP },
	  .characterises = "a process is stopped and continued while a call sleeps",
	  .known = after_stop },
	{ 0 },
};

const struct sabot_scenario eintr_restart = {
	.name = "eintr-restart",
	.group = "signals-processes",
	.about = "which calls a signal ends, and which begin again",
	.tags = "signal platform",
	.shared_size = sizeof(struct naps),
	.setup = naps_setup,
	.roles = roles,
	.cases = cases,
};
