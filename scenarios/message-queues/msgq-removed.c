/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SysV queue is removed while a reader waits for a message in it, and a writer for room.
 *
 * Shows: both sleepers get EIDRM, whoever comes later EINVAL (msgop(2), msgctl(2)), which means the
 * end and not another try; and no death removes a queue: one that its only owner made is left.
 * There are two owners, so that one is alive to remove it. Does not show: a queue that is made
 * again under the same key.
 */
#include "removed_queue.h"

static const struct removed_queue_way good = { 0 };
static const struct removed_queue_way stubborn = { .tries_again = true };
static const struct removed_queue_way one_owner = { .owner_makes = true };

/* There is room for one message, which nobody wants. */
static void setup(struct sabot_env *env)
{
	const struct removed_queue_way *variant = sabot_env_variant(env);
	struct removed_queue *shared = sabot_env_shared(env);
	struct message message = { .type = UNWANTED };
	struct msqid_ds status;

	if (variant->owner_makes)
		return;
	shared->id = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	SABOT_OK(msgctl(shared->id, IPC_STAT, &status));
	status.msg_qbytes = sizeof(message.text);
	SABOT_OK(msgctl(shared->id, IPC_SET, &status));
	SABOT_OK(msgsnd(shared->id, &message, sizeof(message.text), 0));
}

static void read_it(struct sabot_task *task)
{
	removed_wait_in_it(task, READER);
}

static void write_it(struct sabot_task *task)
{
	removed_wait_in_it(task, WRITER);
}

static void own_it(struct sabot_task *task)
{
	const struct removed_queue_way *variant = sabot_variant(task);
	struct removed_queue *shared = sabot_shared(task);
	int id = variant->owner_makes ? SABOT_OK(msgget(IPC_PRIVATE, 0600)) : shared->id;
	int result = msgctl(id, IPC_RMID, NULL);

	sabot_assert(task, result == 0 || errno == EINVAL || errno == EIDRM,
		     "removal is refused, errno %d", errno);
}

static const struct sabot_role roles[] = {
	{ "reader", 1, read_it },
	{ "writer", 1, write_it },
	{ "owner", 2, own_it },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "whoever waits is told of the removal", SABOT_AT_END, removed_all_are_told },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-waiter-and-owner",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "owner" },
	  .second = { SABOT_KILL, .role = "reader" } },
	{ .name = "try-again", .variant = &stubborn, .caught_by = "livelock" },
	{ .name = "one-owner",
	  .variant = &one_owner,
	  .fault = { SABOT_KILL, .role = "owner" },
	  .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "owner" },
	  .characterises = "a SysV message queue is removed while processes wait in it",
	  .known = (const char *const[]){ "msgrcv() says EIDRM", "msgrcv() says EINVAL",
					  "msgsnd() says EIDRM", "msgsnd() says EINVAL",
					  "a later msgrcv() says EINVAL",
					  "a later msgsnd() says EINVAL", NULL } },
	{ 0 },
};

const struct sabot_scenario msgq_removed = {
	.name = "msgq-removed",
	.group = "message-queues",
	.about = "whoever waits in a queue that is removed is told so; no death removes it",
	.tags = "crash removal leak livelock platform",
	.shared_size = sizeof(struct removed_queue),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.keeps_no_state = true,
};
