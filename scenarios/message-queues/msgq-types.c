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
#include <sabot/sabot.h>

#include <sys/msg.h>
#include <unistd.h>

enum { URGENT = 1, NORMAL, AUDIT, END }; /* types */
enum { SENDERS = 2, SETUP = SENDERS, EACH = 4, ROOM = 4 };

struct message {
	long type;
	struct identity {
		int sender, number;
	} is;
};

/* What became of a message, by who sent it and its number. */
struct record {
	bool sent;
	int copies, when; /* taken so often, and when last */
	unsigned by;
	long type;
};

enum { RECORDS = (SENDERS + 1) * EACH };

struct shared {
	int id, ends[2];
	int clock;
	struct record records[RECORDS];
};

struct variant {
	long type; /* what workers ask for */
	int flags;
	const long *before; /* what setup sends */
};

static const long normal_first[EACH] = { NORMAL, URGENT, NORMAL, URGENT };
static const long audit_last[EACH] = { URGENT, URGENT, NORMAL, AUDIT };
static const struct variant good = { -NORMAL, 0, normal_first };
static const struct variant any_type = { 0, 0, audit_last };
static const struct variant in_turn = { AUDIT, MSG_EXCEPT, normal_first };

static void put_all(struct shared *shared, int sender, const long *types)
{
	int i;

	for (i = 0; i < EACH; i++) {
		struct message message = { types[i], { sender, i } };

		SABOT_OK(msgsnd(shared->id, &message, sizeof(message.is), 0));
		shared->records[sender * EACH + i].sent = true;
	}
}

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
	struct msqid_ds status;

	SABOT_OK(pipe(shared->ends));
	shared->id = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	SABOT_OK(msgctl(shared->id, IPC_STAT, &status));
	status.msg_qbytes = ROOM * sizeof(struct identity);
	SABOT_OK(msgctl(shared->id, IPC_SET, &status));
	put_all(shared, SETUP, variant->before);
}

static void send_all(struct sabot_task *task)
{
	static const long types[EACH] = { AUDIT, NORMAL, AUDIT, URGENT };

	put_all(sabot_shared(task), (int)sabot_index(task), types);
}

static void take_all(struct sabot_task *task, unsigned receiver, long type, int flags)
{
	struct shared *shared = sabot_shared(task);
	struct message message;

	SABOT_OK(close(shared->ends[1]));
	while (msgrcv(shared->id, &message, sizeof(message.is), type, flags | MSG_NOERROR) >= 0) {
		struct record *record =
			&shared->records[message.is.sender * EACH + message.is.number];

		record->copies++;
		record->by = receiver;
		record->type = message.type;
		record->when = ++shared->clock;
	}
	sabot_assert(task, errno == EIDRM || errno == EINVAL, "msgrcv() fails, errno %d", errno);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	take_all(task, sabot_index(task), variant->type, variant->flags);
}

static void audit(struct sabot_task *task)
{
	take_all(task, 2 + sabot_index(task), AUDIT, 0);
}

/* When all senders are gone, waits until the queue is empty: its message needs all the room. */
static void close_queue(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	long last[1 + ROOM * sizeof(struct identity) / sizeof(long)] = { END };
	char byte;

	SABOT_OK(close(shared->ends[1]));
	SABOT_OK(read(shared->ends[0], &byte, 1));
	SABOT_OK(msgsnd(shared->id, last, sizeof(last) - sizeof(long), 0));
	SABOT_OK(msgctl(shared->id, IPC_RMID, NULL));
}

static void right_receiver(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	const struct record *record;

	for (record = shared->records; record < shared->records + RECORDS; record++)
		sabot_require(check,
			      !record->copies || (record->type == AUDIT) == (record->by >= 2),
			      "type %ld was taken by %s", record->type,
			      record->by < 2 ? "a worker" : "an auditor");
}

/* Of what one receiver took of one sender: it may run long after it was given the message. */
static void once_in_order(struct sabot_check *check)
{
	const struct record *before, *is = ((struct shared *)sabot_check_shared(check))->records;
	int i, j;

	for (i = 0; i < RECORDS; i++) {
		sabot_require(check, is[i].copies <= 1, "%d was taken %d times", i, is[i].copies);
		for (j = i - i % EACH; j < i; j++) {
			before = &is[j];
			sabot_require(check,
				      !is[i].copies || !before->copies || is[i].by != before->by ||
					      is[i].type != before->type ||
					      is[i].when > before->when,
				      "%d was taken before %d", i, j);
		}
	}
}

/* Of what was there before anybody took. */
static void urgent_first(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct record *is =
		((struct shared *)sabot_check_shared(check))->records + SETUP * EACH;
	int i, j;

	for (i = 0; i < EACH; i++)
		for (j = 0; j < EACH; j++)
			if (variant->before[i] == NORMAL && variant->before[j] == URGENT)
				sabot_require(check,
					      !is[i].copies ||
						      (is[j].copies && is[j].when < is[i].when),
					      "normal %d was taken before urgent %d", i, j);
}

static void all_taken(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned killed = sabot_killed(check, "worker") + sabot_killed(check, "auditor");
	unsigned lost = 0, unmarked = 0;
	const struct record *record;

	for (record = shared->records; record < shared->records + RECORDS; record++) {
		lost += record->sent && !record->copies;
		unmarked += record->copies && !record->sent;
	}
	sabot_require(check, lost <= killed, "%u were not taken, %u receivers were killed", lost,
		      killed);
	sabot_check_observe(check, unmarked ? "its message is sent" : "its message is not sent");
}

static const struct sabot_role roles[] = {
	{ "sender", SENDERS, send_all },
	{ "worker", 2, work },
	{ "auditor", 2, audit },
	{ "closer", 1, close_queue },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "a message goes to who waits for its type", SABOT_WHEN_SETTLED, right_receiver },
	{ "each message is taken once, and in order within its type", SABOT_WHEN_SETTLED,
	  once_in_order },
	{ "urgent messages are taken first", SABOT_WHEN_SETTLED, urgent_first },
	{ "every message that was sent is taken, or lost with its receiver", SABOT_AT_END,
	  all_taken },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-sender", .variant = &good, .fault = { SABOT_KILL, "sender" } },
	{ .name = "kill-worker", .variant = &good, .fault = { SABOT_KILL, "worker" } },
	{ .name = "kill-auditor", .variant = &good, .fault = { SABOT_KILL, "auditor" } },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, "sender", .where = SABOT_ASLEEP | SABOT_WOKEN },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
