/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets, with real processes under seeded schedules. All Unix: without a network namespace the
 * loopback is everybody's. That has os/network_test.c, and the scenarios.
 */
#include "intercept/seeded_test.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

enum { HOUR = 3600, MESSAGES = 5, WAITS = 1 << KIND_DEADLOCK | 1 << KIND_STUCK };

struct shared {
	int end[2], listener;
	int type;
};

static struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "listener" };

static void make_pair(struct sabot_env *env, int type)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(socketpair(AF_UNIX, type, 0, shared->end));
}

static void make_stream(struct sabot_env *env)
{
	make_pair(env, SOCK_STREAM);
}

static void make_packets(struct sabot_env *env)
{
	make_pair(env, SOCK_SEQPACKET);
}

static void make_listener(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->listener = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	SABOT_OK(bind(shared->listener, (struct sockaddr *)&address, sizeof(address)));
	SABOT_OK(listen(shared->listener, 0));
}

#define SOCKET_SCENARIO(name_, setup_, ...)                                                        \
	static const struct sabot_role name_##_roles[] = { __VA_ARGS__, { 0 } };                   \
	static const struct sabot_scenario name_##_scenario = {                                    \
		.name = #name_,                                                                    \
		.shared_size = sizeof(struct shared),                                              \
		.setup = setup_,                                                                   \
		.roles = name_##_roles,                                                            \
	}

static int own_end(struct sabot_task *task, int end)
{
	const struct shared *shared = sabot_shared(task);

	SABOT_OK(close(shared->end[!end]));
	return shared->end[end];
}

static void speak(struct sabot_task *task)
{
	int fd = own_end(task, 0), i;
	struct iovec part = { &i, sizeof(i) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	for (i = 0; i < MESSAGES; i++) {
		ssize_t sent = i % 2 ? send(fd, &i, sizeof(i), MSG_NOSIGNAL)
				     : sendmsg(fd, &message, MSG_NOSIGNAL);

		sabot_assert(task, sent == sizeof(i) || errno == EPIPE || errno == ECONNRESET,
			     "sent %zd, errno %d", sent, errno);
	}
	SABOT_OK(shutdown(fd, SHUT_WR));
	SABOT_OK(close(fd));
}

static void hear(struct sabot_task *task)
{
	int fd = own_end(task, 1), next = 0, got;

	while (recvfrom(fd, &got, sizeof(got), 0, NULL, NULL) == sizeof(got))
		sabot_assert(task, got == next++, "message %d came after %d", got, next - 2);
	SABOT_OK(close(fd));
}
SOCKET_SCENARIO(stream, make_stream, { "speaker", 1, speak }, { "hearer", 1, hear });
SOCKET_SCENARIO(packets, make_packets, { "speaker", 1, speak }, { "hearer", 1, hear });

static void call_up(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	int fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	char byte = 'x';

	SABOT_OK(close(shared->listener));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		(void)send(fd, &byte, 1, MSG_NOSIGNAL);
		(void)recv(fd, &byte, 1, 0);
	}
	SABOT_OK(close(fd));
}

static void answer(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	char byte;
	int i;

	for (i = 0; i < 3; i++) {
		int fd = SABOT_OK(accept4(shared->listener, NULL, NULL, SOCK_CLOEXEC));

		if (recv(fd, &byte, 1, 0) == 1)
			(void)send(fd, &byte, 1, MSG_NOSIGNAL);
		SABOT_OK(close(fd));
	}
	SABOT_OK(close(shared->listener));
}
SOCKET_SCENARIO(calls, make_listener, { "caller", 3, call_up }, { "answerer", 1, answer });

static int64_t now_s(void)
{
	struct timespec time;

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &time));
	return (int64_t)time.tv_sec;
}

static void set_time(struct sabot_task *task, int fd, int option)
{
	struct timeval hour = { .tv_sec = HOUR, .tv_usec = 250000 }, got = { 0 };
	struct timeval wrong = { .tv_usec = 1000000 };
	socklen_t size = sizeof(got);

	SABOT_OK(setsockopt(fd, SOL_SOCKET, option, &hour, sizeof(hour)));
	SABOT_OK(getsockopt(fd, SOL_SOCKET, option, &got, &size));
	sabot_assert(task, got.tv_sec == HOUR && got.tv_usec / 10000 == 25, "%lld s, %ld us",
		     (long long)got.tv_sec, (long)got.tv_usec);
	sabot_assert(task,
		     setsockopt(fd, SOL_SOCKET, option, &wrong, sizeof(wrong)) == -1 &&
			     errno == EDOM,
		     "errno %d", errno);
}

/* Nobody sends, nobody reads, nobody connects: each call ends in an hour. */
static void wait_an_hour_each(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	static char much[1 << 20];
	int64_t before;
	ssize_t result;
	int fd;

	set_time(task, shared->end[0], SO_RCVTIMEO);
	set_time(task, shared->end[0], SO_SNDTIMEO);
	before = now_s();
	result = read(shared->end[0], much, 1);
	sabot_assert(task, result == -1 && errno == EAGAIN && now_s() - before >= HOUR, "%zd",
		     result);
	result = send(shared->end[0], much, sizeof(much), 0);
	sabot_assert(task, result > 0 && result < (ssize_t)sizeof(much), "%zd", result);
	before = now_s();
	result = write(shared->end[0], much, sizeof(much));
	sabot_assert(task, result == -1 && errno == EAGAIN && now_s() - before >= HOUR, "%zd",
		     result);
	fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	SABOT_OK(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)));
	SABOT_OK(listen(fd, 0));
	set_time(task, fd, SO_RCVTIMEO);
	before = now_s();
	sabot_assert(task,
		     accept(fd, NULL, NULL) == -1 && errno == EAGAIN && now_s() - before >= HOUR,
		     "errno %d", errno);
	SABOT_OK(close(fd));
}
/* Something else to run, so that time-outs may come early and late. */
static void wait_a_while(struct sabot_task *task)
{
	(void)task;
	sleep(HOUR); /* tidy-allow calls: time is what is tested */
}
SOCKET_SCENARIO(hours, make_stream, { "waiter", 1, wait_an_hour_each },
		{ "other", 1, wait_a_while });

static void test_sockets(void **state)
{
	(void)state;
	seeded(&stream_scenario, 20, 0);
	seeded(&packets_scenario, 20, 0);
	seeded(&calls_scenario, 20, 0);
	seeded_sweep(&stream_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&packets_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&calls_scenario, 1, PLAN_KILL, 0, WAITS);
	seeded_sweep(&calls_scenario, 1, PLAN_STOP, 0, 0);
}

static void test_timeouts(void **state)
{
	(void)state;
	seeded(&hours_scenario, 10, 0);
	assert_true(seen.errors[OP_READ][EAGAIN] > 0 && seen.errors[OP_WRITE][EAGAIN] > 0 &&
		    seen.errors[OP_ACCEPT][EAGAIN] > 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_sockets),
	cmocka_unit_test(test_timeouts),
};

SEEDED_MAIN(tests)
