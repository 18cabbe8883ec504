/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader sleeps until mq_notify() tells it of a message. It is told only of one that comes into
 * an empty queue, once, so it asks anew first and empties the queue then.
 *
 * Shows: in that order no message is left unread, whether a signal or a thread tells of it; in the
 * other a message that comes in between is told of to nobody (mq_notify(3); Linux ipc/mqueue.c,
 * __do_notify()). Does not show: another process that asks or receives meanwhile. The closer is
 * not killed: its message is the last.
 */
#include <sabot/sabot.h>

#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

enum { WRITERS = 2, EACH = 2, LAST = WRITERS * EACH, MESSAGES };

struct shared {
	mqd_t queue;
	int ends[2];
	sem_t told; /* by the thread */
	bool sent[MESSAGES];
	int read[MESSAGES];
};

struct variant {
	bool drains_first, by_thread;
};

static const struct variant good = { 0 };
static const struct variant by_thread = { .by_thread = true };
static const struct variant too_late = { .drains_first = true };

/* The queue has room for all. */
static void setup(struct sabot_env *env)
{
	struct mq_attr attr = { .mq_maxmsg = MESSAGES, .mq_msgsize = sizeof(int) };
	struct shared *shared = sabot_env_shared(env);

	shared->queue = SABOT_OK(mq_open("/news", O_RDWR | O_CREAT, 0600, &attr));
	SABOT_OK(pipe(shared->ends));
	SABOT_OK(sem_init(&shared->told, 1, 0));
}

static void send(struct shared *shared, mqd_t queue, int number)
{
	SABOT_OK(mq_send(queue, (const char *)&number, sizeof(number), 0));
	shared->sent[number] = true;
}

static void write_some(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i, first = (int)sabot_index(task) * EACH;

	for (i = first; i < first + EACH; i++)
		send(shared, shared->queue, i);
}

/* When all writers are gone. */
static void write_last(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char byte;

	SABOT_OK(close(shared->ends[1]));
	SABOT_OK(read(shared->ends[0], &byte, 1));
	send(shared, shared->queue, LAST);
}

static void tell(union sigval value)
{
	struct shared *shared = value.sival_ptr;

	SABOT_OK(sem_post(&shared->told));
}

static int ask(struct sabot_task *task, mqd_t queue)
{
	const struct variant *variant = sabot_variant(task);
	struct sigevent event = {
		.sigev_notify = variant->by_thread ? SIGEV_THREAD : SIGEV_SIGNAL,
		.sigev_value.sival_ptr = sabot_shared(task),
	};

	if (variant->by_thread)
		event.sigev_notify_function = tell;
	else
		event.sigev_signo = SIGUSR1;
	return mq_notify(queue, &event);
}

static void sleep_until_told(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (variant->by_thread)
		SABOT_OK(sem_wait(&shared->told));
	else
		while (sigwaitinfo(&set, NULL) < 0) /* it was stopped */
			sabot_assert(task, errno == EINTR, "errno %d", errno);
}

static void drain(struct sabot_task *task, mqd_t queue)
{
	struct shared *shared = sabot_shared(task);
	int number;

	while (mq_receive(queue, (char *)&number, sizeof(number), NULL) >= 0)
		shared->read[number]++;
	sabot_assert(task, errno == EAGAIN, "mq_receive() fails, errno %d", errno);
}

static void read_all(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open("/news", O_RDONLY | O_NONBLOCK));
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	SABOT_OK(close(shared->ends[1]));
	for (;;) {
		if (variant->drains_first)
			drain(task, queue);
		if (shared->read[LAST])
			break;
		SABOT_OK(ask(task, queue));
		if (!variant->drains_first)
			drain(task, queue);
		if (shared->read[LAST])
			break;
		sleep_until_told(task);
	}
	SABOT_OK(mq_close(queue));
}

static void read_once(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i;

	for (i = 0; i < MESSAGES; i++)
		sabot_require(check, shared->read[i] <= 1, "%d is read %d times", i,
			      shared->read[i]);
}

static void none_unread(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
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
	{ .name = "kill-writer", .variant = &good, .fault = { SABOT_KILL, "writer" } },
	{ .name = "kill-reader", .variant = &good, .fault = { SABOT_KILL, "reader" } },
	{ .name = "stop-reader", .variant = &good, .fault = { SABOT_STOP, "reader" } },
	{ .name = "by-thread", .variant = &by_thread },
	{ .name = "by-thread-kill", .variant = &by_thread, .fault = { SABOT_KILL, "writer" } },
	{ .name = "too-late", .variant = &too_late, .caught_by = "lost wake-up" },
	{ 0 },
};

const struct sabot_scenario mq_notify_scenario = {
	.name = "mq-notify",
	.group = "message-queues",
	.about = "who asks to be told of a message asks first and empties the queue then",
	.tags = "signal crash producer-consumer",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
