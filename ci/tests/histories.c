/* SPDX-License-Identifier: Apache-2.0 */
/* Objects whose operations are recorded, right ones and wrong ones; see histories_test.sh. */
#include <sabot/sabot.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

enum { QUEUE }; /* histories */
enum { SLOTS = 16, ITEMS = 2 };

static const char *const points[] = { "in between", NULL };

/* ---- A queue in shared memory, under a robust mutex or under none -------------------------- */

struct queue {
	pthread_mutex_t mutex;
	unsigned head, tail, begun, ended; /* the last two: of enqueues */
	int64_t items[SLOTS];
};

struct queue_variant {
	bool locks;
	bool early; /* the tail moves before the item is there */
};

static const struct queue_variant locked = { .locks = true };
static const struct queue_variant killed_after = { .locks = true };
static const struct queue_variant killed_before = { .locks = true };
static const struct queue_variant unlocked = { .locks = false };
static const struct queue_variant locked_early = { .locks = true, .early = true };

static void setup_queue(struct sabot_env *env)
{
	struct queue *queue = sabot_env_shared(env);
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	SABOT_ZERO(pthread_mutex_init(&queue->mutex, &attr));
}

static void take_lock(struct sabot_task *task)
{
	const struct queue_variant *variant = sabot_variant(task);
	struct queue *queue = sabot_shared(task);

	/* Whoever died with it left the queue as it was, or with one item more. */
	if (variant->locks && pthread_mutex_lock(&queue->mutex) == EOWNERDEAD)
		SABOT_ZERO(pthread_mutex_consistent(&queue->mutex));
}

static void give_lock(struct sabot_task *task)
{
	const struct queue_variant *variant = sabot_variant(task);
	struct queue *queue = sabot_shared(task);

	if (variant->locks)
		SABOT_ZERO(pthread_mutex_unlock(&queue->mutex));
}

static void enqueue(struct sabot_task *task, int64_t item)
{
	const struct queue_variant *variant = sabot_variant(task);
	struct queue *queue = sabot_shared(task);
	unsigned tail;

	sabot_call(task, QUEUE, SABOT_ENQUEUE, item);
	queue->begun++;
	take_lock(task);
	tail = queue->tail;
	if (variant->early)
		queue->tail = tail + 1;
	else
		queue->items[tail % SLOTS] = item;
	sabot_point(task, "in between");
	if (variant->early)
		queue->items[tail % SLOTS] = item;
	else
		queue->tail = tail + 1;
	give_lock(task);
	queue->ended++;
	sabot_return(task, 0);
}

static int64_t dequeue(struct sabot_task *task)
{
	struct queue *queue = sabot_shared(task);
	int64_t item = SABOT_EMPTY;

	sabot_call(task, QUEUE, SABOT_DEQUEUE, 0);
	take_lock(task);
	if (queue->head != queue->tail)
		item = queue->items[queue->head++ % SLOTS];
	give_lock(task);
	return sabot_return(task, item);
}

static void produce(struct sabot_task *task)
{
	int64_t item;

	for (item = 1; item <= ITEMS; item++)
		enqueue(task, 10 * (sabot_index(task) + 1) + item);
}

static void consume(struct sabot_task *task)
{
	int i;

	for (i = 0; i < ITEMS * 3; i++) {
		(void)dequeue(task);
		sabot_point(task, "in between");
	}
}

/* Twins of what is right: so the sweep that passes has tried both ends of a killed enqueue. */
static void never_takes_place(struct sabot_check *check)
{
	const struct queue *queue = sabot_check_shared(check);

	sabot_require(check,
		      sabot_check_variant(check) != &killed_after || queue->begun == queue->ended ||
			      queue->tail < queue->begun,
		      "it has, %u items came", queue->tail);
}

static void always_takes_place(struct sabot_check *check)
{
	const struct queue *queue = sabot_check_shared(check);

	sabot_require(check,
		      sabot_check_variant(check) != &killed_before || queue->tail == queue->begun,
		      "%u enqueues, %u items came", queue->begun, queue->tail);
}

static const struct sabot_invariant queue_invariants[] = {
	{ "a killed enqueue never takes place", SABOT_AT_END, never_takes_place },
	{ "a killed enqueue always takes place", SABOT_AT_END, always_takes_place },
	{ 0 },
};

