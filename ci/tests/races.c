/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes and one plain word, and between them each of the ways in which one tells the other
 * that it is done, or keeps it out. Compiled with memory points. In no case but those that name the
 * oracle is there a data race. Each way has a twin that does the same, but stores after it.
 */
#define _GNU_SOURCE 1
#include "ci/tests/races.h"

/* Either passes something on and takes it, or brackets what is done. */
struct way {
	void (*give)(struct shared *shared), (*take)(struct shared *shared);
	void (*enter)(struct shared *shared), (*leave)(struct shared *shared);
	bool late; /* what is done is done after the other was told, or is let in */
};

static void setup(struct sabot_env *env)
{
	struct mq_attr room = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_rwlockattr_t rwlock;
	pthread_barrierattr_t barrier;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->mutex, &mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->cond, &cond);
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&shared->rwlock, &rwlock);
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->barrier, &barrier, 2);
	pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED);
	sem_init(&shared->sem, 1, 0);
	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 3, 0600));
	SABOT_OK(semctl(shared->semid, 2, SETVAL, 1));
	shared->msgid = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	shared->file = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));
	SABOT_OK(pipe(shared->pipe));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->pair));
	shared->event = SABOT_OK(eventfd(0, 0));
	shared->queue = SABOT_OK(mq_open("/queue", O_RDWR | O_CREAT | O_EXCL, 0600, &room));
}

/* ---- The bodies ---------------------------------------------------------------------------- */

static void give(struct sabot_task *task)
{
	const struct way *way = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (!way->enter) {
		if (!way->late)
			shared->word = 1;
		way->give(shared);
		if (way->late)
			shared->word = 1;
		return;
	}
	way->enter(shared);
	if (!way->late)
		shared->word++;
	way->leave(shared);
	if (way->late)
		shared->word++;
}

static void take(struct sabot_task *task)
{
	const struct way *way = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	if (way->enter) {
		give(task);
		return;
	}
	way->take(shared);
	sabot_assert(task, shared->word == 1 || way->late, "the word is %u", shared->word);
}

static void *count(void *shared)
{
	((struct shared *)shared)->sum++;
	return NULL;
}

/* One after the other: this one, a child, a thread, and this one again. */
static void make(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pthread_t thread;
	pid_t child;

	shared->sum++;
	child = SABOT_OK(fork());
	if (child == 0) {
		shared->sum++;
		_exit(0);
	}
	SABOT_OK(waitpid(child, NULL, 0));
	SABOT_ZERO(pthread_create(&thread, NULL, count, shared));
	SABOT_ZERO(pthread_join(thread, NULL));
	shared->sum++;
	sabot_assert(task, shared->sum == 4, "%u have counted", shared->sum);
}

/* The same, and nobody waits for anybody. */
static void hurry(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const bool *by_thread = sabot_variant(task);
	pthread_t thread;
	pid_t child = -1;

	if (*by_thread)
		SABOT_ZERO(pthread_create(&thread, NULL, count, shared));
	else
		child = SABOT_OK(fork());
	if (child == 0) {
		shared->sum++;
		_exit(0);
	}
	shared->sum++;
	if (*by_thread)
		SABOT_ZERO(pthread_join(thread, NULL));
	else
		SABOT_OK(waitpid(child, NULL, 0));
}

static const struct sabot_role hurried[] = { { "maker", 1, hurry }, { 0 } };
static const bool by_thread = true, by_child = false;
static const struct sabot_case hurries[] = {
	{ .name = "thread", .variant = &by_thread, .caught_by = "data race" },
	{ .name = "child", .variant = &by_child, .caught_by = "data race" },
	{ 0 },
};
static const struct sabot_scenario makers = { .name = "makers",
					      .group = "races",
					      .about = "who is made runs beside who made it",
					      .shared_size = sizeof(struct shared),
					      .roles = hurried,
					      .cases = hurries };

static const struct sabot_role roles[] = {
	{ "giver", 1, give }, { "taker", 1, take }, { "maker", 1, make }, { 0 }
};

#define TOLD(name_, give_, take_)                                                                  \
	{                                                                                          \
		.name = (name_), .variant = &(const struct way)                                    \
		{                                                                                  \
			.give = (give_), .take = (take_)                                           \
		}                                                                                  \
	}
