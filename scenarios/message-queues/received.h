/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of several types, what became of each, and what must hold of that. */
#ifndef SCENARIOS_MESSAGE_QUEUES_RECEIVED_H
#define SCENARIOS_MESSAGE_QUEUES_RECEIVED_H

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

struct received {
	int id, ends[2];
	int clock;
	struct record records[RECORDS];
};

struct received_way {
	long type; /* what workers ask for */
	int flags;
	const long *before; /* what setup sends */
};

/* In setup: a queue with room for some. */
static inline void received_make(struct received *received)
{
	struct msqid_ds status;

	received->id = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	SABOT_OK(msgctl(received->id, IPC_STAT, &status));
	status.msg_qbytes = ROOM * sizeof(struct identity);
	SABOT_OK(msgctl(received->id, IPC_SET, &status));
}

static inline void received_send(struct received *received, int sender, const long types[EACH])
{
	int i;

	for (i = 0; i < EACH; i++) {
		struct message message = { types[i], { sender, i } };

		SABOT_OK(msgsnd(received->id, &message, sizeof(message.is), 0));
		received->records[sender * EACH + i].sent = true;
	}
}

static inline void received_note(struct received *received, const struct message *message,
				 unsigned receiver)
{
	struct record *record = &received->records[message->is.sender * EACH + message->is.number];

	record->copies++;
	record->by = receiver;
	record->type = message->type;
	record->when = ++received->clock;
}

static inline void received_right_receiver(struct sabot_check *check)
{
	const struct received *shared = sabot_check_shared(check);
	const struct record *record;

	for (record = shared->records; record < shared->records + RECORDS; record++)
		sabot_require(check,
			      !record->copies || (record->type == AUDIT) == (record->by >= 2),
			      "type %ld was taken by %s", record->type,
			      record->by < 2 ? "a worker" : "an auditor");
}

/* Of what one receiver took of one sender: it may run long after it was given the message. */
static inline void received_once_in_order(struct sabot_check *check)
{
	const struct record *before, *is = ((struct received *)sabot_check_shared(check))->records;
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
static inline void received_urgent_first(struct sabot_check *check)
{
	const struct received_way *variant = sabot_check_variant(check);
	const struct record *is =
		((struct received *)sabot_check_shared(check))->records + SETUP * EACH;
	int i, j;

	for (i = 0; i < EACH; i++)
		for (j = 0; j < EACH; j++)
			if (variant->before[i] == NORMAL && variant->before[j] == URGENT)
				sabot_require(check,
					      !is[i].copies ||
						      (is[j].copies && is[j].when < is[i].when),
					      "normal %d was taken before urgent %d", i, j);
}

static inline void received_all_taken(struct sabot_check *check)
{
	const struct received *shared = sabot_check_shared(check);
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

#endif
