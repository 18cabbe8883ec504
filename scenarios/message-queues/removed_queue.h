/* SPDX-License-Identifier: Apache-2.0 */
/* Waiters in a System V queue that is removed, and what each call says then. */
#ifndef SCENARIOS_MESSAGE_QUEUES_REMOVED_QUEUE_H
#define SCENARIOS_MESSAGE_QUEUES_REMOVED_QUEUE_H

#include <sabot/sabot.h>

#include <string.h>
#include <sys/msg.h>

enum { READER, WRITER, WAITERS };
enum { WANTED = 1, UNWANTED = 2 }; /* types */

struct message {
	long type;
	char text[8];
};

struct removed_queue {
	int id;
	int error[WAITERS]; /* what each was told in the end */
};

struct removed_queue_way {
	bool tries_again, owner_makes;
};

static inline int removed_use(int id, int who)
{
	struct message message = { .type = UNWANTED };

	if (who == READER)
		return (int)msgrcv(id, &message, sizeof(message.text), WANTED, 0);
	return msgsnd(id, &message, sizeof(message.text), 0);
}

static inline void removed_wait_in_it(struct sabot_task *task, int who)
{
	const char *name = who == READER ? "msgrcv" : "msgsnd";
	const struct removed_queue_way *variant = sabot_variant(task);
	struct removed_queue *shared = sabot_shared(task);

	if (variant->owner_makes)
		return;
	while (removed_use(shared->id, who) < 0) {
		if (variant->tries_again)
			continue;
		shared->error[who] = errno;
		sabot_observe(task, "%s() says %s", name, strerrorname_np(errno));
		(void)removed_use(shared->id, who);
		sabot_observe(task, "a later %s() says %s", name, strerrorname_np(errno));
		return;
	}
	sabot_assert(task, false, "%s() succeeds, and cannot", name);
}

static inline void removed_all_are_told(struct sabot_check *check)
{
	static const char *const roles[WAITERS] = { "reader", "writer" };
	const struct removed_queue_way *variant = sabot_check_variant(check);
	const struct removed_queue *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < WAITERS && !variant->owner_makes; i++)
		sabot_require(check,
			      shared->error[i] == EIDRM || shared->error[i] == EINVAL ||
				      sabot_killed(check, roles[i]),
			      "the %s is told %d", roles[i], shared->error[i]);
}

#endif