#define TELLS(name_, give_, take_)                                                                 \
	TOLD(name_, give_, take_),                                                                 \
	{                                                                                          \
		.name = name_ "-late",                                                             \
		.variant = &(const struct way){ .give = (give_), .take = (take_), .late = true },  \
		.caught_by = "data race"                                                           \
	}
#define ALONE(enter_, leave_)                                                                      \
	.variant = &(const struct way)                                                             \
	{                                                                                          \
		.enter = (enter_), .leave = (leave_)                                               \
	}

#define KEEPS_OUT(name_, enter_, leave_)                                                           \
	{ .name = (name_), ALONE(enter_, leave_) },                                                \
	{                                                                                          \
		.name = name_ "-late",                                                             \
		.variant =                                                                         \
			&(const struct way){ .enter = (enter_), .leave = (leave_), .late = true }, \
		.caught_by = "data race"                                                           \
	}

static const struct sabot_case cases[] = {
	TELLS("sem", post, await_post),
	TELLS("semop", add, subtract),
	TELLS("semop-second", add_second, subtract_second),
	TELLS("semop-zero", to_zero, await_zero),
	TELLS("semctl", set_zero, await_zero),
	TELLS("semctl-removed", remove_set, await_removal),
	TELLS("msg", send_message, receive_message),
	TELLS("mq", send_posix, receive_posix),
	TELLS("pipe", write_pipe, read_pipe),
	TELLS("pipe-poll", write_pipe, poll_pipe),
	TELLS("pipe-close", close_pipe, await_end),
	TELLS("socket", write_socket, read_socket),
	TELLS("eventfd", write_event, read_event),
	TELLS("barrier", arrive, arrive),
	TELLS("cond", signal_cond, await_cond),
	TELLS("futex", wake, await_wake),
	TELLS("release", release, acquire),
	TELLS("fences", fence_before, fence_after),
	TELLS("name", make_name, await_name),
	TELLS("no-name", remove_name, await_no_name),
	TELLS("sigwait", signal_taker, await_signal),
	TELLS("handler", signal_taker, await_handler),
	TOLD("death", say_pid, await_death),
	KEEPS_OUT("mutex", lock_mutex, unlock_mutex),
	KEEPS_OUT("rwlock", lock_rwlock, unlock_rwlock),
	KEEPS_OUT("spin", lock_spin, unlock_spin),
	KEEPS_OUT("semop-lock", subtract_undo, add_undo),
	KEEPS_OUT("record-lock", lock_record, unlock_record),
	KEEPS_OUT("ofd-lock", lock_ofd, close_own),
	KEEPS_OUT("flock", lock_flock, close_own),
	/* What a death gives back. */
	{ .name = "mutex-kill",
	  ALONE(lock_mutex, unlock_mutex),
	  .fault = { SABOT_KILL, .role = "giver" } },
	{ .name = "semop-kill",
	  ALONE(subtract_undo, add_undo),
	  .fault = { SABOT_KILL, .role = "giver" } },
	{ .name = "record-kill",
	  ALONE(lock_record, unlock_record),
	  .fault = { SABOT_KILL, .role = "giver" } },
	{ .name = "ofd-kill",
	  ALONE(lock_ofd, close_own),
	  .fault = { SABOT_KILL, .role = "giver" } },
	{ .name = "flock-kill",
	  ALONE(lock_flock, close_own),
	  .fault = { SABOT_KILL, .role = "giver" } },
	/* A race, with each seed. */
	{ .name = "bare", ALONE(nothing, nothing), .caught_by = "data race" },
	{ .name = "two-readers", ALONE(lock_shared, unlock_rwlock), .caught_by = "data race" },
	{ .name = "relaxed",
	  .variant = &(const struct way){ .give = relax, .take = acquire },
	  .caught_by = "data race" },
	{ .name = "no-fence",
	  .variant = &(const struct way){ .give = fence_before, .take = look },
	  .caught_by = "data race" },
	{ 0 },
};

static const struct sabot_scenario edges = { .name = "edges",
					     .group = "races",
					     .about = "what one process tells another",
					     .shared_size = sizeof(struct shared),
					     .setup = setup,
					     .roles = roles,
					     .cases = cases };

SABOT_MODULE(&edges, &makers);
