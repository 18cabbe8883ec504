/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process sleeps in a POSIX queue, for a message or for room, and is killed: in its sleep, or
 * when it has been woken.
 *
 * Shows: who is killed asleep has done nothing. But the kernel gives a message to a sleeping
 * receiver, and takes one from a sleeping sender, in the other's call: so a receiver that is killed
 * before it runs has lost it, and a sender has sent it (Linux ipc/mqueue.c, pipelined_send(),
 * pipelined_receive()). Does not show: how to get the message back (see msgq-ack).
 */
#include "slot.h"

#define NONE_IS_LOST "each message is there, or was taken"

struct variant {
	bool sends;    /* the sleeper does, and waits for room */
	bool is_shown; /* not judged: it is told of */
};

static const struct variant receives = { 0 };
static const struct variant sends = { .sends = true };
static const struct variant receives_shown = { .is_shown = true };
static const struct variant sends_shown = { .sends = true, .is_shown = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	slot_make(sabot_env_shared(env), variant->sends);
}

static void sleep_in_it(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	(variant->sends ? slot_send : slot_take)(sabot_shared(task));
}

static void wake(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	(variant->sends ? slot_take : slot_send)(sabot_shared(task));
}

static void none_is_lost(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct slot *slot = sabot_check_shared(check);
	bool is_valid = slot_valid(slot, sabot_killed(check, NULL));

	sabot_require(check, variant->is_shown || is_valid,
		      "%d messages are there, of %d that were sent and %d taken", slot_there(slot),
		      slot->sent, slot->taken);
	if (variant->sends)
		sabot_check_observe(check, slot_there(slot) ? "its message is sent"
							    : "its message is not sent");
	else
		sabot_check_observe(check, is_valid ? "no message is lost" : "its message is lost");
}

static const struct sabot_role roles[] = {
	{ "sleeper", 1, sleep_in_it },
	{ "waker", 1, wake },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ NONE_IS_LOST, SABOT_AT_END, none_is_lost },
	{ 0 },
};

#define KILL_SLEEPER SABOT_KILL, .role = "sleeper"

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &receives },
	{ .name = "no-fault-sends", .variant = &sends },
	{ .name = "kill-sender", .variant = &sends, .fault = { KILL_SLEEPER } },
	{ .name = "kill-asleep",
	  .variant = &receives,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP } },
	{ .name = "killed-when-woken",
	  .variant = &receives,
	  .fault = { KILL_SLEEPER, .where = SABOT_WOKEN },
	  .caught_by = NONE_IS_LOST },
	{ .name = "platform-receiver-asleep",
	  .variant = &receives_shown,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "a receiver of a POSIX message queue is killed while it sleeps",
	  .known = (const char *const[]){ "no message is lost", NULL } },
	{ .name = "platform-receiver-woken",
	  .variant = &receives_shown,
	  .fault = { KILL_SLEEPER, .where = SABOT_WOKEN },
	  .characterises = "a receiver of a POSIX message queue is killed when it has been woken",
	  .known = (const char *const[]){ "its message is lost", NULL } },
	{ .name = "platform-sender-asleep",
	  .variant = &sends_shown,
	  .fault = { KILL_SLEEPER, .where = SABOT_ASLEEP },
	  .characterises = "a sender is killed while it waits for room in a POSIX message queue",
	  .known = (const char *const[]){ "its message is not sent", NULL } },
	{ .name = "platform-sender-woken",
	  .variant = &sends_shown,
	  .fault = { KILL_SLEEPER, .where = SABOT_WOKEN },
	  .characterises = "a sender of a POSIX message queue is killed when it has been woken",
	  .known = (const char *const[]){ "its message is sent", NULL } },
	{ 0 },
};

const struct sabot_scenario mq_sleeper = {
	.name = "mq-sleeper",
	.group = "message-queues",
	.about = "what a process that sleeps in a queue has done when it is killed",
	.tags = "crash platform",
	.shared_size = sizeof(struct slot),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
