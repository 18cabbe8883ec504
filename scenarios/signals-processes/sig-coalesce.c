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
#include "counted.h"

static const struct counted_way queued = { .queued = true, .all = true };
static const struct counted_way standard = { .all = false };
static const struct counted_way counted = { .all = true };
static const struct counted_way limited = { .queued = true, .limited = true };

static void setup(struct sabot_env *env)
{
	struct counted *shared = sabot_env_shared(env);

	ready_init(&shared->target);
	ready_init(&shared->sender);
}

static void send_all(struct sabot_task *task)
{
	struct counted *shared = sabot_shared(task);
	pid_t pid;
	int i;

	ready_begin(&shared->sender);
	pid = ready_await(&shared->target);
	for (i = 0; pid && i < SENT; i++)
		if (counted_send(task, pid, i) == 0)
			shared->sent++;
	ready_tell(&shared->sender);
}

static const struct sabot_role roles[] = {
	{ "target", 1, counted_take_all },
	{ "sender", 1, send_all },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was sent is seen", SABOT_AT_END, counted_what_was_sent_is_seen },
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
	.shared_size = sizeof(struct counted),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
