/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SysV queue is removed while a reader waits for a message in it, and a writer for room.
 *
 * Shows: both sleepers get EIDRM, whoever comes later EINVAL (msgop(2), msgctl(2)), which means the
 * end and not another try; and no death removes a queue: one that its only owner made is left.
 * There are two owners, so that one is alive to remove it. Does not show: a queue that is made
 * again under the same key.
 */
#include <sabot/sabot.h>

#include <string.h>
#include <sys/msg.h>

enum { READER, WRITER, WAITERS };
enum { WANTED = 1, UNWANTED = 2 }; /* types */

struct message {
	long type;
	char text[8];
};

struct shared {
	int id;
	int error[WAITERS]; /* what each was told in the end */
};

struct variant {
	bool tries_again, owner_makes;
};

static const struct variant good = { 0 };
static const struct variant stubborn = { .tries_again = true };
static const struct variant one_owner = { .owner_makes = true };

/* There is room for one message, which nobody wants. */
static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
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

static int use(int id, int who)
{
	struct message message = { .type = UNWANTED };

	if (who == READER)
		return (int)msgrcv(id, &message, sizeof(message.text), WANTED, 0);
	return msgsnd(id, &message, sizeof(message.text), 0);
}

static void wait_in_it(struct sabot_task *task, int who)
{
	const char *name = who == READER ? "msgrcv" : "msgsnd";
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (variant->owner_makes)
		return;
	while (use(shared->id, who) < 0) {
		if (variant->tries_again)
			continue;
		shared->error[who] = errno;
		sabot_observe(task, "%s() says %s", name, strerrorname_np(errno));
		(void)use(shared->id, who);
		sabot_observe(task, "a later %s() says %s", name, strerrorname_np(errno));
		return;
	}
	sabot_assert(task, false, "%s() succeeds, and cannot", name);
}

static void read_it(struct sabot_task *task)
{
	wait_in_it(task, READER);
}

static void write_it(struct sabot_task *task)
{
	wait_in_it(task, WRITER);
}

static void own_it(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int id = variant->owner_makes ? SABOT_OK(msgget(IPC_PRIVATE, 0600)) : shared->id;
	int result = msgctl(id, IPC_RMID, NULL);

	sabot_assert(task, result == 0 || errno == EINVAL || errno == EIDRM,
		     "removal is refused, errno %d", errno);
}

static void all_are_told(struct sabot_check *check)
{
	static const char *const roles[WAITERS] = { "reader", "writer" };
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < WAITERS && !variant->owner_makes; i++)
		sabot_require(check,
			      shared->error[i] == EIDRM || shared->error[i] == EINVAL ||
				      sabot_killed(check, roles[i]),
			      "the %s is told %d", roles[i], shared->error[i]);
}

static const struct sabot_role roles[] = {
	{ "reader", 1, read_it },
	{ "writer", 1, write_it },
	{ "owner", 2, own_it },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "whoever waits is told of the removal", SABOT_AT_END, all_are_told },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { SABOT_KILL } },
	{ .name = "kill-waiter-and-owner",
	  .variant = &good,
	  .fault = { SABOT_KILL, "owner" },
	  .second = { SABOT_KILL, "reader" } },
	{ .name = "try-again", .variant = &stubborn, .caught_by = "livelock" },
	{ .name = "one-owner",
	  .variant = &one_owner,
	  .fault = { SABOT_KILL, "owner" },
	  .caught_by = "leak" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, "owner" },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