static const struct sabot_role queue_roles[] = {
	{ "producer", 2, produce },
	{ "consumer", 1, consume },
	{ 0 },
};

static const struct sabot_history queue_histories[] = {
	[QUEUE] = { .name = "each item leaves once, in the order of arrival",
		    .specification = &sabot_fifo_queue },
	{ 0 },
};

static const struct sabot_case queue_cases[] = {
	{ .name = "mutex", .variant = &locked },
	{ .name = "kill", .variant = &locked, .fault = { .kind = SABOT_KILL, .role = "producer" } },
	{ .name = "killed-after",
	  .variant = &killed_after,
	  .fault = { .kind = SABOT_KILL, .role = "producer" },
	  .caught_by = "a killed enqueue never takes place" },
	{ .name = "killed-before",
	  .variant = &killed_before,
	  .fault = { .kind = SABOT_KILL, .role = "producer" },
	  .caught_by = "a killed enqueue always takes place" },
	{ .name = "no-mutex",
	  .variant = &unlocked,
	  .caught_by = "each item leaves once, in the order of arrival" },
	{ .name = "kill-early",
	  .variant = &locked_early,
	  .fault = { .kind = SABOT_KILL, .role = "producer" },
	  .caught_by = "each item leaves once, in the order of arrival" },
	{ 0 },
};

static const struct sabot_scenario queue_scenario = {
	.name = "queue",
	.group = "histories",
	.about = "a queue in shared memory",
	.shared_size = sizeof(struct queue),
	.setup = setup_queue,
	.roles = queue_roles,
	.invariants = queue_invariants,
	.histories = queue_histories,
	.cases = queue_cases,
	.points = points,
	.keeps_no_state = true,
};

/* ---- A lock, whose owners die -------------------------------------------------------------- */

enum { MUTEX }; /* histories */

static void lock_once(struct sabot_task *task)
{
	struct queue *queue = sabot_shared(task);
	int error;

	sabot_call(task, MUTEX, SABOT_LOCK, 0);
	error = pthread_mutex_lock(&queue->mutex);
	if (error == EOWNERDEAD)
		SABOT_ZERO(pthread_mutex_consistent(&queue->mutex));
	sabot_return(task, error);
	sabot_point(task, "in between");
	sabot_call(task, MUTEX, SABOT_UNLOCK, 0);
	sabot_return(task, pthread_mutex_unlock(&queue->mutex));
}

/* Says that it has the lock when it has asked for it. */
static void lock_hastily(struct sabot_task *task)
{
	struct queue *queue = sabot_shared(task);

	sabot_call(task, MUTEX, SABOT_LOCK, 0);
	sabot_return(task, 0);
	sabot_point(task, "in between");
	sabot_call(task, MUTEX, SABOT_UNLOCK, 0);
	queue->head++;
	sabot_return(task, 0);
}

static void lock_variant(struct sabot_task *task)
{
	if (sabot_variant(task))
		lock_hastily(task);
	else
		lock_once(task);
}

static const struct sabot_role lock_roles[] = { { "owner", 3, lock_variant }, { 0 } };

static const struct sabot_history lock_histories[] = {
	[MUTEX] = { .name = "one has the lock at a time", .specification = &sabot_lock },
	{ 0 },
};

static const struct sabot_case lock_cases[] = {
	{ .name = "lock", .fault = { .kind = SABOT_KILL }, .second = { .kind = SABOT_KILL } },
	{ .name = "no-lock", .variant = "hasty", .caught_by = "one has the lock at a time" },
	{ 0 },
};

static const struct sabot_scenario lock_scenario = {
	.name = "lock",
	.group = "histories",
	.about = "a robust mutex",
	.shared_size = sizeof(struct queue),
	.setup = setup_queue,
	.roles = lock_roles,
	.histories = lock_histories,
	.cases = lock_cases,
	.points = points,
};

/* ---- A specification of one's own: a number that only grows -------------------------------- */

enum { MAXIMUM };	  /* histories */
enum { RAISE = 1, SHOW }; /* operations */

static void start_maximum(struct sabot_state *state, int64_t parameter)
{
	sabot_state_insert(state, 0, parameter);
}

