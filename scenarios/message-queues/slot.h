/* SPDX-License-Identifier: Apache-2.0 */
/* A POSIX queue with room for one message, and the account of what was sent and taken. */
#ifndef SCENARIOS_MESSAGE_QUEUES_SLOT_H
#define SCENARIOS_MESSAGE_QUEUES_SLOT_H

#include <sabot/sabot.h>

#include <mqueue.h>

struct slot {
	mqd_t queue;
	int sent, taken; /* no point lies between a call and the note of it: exact */
};

static inline void slot_send(struct slot *slot)
{
	SABOT_OK(mq_send(slot->queue, "", 1, 0));
	slot->sent++;
}

static inline void slot_take(struct slot *slot)
{
	char byte;

	SABOT_OK(mq_receive(slot->queue, &byte, 1, NULL));
	slot->taken++;
}

/* In setup. */
static inline void slot_make(struct slot *slot, bool full)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };

	slot->queue = SABOT_OK(mq_open("/slot", O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
	if (full)
		slot_send(slot);
}

/* For checks: messages that are there, or -1. */
static inline int slot_there(const struct slot *slot)
{
	struct mq_attr attr;

	return mq_getattr(slot->queue, &attr) == 0 ? (int)attr.mq_curmsgs : -1;
}

/* At the end. The dead may have sent one more than they could note. */
static inline bool slot_valid(const struct slot *slot, unsigned dead)
{
	int there = slot_there(slot), noted = slot->sent - slot->taken;

	return there >= noted && there <= noted + (int)dead;
}

#endif
