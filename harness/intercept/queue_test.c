/* SPDX-License-Identifier: Apache-2.0 */
/* Message queues, with real processes under seeded schedules. */
#include "intercept/seeded_test.h"

#include <mqueue.h>
#include <sys/msg.h>

#define NAME "/sabot-queue-test"

enum {
	HOUR = 3600,
	LAST = 4,
	STUCK = 1u << KIND_DEADLOCK | 1u << KIND_ORPHANED | 1u << KIND_STUCK
};

struct shared {
	int id;
	int told;
	uint32_t taken[3]; /* bits of numbers, by type */
};

struct message {
	long type;
	int number;
};

#define SCENARIO(name_, setup_, ...)                                                               \
	static const struct sabot_role name_##_roles[] = { __VA_ARGS__, { 0 } };                   \
	static const struct sabot_scenario name_ = { .name = #name_,                               \
						     .group = "test",                              \
						     .shared_size = sizeof(struct shared),         \
						     .setup = setup_,                              \
						     .roles = name_##_roles }

/* ---- System V ------------------------------------------------------------------------------ */

/* Room for two messages. */
static void make_sysv(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	struct msqid_ds status;

	shared->id = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	SABOT_OK(msgctl(shared->id, IPC_STAT, &status));
	status.msg_qbytes = 2 * sizeof(int);
	SABOT_OK(msgctl(shared->id, IPC_SET, &status));
}

static void send_four(struct sabot_task *task)
{
	struct message message;
	int i;

	for (i = 1; i <= LAST; i++) {
		message = (struct message){ .type = 1 + i % 2, .number = i };
		SABOT_OK(msgsnd(((struct shared *)sabot_shared(task))->id, &message, sizeof(int),
				0));
	}
}

static void take_two(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	long type = 1 + (long)sabot_index(task);
	struct message message;
	int i, last = 0;

	for (i = 0; i < LAST / 2; i++) {
		SABOT_OK(msgrcv(shared->id, &message, sizeof(int), type, 0));
		sabot_assert(task, message.type == type && message.number > last,
			     "%d of type %ld after %d", message.number, message.type, last);
		last = message.number;
		shared->taken[type] |= 1u << last;
	}
}
SCENARIO(typed, make_sysv, { "sender", 1, send_four }, { "taker", 2, take_two });

static void messages_go_to_who_wants_their_type(void **state)
{
	(void)state;
	seeded(&typed, 40, 0);
	seeded_sweep(&typed, 2, PLAN_STOP, 0, 0);
	seeded_sweep(&typed, 2, PLAN_KILL, 0, STUCK);
	assert_true(seen.kinds[KIND_ORPHANED] > 0);
}

static void remove_queue(struct sabot_task *task)
{
	SABOT_OK(msgctl(((struct shared *)sabot_shared(task))->id, IPC_RMID, NULL));
}

static void wait_in_vain(struct sabot_task *task)
{
	struct message message;
	ssize_t got =
		msgrcv(((struct shared *)sabot_shared(task))->id, &message, sizeof(int), 1, 0);

	sabot_assert(task, got < 0 && (errno == EIDRM || errno == EINVAL), "got %zd, errno %d", got,
		     errno);
}
SCENARIO(removed, make_sysv, { "remover", 1, remove_queue }, { "taker", 2, wait_in_vain });

static void removal_wakes_all(void **state)
{
	(void)state;
	seeded(&removed, 20, 0);
	assert_true(seen.errors[OP_MSGRCV][EIDRM] > 0 && seen.errors[OP_MSGRCV][EINVAL] > 0);
	assert_true(seen.kinds[KIND_NONE] == seen.runs);
}

/* ---- POSIX --------------------------------------------------------------------------------- */

static void make_posix(struct sabot_env *env)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = sizeof(int) };
	struct shared *shared = sabot_env_shared(env);

	(void)mq_unlink(NAME);
	shared->id = SABOT_OK(mq_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
}

static void send_in_time(struct sabot_task *task)
{
	mqd_t queue = SABOT_OK(mq_open(NAME, O_WRONLY));
	struct timespec end;
	int i;

	for (i = 1; i <= LAST; i++) {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
		end.tv_sec += HOUR;
		if (mq_timedsend(queue, (const char *)&i, sizeof(i), 0, &end) != 0)
			sabot_assert(task, errno == ETIMEDOUT, "errno %d", errno);
	}
	SABOT_OK(mq_close(queue));
}

