/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Senders and receivers of three types share a small SysV queue and block both ways. Workers take
 * urgent messages before normal ones, auditors take what is meant for them.
 *
 * Shows: msgrcv() with a type takes the first of that type, with a negative one the lowest type
 * first (msgop(2)); a killed sender has sent its message or has not; a killed receiver loses at
 * most the one that it was given in its sleep (Linux ipc/msg.c, pipelined_send()). Does not show:
 * how to get that one back (see msgq-ack). The closer is not killed: nobody else ends the waits.
 */
#include "received.h"

static const long normal_first[EACH] = { NORMAL, URGENT, NORMAL, URGENT };
static const long audit_last[EACH] = { URGENT, URGENT, NORMAL, AUDIT };
static const struct received_way good = { -NORMAL, 0, normal_first };
static const struct received_way any_type = { 0, 0, audit_last };
static const struct received_way in_turn = { AUDIT, MSG_EXCEPT, normal_first };

static void setup(struct sabot_env *env)
{
	const struct received_way *variant = sabot_env_variant(env);
	struct received *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->ends));
	received_make(shared);
	received_send(shared, SETUP, variant->before);
}

static void send_all(struct sabot_task *task)
{
	static const long types[EACH] = { AUDIT, NORMAL, AUDIT, URGENT };

	received_send(sabot_shared(task), (int)sabot_index(task), types);
}

static void take_all(struct sabot_task *task, unsigned receiver, long type, int flags)
{
	struct received *shared = sabot_shared(task);
	struct message message;

	SABOT_OK(close(shared->ends[1]));
	while (msgrcv(shared->id, &message, sizeof(message.is), type, flags | MSG_NOERROR) >= 0)
		received_note(shared, &message, receiver);
	sabot_assert(task, errno == EIDRM || errno == EINVAL, "msgrcv() fails, errno %d", errno);
}

static void work(struct sabot_task *task)
{
	const struct received_way *variant = sabot_variant(task);

	take_all(task, sabot_index(task), variant->type, variant->flags);
}

static void audit(struct sabot_task *task)
{
	take_all(task, 2 + sabot_index(task), AUDIT, 0);
}

/* When all senders are gone, waits until the queue is empty: its message needs all the room. */
static void close_queue(struct sabot_task *task)
{
	const struct received *shared = sabot_shared(task);
	long last[1 + ROOM * sizeof(struct identity) / sizeof(long)] = { END };
	char byte;

	SABOT_OK(close(shared->ends[1]));
	SABOT_OK(read(shared->ends[0], &byte, 1));
	SABOT_OK(msgsnd(shared->id, last, sizeof(last) - sizeof(long), 0));
	SABOT_OK(msgctl(shared->id, IPC_RMID, NULL));
}

static const struct sabot_role roles[] = {
	{ "sender", SENDERS, send_all },
	{ "worker", 2, work },
	{ "auditor", 2, audit },
	{ "closer", 1, close_queue },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a message goes to who waits for its type", SABOT_WHEN_SETTLED, received_right_receiver },
	{ "each message is taken once, and in order within its type", SABOT_WHEN_SETTLED,
	  received_once_in_order },
	{ "urgent messages are taken first", SABOT_WHEN_SETTLED, received_urgent_first },
	{ "every message that was sent is taken, or lost with its receiver", SABOT_AT_END,
	  received_all_taken },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-sender", .variant = &good, .fault = { SABOT_KILL, .role = "sender" } },
	{ .name = "kill-worker", .variant = &good, .fault = { SABOT_KILL, .role = "worker" } },
	{ .name = "kill-auditor", .variant = &good, .fault = { SABOT_KILL, .role = "auditor" } },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "sender", .where = SABOT_ASLEEP | SABOT_WOKEN },
	  .characterises = "a sender is killed while it waits for room in a SysV message queue",
	  .known = (const char *const[]){ "its message is not sent", NULL } },
	{ .name = "any-type",
	  .variant = &any_type,
	  .caught_by = "a message goes to who waits for its type" },
	{ .name = "in-turn", .variant = &in_turn, .caught_by = "urgent messages are taken first" },
	{ 0 },
};

const struct sabot_scenario msgq_types = {
	.name = "msgq-types",
	.group = "message-queues",
	.about = "a message goes once, and in order, to who asks for its type",
	.tags = "producer-consumer crash platform",
	.shared_size = sizeof(struct received),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
	.needs_steps = true,
};
