/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals are sent to a process that blocks them for a while. Of a standard signal one is pending,
 * however many were sent; real-time signals that were sent with sigqueue(3) are all there, in the
 * order in which they were sent, with their values.
 *
 * Shows: who counts standard signals loses some (signal(7), "Queueing and delivery semantics for
 * standard signals"); and what becomes of both kinds where the limit of pending signals is reached
 * (RLIMIT_SIGPENDING, getrlimit(2)). Does not show: signals of several senders, whose order is the
 * schedule's.
 */
#include "ready.h"

#include <sys/resource.h>

enum { SENT = 4 };

struct shared {
	struct ready target, sender;
	int sent, seen;
	int values[SENT]; /* in the order in which they came */
};

struct variant {
	bool queued, all; /* sent by sigqueue(3); as many must come as were sent */
	bool limited;	  /* none may be pending */
};

static const struct variant queued = { .queued = true, .all = true };
static const struct variant standard = { .all = false };
static const struct variant counted = { .all = true };
static const struct variant limited = { .queued = true, .limited = true };

static int signal_of(const struct variant *variant)
{
	return variant->queued ? SIGRTMIN : SIGUSR1;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ready_init(&shared->target);
	ready_init(&shared->sender);
}

static void take_all(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct timespec at_once = { 0 };
	struct rlimit none = { 0, 0 };
	siginfo_t info;
	sigset_t set;

	ready_begin(&shared->target);
	set = ready_block(signal_of(variant));
	if (variant->limited)
		SABOT_OK(setrlimit(RLIMIT_SIGPENDING, &none));
	ready_tell(&shared->target);
	(void)ready_await(&shared->sender);
	while (sigtimedwait(&set, &info, &at_once) > 0)
		shared->values[shared->seen++] = info.si_value.sival_int;
	sabot_observe(task, "%d of %d that were sent while blocked arrive", shared->seen, SENT);
}

static int send(struct sabot_task *task, pid_t pid, int value)
{
	const struct variant *variant = sabot_variant(task);
	union sigval sent = { .sival_int = value };

	if (!variant->queued)
		return kill(pid, SIGUSR1);
	if (sigqueue(pid, SIGRTMIN, sent) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1; /* the process is no more */
	sabot_observe(task, "sigqueue() gets EAGAIN");
	if (kill(pid, SIGRTMIN) == 0)
		sabot_observe(task, "kill() with a real-time signal succeeds");
	return 0;
}

static void send_all(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pid_t pid;
	int i;

	ready_begin(&shared->sender);
	pid = ready_await(&shared->target);
	for (i = 0; pid && i < SENT; i++)
		if (send(task, pid, i) == 0)
			shared->sent++;
	ready_tell(&shared->sender);
}

/* Whoever is killed right after it has sent one could not note it. */
static void what_was_sent_is_seen(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	int least = variant->all ? shared->sent : shared->sent > 0;
	int i;

	if (variant->limited || sabot_killed(check, "target"))
		return;
	sabot_require(check, shared->seen >= least && shared->seen <= shared->sent + 1,
		      "%d were sent, %d were seen", shared->sent, shared->seen);
	for (i = 0; variant->queued && i < shared->seen; i++)
		sabot_require(check, shared->values[i] == i, "at place %d stands %d", i,
			      shared->values[i]);
}

static const struct sabot_role roles[] = {
	{ "target", 1, take_all },
	{ "sender", 1, send_all },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was sent is seen", SABOT_AT_END, what_was_sent_is_seen },
	{ 0 },
};

static const char *const one[] = { "1 of 4 that were sent while blocked arrive", NULL };
static const char *const all[] = { "4 of 4 that were sent while blocked arrive", NULL };
static const char *const dropped[] = { "1 of 4 that were sent while blocked arrive",
				       "kill() with a real-time signal succeeds",
				       "sigqueue() gets EAGAIN", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &queued },
	{ .name = "kill-anywhere", .variant = &queued, .fault = { .kind = SABOT_KILL } },
	{ .name = "standard", .variant = &standard, .fault = { .kind = SABOT_KILL } },
	{ .name = "counts-standard", .variant = &counted, .caught_by = "what was sent is seen" },
	{ .name = "platform-standard",
	  .variant = &standard,
	  .characterises = "a standard signal is sent several times to whoever blocks it",
	  .known = one },
	{ .name = "platform-queued",
	  .variant = &queued,
	  .characterises = "a real-time signal is queued several times for whoever blocks it",
	  .known = all },
	{ .name = "platform-limit",
	  .variant = &limited,
	  .characterises = "real-time signals are sent beyond RLIMIT_SIGPENDING",
	  .known = dropped },
	{ 0 },
};

const struct sabot_scenario sig_coalesce = {
	.name = "sig-coalesce",
	.group = "signals-processes",
	.about = "several signals become one, or stay several in their order",
	.tags = "signal platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
