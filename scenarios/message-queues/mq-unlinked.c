/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An operator puts a new queue in the place of an old one, while a worker waits in the old.
 *
 * Shows: mq_unlink(3) takes the name away and wakes nobody, the new queue of that name is another
 * one; so a last message must go into the old one, and after the new one is there, else the worker
 * opens the old one again. The kernel gives a message to a sleeping receiver, and takes one from a
 * sleeping sender, in the other's call: then a killed receiver has lost it, and a killed sender has
 * sent it (Linux ipc/mqueue.c, pipelined_send(), pipelined_receive()). Does not show: several
 * workers, for whom one last message each is not enough once one dies with two. The operator is not
 * killed: it alone ends the wait.
 */
#include <sabot/sabot.h>

#include <mqueue.h>
#include <unistd.h>

enum { FIRST_JOB, SECOND_JOB, JOBS, MOVED, END };
enum look { LOOK_AT_NOTHING, LOOK_AT_RECEIVER, LOOK_AT_SENDER };

struct shared {
	mqd_t old;
	int ends[2];
	int done[JOBS];
};

struct variant {
	bool says_moved, before_new;
	enum look look;
};

static const struct variant good = { .says_moved = true };
static const struct variant too_early = { .says_moved = true, .before_new = true };
static const struct variant says_nothing = { 0 };
static const struct variant receiver = { .look = LOOK_AT_RECEIVER };
static const struct variant sender = { .look = LOOK_AT_SENDER };

/* The end comes after all jobs that are there, whenever it is sent. */
static void send(mqd_t queue, int what)
{
	SABOT_OK(mq_send(queue, (const char *)&what, sizeof(what), what == END ? 0 : 1));
}

static int receive(mqd_t queue)
{
	int what;

	SABOT_OK(mq_receive(queue, (char *)&what, sizeof(what), NULL));
	return what;
}

static mqd_t make(int room)
{
	struct mq_attr attr = { .mq_maxmsg = room, .mq_msgsize = sizeof(int) };

	return mq_open("/jobs", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
}

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);

	shared->old = SABOT_OK(make(variant->look == LOOK_AT_SENDER ? 1 : 2));
	SABOT_OK(pipe(shared->ends));
	if (variant->look == LOOK_AT_SENDER)
		send(shared->old, FIRST_JOB);
}

static void work(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	mqd_t queue = shared->old;
	bool moved = false;
	int what;

	if (variant->look == LOOK_AT_SENDER) {
		send(queue, SECOND_JOB);
		return;
	}
	while ((what = receive(queue)) != END) {
		if (what == MOVED) {
			SABOT_OK(mq_close(queue));
			queue = mq_open("/jobs", O_RDONLY);
			sabot_assert(task, queue >= 0, "there is no queue, errno %d", errno);
			moved = true;
			continue;
		}
		shared->done[what]++;
		if (variant->look)
			return;
	}
	if (moved)
		SABOT_OK(mq_close(queue));
}

static void replace(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);
	mqd_t queue;
	char byte;

	SABOT_OK(close(shared->ends[1]));
	if (variant->look == LOOK_AT_SENDER)
		(void)receive(shared->old);
	else
		send(shared->old, FIRST_JOB);
	if (variant->look)
		return;
	if (variant->before_new)
		send(shared->old, MOVED);
	SABOT_OK(mq_unlink("/jobs"));
	queue = make(2);
	sabot_assert(task, queue >= 0, "the name is not free, errno %d", errno);
	send(queue, END);
	send(queue, SECOND_JOB);
	if (variant->says_moved && !variant->before_new)
		send(shared->old, MOVED);
	if (variant->says_moved)
		SABOT_OK(read(shared->ends[0], &byte, 1)); /* the worker is gone */
	SABOT_OK(mq_close(queue));
	SABOT_OK(mq_unlink("/jobs"));
}

static void in_order(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check,
		      shared->done[FIRST_JOB] <= 1 &&
			      shared->done[SECOND_JOB] <= shared->done[FIRST_JOB],
		      "the first is done %d times, the second %d times", shared->done[FIRST_JOB],
		      shared->done[SECOND_JOB]);
}

static void all_done(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);

	if (variant->says_moved && !sabot_killed(check, "worker"))
		sabot_require(check, shared->done[FIRST_JOB] && shared->done[SECOND_JOB],
			      "the first is done %d times, the second %d times",
			      shared->done[FIRST_JOB], shared->done[SECOND_JOB]);
}

static void look(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);
	const struct shared *shared = sabot_check_shared(check);
	struct mq_attr attr;

	if (!variant->look || mq_getattr(shared->old, &attr) != 0)
		return;
	if (variant->look == LOOK_AT_SENDER)
		sabot_check_observe(check, attr.mq_curmsgs ? "its message is sent"
							   : "its message is not sent");
	else
		sabot_check_observe(check, attr.mq_curmsgs + shared->done[FIRST_JOB]
						   ? "no message is lost"
						   : "its message is lost");
}

static const struct sabot_role roles[] = {
	{ "worker", 1, work },
	{ "operator", 1, replace },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "jobs are done once, and in order", SABOT_WHEN_SETTLED, in_order },
	{ "every job is done", SABOT_AT_END, all_done },
	{ "it can be seen what became of the messages", SABOT_AT_END, look },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-worker", .variant = &good, .fault = { SABOT_KILL, "worker" } },
	{ .name = "says-nothing", .variant = &says_nothing, .caught_by = "deadlock" },
	{ .name = "too-early", .variant = &too_early, .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &says_nothing,
	  .characterises = "a POSIX message queue is unlinked while a process waits in it",
	  .known = (const char *const[]){ "worker blocks for ever in mq_receive", NULL } },
	{ .name = "platform-receiver-asleep",
	  .variant = &receiver,
	  .fault = { SABOT_KILL, "worker", .where = SABOT_ASLEEP },
	  .characterises = "a receiver of a POSIX message queue is killed while it sleeps",
	  .known = (const char *const[]){ "no message is lost", NULL } },
	{ .name = "platform-receiver-woken",
	  .variant = &receiver,
	  .fault = { SABOT_KILL, "worker", .where = SABOT_WOKEN },
	  .characterises = "a receiver of a POSIX message queue is killed when it has been woken",
	  .known = (const char *const[]){ "its message is lost", NULL } },
	{ .name = "platform-sender-asleep",
	  .variant = &sender,
	  .fault = { SABOT_KILL, "worker", .where = SABOT_ASLEEP },
	  .characterises = "a sender is killed while it waits for room in a POSIX message queue",
	  .known = (const char *const[]){ "its message is not sent", NULL } },
	{ .name = "platform-sender-woken",
	  .variant = &sender,
	  .fault = { SABOT_KILL, "worker", .where = SABOT_WOKEN },
	  .characterises = "a sender of a POSIX message queue is killed when it has been woken",
	  .known = (const char *const[]){ "its message is sent", NULL } },
	{ 0 },
};

const struct sabot_scenario mq_unlinked = {
	.name = "mq-unlinked",
	.group = "message-queues",
	.about = "a name that is unlinked wakes nobody who waits in its queue",
	.tags = "crash removal platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
