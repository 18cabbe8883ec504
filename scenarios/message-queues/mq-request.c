/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process at a time may ask to be told of a message in a POSIX queue. A second reader takes
 * over when the first one is gone.
 *
 * Shows: the request ends with its process, so that another may ask (mq_notify(3)); it also
 * ends when its process closes any descriptor of the queue, such as a helper's, although
 * mq_close(3) speaks of that descriptor alone (Linux ipc/mqueue.c, mqueue_flush_file()); a child's
 * close does it no harm. Does not show: who is told when somebody sleeps in mq_receive(). The
 * writer is not killed: nobody else wakes the readers.
 */
#include "request.h"

static const struct request_way good = { 0 };
static const struct request_way with_helper = { .helper = true };
static const struct request_way just_look = { .just_look = true };

static void setup(struct sabot_env *env)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	struct request *shared = sabot_env_shared(env);

	SABOT_OK(mq_close(mq_open("/news", O_RDWR | O_CREAT, 0600, &attr)));
	SABOT_OK(pipe(shared->ends));
}

static void read_first(struct sabot_task *task)
{
	const struct request_way *variant = sabot_variant(task);
	struct request *shared = sabot_shared(task);
	mqd_t queue = request_begin();

	if (!variant->helper)
		request_help();
	SABOT_OK(request_ask(queue));
	if (variant->helper)
		request_help();
	if (!variant->just_look) {
		request_finish(shared, queue);
		return;
	}
	request_look(task, queue);
	SABOT_OK(mq_close(queue));
}

static void read_second(struct sabot_task *task)
{
	struct request *shared = sabot_shared(task);
	mqd_t queue = request_begin();
	char byte;

	SABOT_OK(close(shared->ends[1]));
	SABOT_OK(read(shared->ends[0], &byte, 1));
	sabot_assert(task, request_ask(queue) == 0, "the first is gone, errno %d", errno);
	sabot_observe(task, "it ends with its process");
	request_finish(shared, queue);
}

static void write_one(struct sabot_task *task)
{
	const struct request_way *variant = sabot_variant(task);
	struct request *shared = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open("/news", O_WRONLY));
	char byte;

	SABOT_OK(close(shared->ends[1]));
	if (variant->just_look) /* until the first is gone: a message would end its request */
		SABOT_OK(read(shared->ends[0], &byte, 1));
	SABOT_OK(mq_send(queue, "", 1, 0));
	shared->sent++;
	SABOT_OK(mq_close(queue));
}

static void read_in_the_end(struct sabot_check *check)
{
	const struct request *shared = sabot_check_shared(check);

	sabot_require(check, shared->read == shared->sent, "%d sent, %d read", shared->sent,
		      shared->read);
}

static const struct sabot_role roles[] = {
	{ "first", 1, read_first },
	{ "second", 1, read_second },
	{ "writer", 1, write_one },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "the message is read once", SABOT_AT_END, read_in_the_end },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-first", .variant = &good, .fault = { SABOT_KILL, .role = "first" } },
	{ .name = "kill-second", .variant = &good, .fault = { SABOT_KILL, .role = "second" } },
	{ .name = "helper-closes", .variant = &with_helper, .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &just_look,
	  .fault = { SABOT_KILL, .role = "first", .point = "has asked" },
	  .characterises =
		  "a process asks to be told of messages, closes a descriptor, and is killed",
	  .known = (const char *const[]){ "it stands when a child closes a descriptor",
					  "it ends when its process closes another descriptor",
					  "it ends with its process", NULL } },
	{ 0 },
};

static const char *const points[] = { "has asked", NULL };

const struct sabot_scenario mq_request = {
	.name = "mq-request",
	.group = "message-queues",
	.about = "a request to be told of messages ends with its process, or by any close of its",
	.tags = "signal crash recovery platform",
	.shared_size = sizeof(struct request),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