static void take_in_time(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open(NAME, O_RDONLY));
	struct timespec end;
	int number, last = 0;

	for (;;) {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &end));
		end.tv_sec += HOUR;
		if (mq_timedreceive(queue, (char *)&number, sizeof(number), NULL, &end) < 0)
			break;
		sabot_assert(task, number > last, "%d after %d", number, last);
		last = number;
		shared->taken[0] |= 1u << number;
	}
	sabot_assert(task, errno == ETIMEDOUT, "errno %d", errno);
	SABOT_OK(mq_close(queue));
}
SCENARIO(timed, make_posix, { "sender", 1, send_in_time }, { "taker", 1, take_in_time });

static void a_timed_wait_ends_on_virtual_time(void **state)
{
	(void)state;
	seeded(&timed, 40, 0);
	assert_true(seen.errors[OP_MQ_TIMEDRECEIVE][ETIMEDOUT] == seen.runs);
	assert_true(seen.errors[OP_MQ_TIMEDSEND][0] > seen.runs);
	seeded_sweep(&timed, 1, PLAN_KILL, 0, 0);
	assert_true(seen.errors[OP_MQ_TIMEDSEND][ETIMEDOUT] > 0);
	seeded_sweep(&timed, 1, PLAN_STOP, 0, 0);
}

static void leave_names(struct sabot_task *task)
{
	mqd_t queue = SABOT_OK(mq_open(NAME "-left", O_RDWR | O_CREAT, 0600, NULL));

	SABOT_OK(mq_close(queue));
	(void)task;
}

static void leave_ids(struct sabot_task *task)
{
	SABOT_OK(msgget(IPC_PRIVATE, 0600));
	(void)task;
}
SCENARIO(names, NULL, { "maker", 1, leave_names });
SCENARIO(ids, NULL, { "maker", 1, leave_ids });

static void what_is_left_is_a_leak(void **state)
{
	(void)state;
	seeded(&names, 1, 1u << KIND_LEAK);
	assert_int_equal(seen.kinds[KIND_LEAK], 1);
	assert_non_null(strstr(control->finding.message, NAME "-left"));
	assert_int_equal(mq_open(NAME "-left", O_RDONLY), -1);
	seeded(&ids, 1, 1u << KIND_LEAK);
	assert_int_equal(seen.kinds[KIND_LEAK], 1);
}

/* ---- Notification -------------------------------------------------------------------------- */

static struct shared *whose;

static void tell(union sigval value)
{
	whose->told += value.sival_int;
}

static void on_message(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	if (info->si_code == SI_MESGQ)
		tell(info->si_value);
}

static void drain(struct sabot_task *task, mqd_t queue)
{
	struct shared *shared = sabot_shared(task);
	int number;

	while (mq_receive(queue, (char *)&number, sizeof(number), NULL) > 0)
		shared->taken[0] |= 1u << number;
	sabot_assert(task, errno == EAGAIN, "errno %d", errno);
}

static void be_told(struct sabot_task *task, struct sigevent *event)
{
	struct shared *shared = whose = sabot_shared(task);
	mqd_t queue = SABOT_OK(mq_open(NAME, O_RDONLY | O_NONBLOCK));
	struct timespec second = { .tv_sec = 1 };
	int asked = 0;

	event->sigev_value.sival_int = 1;
	while (!(shared->taken[0] & 1u << LAST)) {
		if (shared->told == asked) {
			SABOT_OK(mq_notify(queue, event));
			asked++;
		}
		drain(task, queue);
		if (shared->told < asked && !(shared->taken[0] & 1u << LAST))
			(void)nanosleep(&second, NULL); /* tidy-allow calls: a signal ends it */
	}
	SABOT_OK(mq_close(queue));
}

static void be_told_by_signal(struct sabot_task *task)
{
	struct sigaction action = { .sa_sigaction = on_message, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	be_told(task, &event);
}

static void be_told_by_thread(struct sabot_task *task)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = tell };

	be_told(task, &event);
}

