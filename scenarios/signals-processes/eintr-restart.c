/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal strikes a process in each of the calls that it may sleep in. Some calls begin again,
 * some say EINTR, and SA_RESTART is heeded by some only; a process that was stopped and continued
 * may get EINTR without any handler.
 *
 * Shows: whoever tries again on EINTR gets everything that it waits for, wherever the signal comes;
 * who takes any return for success does not. And the table of what each call does here, where
 * signal(7) is not right in all of it: sem_timedwait(3), and futex(2) with a limit, are not begun
 * again. Does not show: calls that were partly done; and whoever lets the others go on is not
 * killed.
 */
#include "eintr_known.h"

struct shared {
	struct ready sleeper, helper;
	struct eintr_objects objects;
	int calls, got;
	int satisfied; /* calls whose wait was ended, or is about to be */
};

struct variant {
	int flags;
	bool retries;
};

static const struct variant retries = { .retries = true };
static const struct variant restarts = { .retries = true, .flags = SA_RESTART };
static const struct variant ignores = { .retries = false };

static struct shared *ours; /* the handler has no other way to know */
static volatile sig_atomic_t hits;

/* Only a signal that comes before what is waited for says what the call does. */
static void hit(int signo)
{
	(void)signo;
	hits += ours->satisfied < ours->calls;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ready_init(&shared->sleeper);
	ready_init(&shared->helper);
	eintr_setup(&shared->objects);
}

/* One call, until it got what it waits for, if it is tried again. */
static void sleep_in(struct sabot_task *task, const struct eintr_call *call)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int result, before;

	do {
		before = hits;
		result = call->wait(&shared->objects);
		if (result != 0 && errno == EINTR)
			sabot_observe(task, "%s: EINTR", call->name);
		else if (result == 0 && hits > before)
			sabot_observe(task, "%s: goes on", call->name);
	} while (result != 0 && variant->retries);
	shared->got += result == 0;
}

static void sleep_in_all(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = ours = sabot_shared(task);
	const struct eintr_call *call;

	ready_begin(&shared->sleeper);
	shared->objects.waiter = shared->sleeper.pid;
	ready_block(SIGUSR2); /* one of the calls takes it */
	ready_handle(SIGUSR1, hit, variant->flags);
	while (sem_wait(&shared->helper.told) != 0)
		continue;
	for (call = eintr_calls; call->name; call++) {
		shared->calls++;
		ready_tell(&shared->sleeper);
		sleep_in(task, call);
	}
	sabot_assert(task, shared->got == shared->calls, "%d calls of %d got what they waited for",
		     shared->got, shared->calls);
}

/* Whoever sleeps may be dead, and a child of its sleep on. */
static void let_go_on(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct eintr_call *call;

	eintr_hold(&shared->objects);
	ready_tell(&shared->helper);
	for (call = eintr_calls; call->name; call++) {
		(void)ready_await(&shared->sleeper);
		shared->satisfied++;
		call->satisfy(&shared->objects);
	}
}

static const struct sabot_role roles[] = {
	{ "sleeper", 1, sleep_in_all },
	{ "helper", 1, let_go_on },
	{ 0 },
};

/* clang-format on */

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &retries },
	{ .name = "signal-anywhere",
	  .variant = &retries,
	  .fault = { .kind = SABOT_SIGNAL, .role = "sleeper", .signo = SIGUSR1 } },
	{ .name = "kill-sleeper",
	  .variant = &retries,
	  .fault = { .kind = SABOT_KILL, .role = "sleeper", .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "ignores-eintr",
	  .variant = &ignores,
	  .fault = { .kind = SABOT_SIGNAL,
		     .role = "sleeper",
		     .signo = SIGUSR1,
		     .where = SABOT_ASLEEP },
	  .caught_by = "assertion" },
	{ .name = "platform-handler",
	  .variant = &retries,
	  .fault = { .kind = SABOT_SIGNAL,
		     .role = "sleeper",
		     .signo = SIGUSR1,
		     .where = SABOT_ASLEEP },
	  .characterises = "a handler without SA_RESTART runs while a call sleeps",
	  .known = without_restart },
	{ .name = "platform-restart",
	  .variant = &restarts,
	  .fault = { .kind = SABOT_SIGNAL,
		     .role = "sleeper",
		     .signo = SIGUSR1,
		     .where = SABOT_ASLEEP },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.cases = cases,
};