static bool apply_maximum(struct sabot_state *state, const struct sabot_operation *operation)
{
	if (operation->what == RAISE && operation->argument > state->values[0])
		state->values[0] = operation->argument;
	return operation->what == RAISE || operation->unknown ||
	       operation->result == state->values[0];
}

static void describe_maximum(const struct sabot_operation *operation, char *text, size_t size)
{
	if (operation->what == RAISE)
		snprintf(text, size, "raise to %" PRId64, operation->argument);
	else if (operation->unknown)
		snprintf(text, size, "show");
	else
		snprintf(text, size, "show %" PRId64, operation->result);
}

static const struct sabot_specification maximum = {
	.name = "a maximum",
	.start = start_maximum,
	.apply = apply_maximum,
	.describe = describe_maximum,
};

static void raise_to(struct sabot_task *task)
{
	int64_t *shared = sabot_shared(task), value = sabot_index(task) + 1;

	sabot_call(task, MAXIMUM, RAISE, value);
	if (*shared < value) {
		sabot_point(task, "in between");
		*shared = value;
	}
	sabot_return(task, SABOT_UNKNOWN);
	sabot_call(task, MAXIMUM, SHOW, 0);
	sabot_return(task, *shared);
}

static const struct sabot_role maximum_roles[] = { { "raiser", 2, raise_to }, { 0 } };

static const struct sabot_history maximum_histories[] = {
	[MAXIMUM] = { .name = "it only grows", .specification = &maximum, .parameter = 0 },
	{ 0 },
};

static const struct sabot_case maximum_cases[] = {
	{ .name = "own", .caught_by = "it only grows" },
	{ 0 },
};

static const struct sabot_scenario maximum_scenario = {
	.name = "maximum",
	.group = "histories",
	.about = "a specification of its own",
	.shared_size = sizeof(int64_t),
	.roles = maximum_roles,
	.histories = maximum_histories,
	.cases = maximum_cases,
	.points = points,
};

/* ---- What is no history -------------------------------------------------------------------- */

static void call_unlisted(struct sabot_task *task)
{
	sabot_point(task, "in between");
	sabot_call(task, 7, SABOT_ENQUEUE, 1);
}

static void call_twice(struct sabot_task *task)
{
	sabot_point(task, "in between");
	sabot_call(task, QUEUE, SABOT_ENQUEUE, 1);
	sabot_call(task, QUEUE, SABOT_DEQUEUE, 0);
}

static void return_only(struct sabot_task *task)
{
	sabot_point(task, "in between");
	sabot_return(task, 0);
}

static void never_return(struct sabot_task *task)
{
	sabot_point(task, "in between");
	sabot_call(task, QUEUE, SABOT_ENQUEUE, 1);
}

static void call_often(struct sabot_task *task)
{
	int64_t i;

	for (i = 0; i < 5000; i++) {
		sabot_call(task, QUEUE, i % 2 ? SABOT_DEQUEUE : SABOT_ENQUEUE, i);
		sabot_return(task, i % 2 ? i - 1 : 0);
	}
	sabot_point(task, "in between");
}

static void record_nothing(struct sabot_task *task)
{
	sabot_point(task, "in between");
}

struct misuse {
	void (*body)(struct sabot_task *task);
};

static const struct misuse unlisted = { call_unlisted }, twice = { call_twice },
			   only_return = { return_only }, open_end = { never_return },
			   often = { call_often }, nothing = { record_nothing };

static void misuse(struct sabot_task *task)
{
	const struct misuse *variant = sabot_variant(task);

	variant->body(task);
}

static const struct sabot_role misuse_roles[] = { { "worker", 1, misuse }, { 0 } };

static const struct sabot_case misuse_cases[] = {
	{ .name = "unlisted", .variant = &unlisted },
	{ .name = "twice", .variant = &twice },
	{ .name = "only-return", .variant = &only_return },
	{ .name = "open-end", .variant = &open_end },
	{ .name = "often", .variant = &often },
	{ .name = "nothing", .variant = &nothing },
	{ 0 },
};

static const struct sabot_scenario misuse_scenario = {
	.name = "misuse",
	.group = "histories",
	.about = "histories that cannot be judged",
	.roles = misuse_roles,
	.histories = queue_histories,
	.cases = misuse_cases,
	.points = points,
};

SABOT_MODULE(&queue_scenario, &lock_scenario, &maximum_scenario, &misuse_scenario);