static void send_some(struct sabot_task *task)
{
	mqd_t queue = SABOT_OK(mq_open(NAME, O_WRONLY));
	int i;

	for (i = 1; i <= LAST; i++)
		SABOT_OK(mq_send(queue, (const char *)&i, sizeof(i), 0));
	SABOT_OK(mq_close(queue));
	(void)task;
}
SCENARIO(signalled, make_posix, { "taker", 1, be_told_by_signal }, { "sender", 1, send_some });
SCENARIO(threaded, make_posix, { "taker", 1, be_told_by_thread }, { "sender", 1, send_some });

/* How often a message was told of, over all runs. */
static int count_told(const struct sabot_scenario *scenario)
{
	uint64_t seed;
	int told = 0;

	for (seed = 1; seed <= 10; seed++) {
		seeded_twice(scenario, seed, false, NULL);
		seeded_judge(scenario, seed, 0);
		told += ((struct shared *)control->shared)->told;
		assert_int_equal(((struct shared *)control->shared)->taken[0], 0x1e);
	}
	return told;
}

static void a_message_is_told_of_by_signal(void **state)
{
	(void)state;
	seeded(&signalled, 30, 0);
	assert_true(count_told(&signalled) > 0);
	seeded_sweep(&signalled, 1, PLAN_STOP, 0, 0);
}

static void a_message_is_told_of_by_thread(void **state)
{
	(void)state;
	seeded(&threaded, 30, 0);
	assert_true(count_told(&threaded) > 0);
	seeded_sweep(&threaded, 1, PLAN_STOP, 0, 0);
}

static void die_of_it(struct sabot_task *task)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	mqd_t queue = SABOT_OK(mq_open(NAME, O_RDONLY));

	SABOT_OK(mq_notify(queue, &event));
	((struct shared *)sabot_shared(task))->told = 1;
	(void)pause();
}

static void send_one(struct sabot_task *task)
{
	mqd_t queue = SABOT_OK(mq_open(NAME, O_WRONLY));
	int number = 1;

	SABOT_OK(mq_send(queue, (const char *)&number, sizeof(number), 0));
	SABOT_OK(mq_close(queue));
	(void)task;
}

static void send_when_awaited(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);

	while (!shared->told)
		(void)sched_yield();
	send_one(task);
}
SCENARIO(deadly, make_posix, { "taker", 1, die_of_it }, { "sender", 1, send_when_awaited });

static void to_die_of_what_one_asked_for_is_no_crash(void **state)
{
	(void)state;
	seeded(&deadly, 10, 0);
	assert_int_equal(control->tasks[0].state, TASK_DEAD);
	assert_int_equal(control->tasks[0].status, SIGUSR1);
}

/* Drains first, and asks then: a message that comes in between is not told of. */
static void ask_too_late(struct sabot_task *task)
{
	struct sigaction action = { .sa_sigaction = on_message, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1,
				  .sigev_value.sival_int = 1 };
	mqd_t queue = SABOT_OK(mq_open(NAME, O_RDONLY | O_NONBLOCK));
	sigset_t told, others;

	whose = sabot_shared(task);
	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &told, &others));
	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	drain(task, queue);
	if (!whose->taken[0]) {
		SABOT_OK(mq_notify(queue, &event));
		while (!whose->told)
			(void)sigsuspend(&others);
		drain(task, queue);
	}
	SABOT_OK(mq_close(queue));
}
SCENARIO(late, make_posix, { "taker", 1, ask_too_late }, { "sender", 1, send_one });

static void who_asks_too_late_has_lost_the_wake_up(void **state)
{
	(void)state;
	seeded(&late, 60, 1u << KIND_LOST_WAKEUP);
	assert_true(seen.kinds[KIND_LOST_WAKEUP] > 0);
	assert_true(seen.kinds[KIND_NONE] > 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(messages_go_to_who_wants_their_type),
	cmocka_unit_test(removal_wakes_all),
	cmocka_unit_test(a_timed_wait_ends_on_virtual_time),
	cmocka_unit_test(what_is_left_is_a_leak),
	cmocka_unit_test(a_message_is_told_of_by_signal),
	cmocka_unit_test(a_message_is_told_of_by_thread),
	cmocka_unit_test(to_die_of_what_one_asked_for_is_no_crash),
	cmocka_unit_test(who_asks_too_late_has_lost_the_wake_up),
};

SEEDED_MAIN(tests)
