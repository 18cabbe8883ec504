/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader sleeps until mq_notify() tells it of a message. It is told only of one that comes into
 * an empty queue, once, so it asks anew first and empties the queue then.
 *
 * Shows: in that order no message is left unread, whether a signal or a thread tells of it; in the
 * other a message that comes in between is told of to nobody (mq_notify(3); Linux ipc/mqueue.c,
 * __do_notify()). Does not show: another process that asks or receives meanwhile. The closer is
 * not killed: its message is the last, for which the reader would wait for ever by right.
 */
#include "news.h"

static const struct news_way good = { 0 };
static const struct news_way by_thread = { .by_thread = true };
static const struct news_way too_late = { .drains_first = true };

/* The queue has room for all. */
static void setup(struct sabot_env *env)
{
	struct mq_attr attr = { .mq_maxmsg = MESSAGES, .mq_msgsize = sizeof(int) };
	struct news *shared = sabot_env_shared(env);

	shared->queue = SABOT_OK(mq_open("/news", O_RDWR | O_CREAT, 0600, &attr));
	SABOT_OK(pipe(shared->ends));
	SABOT_OK(sem_init(&shared->told, 1, 0));
}

static void write_some(struct sabot_task *task)
{
	struct news *shared = sabot_shared(task);
	int i, first = (int)sabot_index(task) * EACH;

	for (i = first; i < first + EACH; i++)
		news_send(shared, shared->queue, i);
}

/* When all writers are gone. */
static void write_last(struct sabot_task *task)
{
	struct news *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->ends[1]));
	SABOT_OK(read(shared->ends[0], &byte, 1));
	news_send(shared, shared->queue, LAST);
}

static void read_all(struct sabot_task *task)
{
	const struct news_way *variant = sabot_variant(task);
	struct news *shared = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open("/news", O_RDONLY | O_NONBLOCK));
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	SABOT_OK(close(shared->ends[1]));
	for (;;) {
		if (variant->drains_first)
			news_drain(task, queue);
		if (shared->read[LAST])
			break;
		SABOT_OK(news_ask(task, queue));
		if (!variant->drains_first)
			news_drain(task, queue);
		if (shared->read[LAST])
			break;
		news_sleep(task);
	}
	SABOT_OK(mq_close(queue));
}

static void read_once(struct sabot_check *check)
{
	const struct news *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < MESSAGES; i++)
		sabot_require(check, shared->read[i] <= 1, "%d is read %d times", i,
			      shared->read[i]);
}

static void none_unread(struct sabot_check *check)
{
	const struct news *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < MESSAGES && !sabot_killed(check, "reader"); i++)
		sabot_require(check, shared->read[i] || !shared->sent[i], "%d is sent and not read",
			      i);
}

static const struct sabot_role roles[] = {
	{ "reader", 1, read_all },
	{ "writer", WRITERS, write_some },
	{ "closer", 1, write_last },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each message is read once", SABOT_WHEN_SETTLED, read_once },
	{ "no message is left unread", SABOT_AT_END, none_unread },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-writer", .variant = &good, .fault = { SABOT_KILL, .role = "writer" } },
	{ .name = "kill-reader", .variant = &good, .fault = { SABOT_KILL, .role = "reader" } },
	{ .name = "stop-reader", .variant = &good, .fault = { SABOT_STOP, .role = "reader" } },
	{ .name = "by-thread", .variant = &by_thread },
	{ .name = "by-thread-kill",
	  .variant = &by_thread,
	  .fault = { SABOT_KILL, .role = "writer" } },
	{ .name = "too-late", .variant = &too_late, .caught_by = "lost wake-up" },
	{ 0 },
};

const struct sabot_scenario mq_notify_scenario = {
	.name = "mq-notify",
	.group = "message-queues",
	.about = "who asks to be told of a message asks first and empties the queue then",
	.tags = "signal crash producer-consumer",
	.shared_size = sizeof(struct news),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
