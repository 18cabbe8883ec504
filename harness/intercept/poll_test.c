/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for descriptors, with real processes under seeded schedules. */
#include "intercept/seeded_test.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

/* Who waits for what a strike took the giver of waits for ever. */
#define WAITS                                                                                      \
	(1u << KIND_DEADLOCK | 1u << KIND_SELF_DEADLOCK | 1u << KIND_ORPHANED |                    \
	 1u << KIND_LOST_WAKEUP | 1u << KIND_STUCK)

enum { HOUR = 3600, PAIR = 2 };

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room);

struct shared {
	int event, pipe[PAIR], list, timer;
	unsigned given, taken;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	struct epoll_event event = { .events = EPOLLIN };

	shared->event = SABOT_OK(eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE));
	SABOT_OK(pipe(shared->pipe));
	shared->list = SABOT_OK(epoll_create1(0));
	shared->timer = SABOT_OK(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	SABOT_OK(epoll_ctl(shared->list, EPOLL_CTL_ADD, shared->event, &event));
	SABOT_OK(epoll_ctl(shared->list, EPOLL_CTL_ADD, shared->timer, &event));
}

#define SCENARIO(id, ...)                                                                          \
	static const struct sabot_role id##_roles[] = { __VA_ARGS__, { 0 } };                      \
	static const struct sabot_scenario id##_scenario = { .name = #id,                          \
							     .group = "test",                      \
							     .shared_size = sizeof(struct shared), \
							     .setup = setup,                       \
							     .roles = id##_roles,                  \
							     .cases = &seeded_case }

/* Without the gate each sleep takes real time to be believed. */
static unsigned fewer(unsigned seeds)
{
	return control->gated ? seeds : seeds / 8;
}

static int64_t now_ms(void)
{
	struct timespec time;

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &time));
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ---- Time-outs ----------------------------------------------------------------------------- */

static const struct timespec hour = { .tv_sec = HOUR };

static int poll_it(const struct shared *shared, unsigned how)
{
	struct pollfd fds[PAIR] = { { .fd = shared->event, .events = POLLIN, .revents = -1 },
				    { .fd = shared->pipe[0], .events = POLLIN, .revents = -1 } };
	int result = 0;

	switch (how) {
	case 0:
		result = poll(fds, PAIR, HOUR * 1000);
		break;
	case 1:
		result = ppoll(fds, PAIR, &hour, NULL);
		break;
	case 2:
		result = __poll_chk(fds, PAIR, HOUR * 1000, sizeof(fds));
		break;
	default:
		result = __ppoll_chk(fds, PAIR, &hour, NULL, sizeof(fds));
		break;
	}
	return (fds[0].revents != 0) + (fds[1].revents != 0) == result ? result : -1;
}

static int select_it(const struct shared *shared, unsigned how)
{
	struct timeval left = { .tv_sec = HOUR };
	int64_t before = now_ms();
	fd_set reads;
	int result;

	FD_ZERO(&reads);
	FD_SET(shared->event, &reads);
	if (how)
		result = pselect(shared->event + 1, &reads, NULL, NULL, &hour, NULL);
	else
		result = select(shared->event + 1, &reads, NULL, NULL, &left);
	if (left.tv_sec && !how && left.tv_sec * 1000 > HOUR * 1000 - (now_ms() - before) + 1)
		return -1;
	return !!FD_ISSET(shared->event, &reads) == result ? result : -1;
}

static int list_it(const struct shared *shared, unsigned how)
{
	struct epoll_event event;

	switch (how) {
	case 0:
		return epoll_wait(shared->list, &event, 1, HOUR * 1000);
	case 1:
		return epoll_pwait(shared->list, &event, 1, HOUR * 1000, NULL);
	default:
		return epoll_pwait2(shared->list, &event, 1, &hour, NULL);
	}
}

/* Each wait ends by the event or by the time, and says which. */
static void wait_for_an_hour(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned how = sabot_index(task);
	int64_t before = now_ms();
	eventfd_t one;
	int result;

	if (how < 4)
		result = poll_it(shared, how);
	else if (how < 6)
		result = select_it(shared, how - 4);
	else
		result = list_it(shared, how - 6);
	sabot_assert(task, result == 0 || result == 1, "%u: result %d, errno %d", how, result,
		     errno);
	sabot_assert(task, result || now_ms() >= before + HOUR * 1000, "%u: too early", how);
	if (result && eventfd_read(shared->event, &one) == 0)
		shared->taken++;
}

static void give_late(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned i;

	(void)usleep((HOUR - 1) * 1000000u); /* tidy-allow calls: virtual time is what is tested */
	for (i = 0; i < 3; i++) {
		SABOT_OK(eventfd_write(shared->event, 1));
		shared->given++;
	}
}
SCENARIO(hours, { "waiter", 9, wait_for_an_hour }, { "giver", 1, give_late });

static void test_timeouts(void **state)
{
	(void)state;
	seeded(&hours_scenario, fewer(60), 0);
	assert_true(seen.errors[OP_POLL][0] > 0 && seen.errors[OP_SELECT][0] > 0);
	if (control->gated)
		seeded_sweep(&hours_scenario, 1, PLAN_KILL, 0, 0);
}

/* A handler ends each of them, whatever SA_RESTART says. */
static volatile sig_atomic_t hits;

static void hit(int signo)
{
	(void)signo;
	hits++;
}

static void be_interrupted(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = hit, .sa_flags = SA_RESTART };
	struct shared *shared = sabot_shared(task);
	struct epoll_event event;
	struct pollfd fd = { .fd = shared->pipe[0], .events = POLLIN };
	sigset_t usr1, none;
	int result;

	hits = 0;
	(void)sigemptyset(&none);
	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	SABOT_OK(sigprocmask(SIG_BLOCK, &usr1, NULL));
	shared->given = (unsigned)getpid();
	if (sabot_random(task, 0) % 2)
		result = ppoll(&fd, 1, NULL, &none);
	else
		result = epoll_pwait(shared->list, &event, 1, -1, &none);
	sabot_assert(task, result == -1 && errno == EINTR && hits == 1, "result %d, errno %d",
		     result, errno);
}

static void interrupt(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	while (!shared->given)
		sabot_point(task, "not ready");
	SABOT_OK(kill((pid_t)shared->given, SIGUSR1));
}
SCENARIO(interrupted, { "target", 1, be_interrupted }, { "sender", 1, interrupt });

static void test_signals(void **state)
{
	(void)state;
	seeded(&interrupted_scenario, fewer(60), 0);
	assert_true(seen.errors[OP_POLL][EINTR] > 0 && seen.errors[OP_EPOLL_WAIT][EINTR] > 0);
	seeded_sweep(&interrupted_scenario, 2, PLAN_STOP, 0, 0);
}

/* ---- Timers -------------------------------------------------------------------------------- */

static void read_ticks(struct sabot_task *task)
{
	struct itimerspec every = { .it_value = { .tv_sec = HOUR },
				    .it_interval = { .tv_sec = 1 } },
			  old;
	int timer = SABOT_OK(timerfd_create(CLOCK_REALTIME, 0));
	int64_t before, after;
	uint64_t ticks, more;

	SABOT_OK(timerfd_settime(timer, 0, &every, NULL));
	before = now_ms();
	SABOT_OK(read(timer, &ticks, sizeof(ticks)));
	after = now_ms();
	sabot_assert(task, ticks >= 1 && after >= before + HOUR * 1000 - 1, "%u ticks after %u ms",
		     (unsigned)ticks, (unsigned)(after - before));
	SABOT_OK(read(timer, &more, sizeof(more)));
	after = (now_ms() - before) / 1000 - HOUR + 1;
	sabot_assert(task, (int64_t)(ticks + more) <= after && (int64_t)(ticks + more) >= after - 1,
		     "%u ticks, should be %u", (unsigned)(ticks + more), (unsigned)after);
	SABOT_OK(timerfd_gettime(timer, &old));
	sabot_assert(task, old.it_interval.tv_sec == 1 && old.it_value.tv_sec <= 1, "%u s left",
		     (unsigned)old.it_value.tv_sec);
	SABOT_OK(close(timer));
}

/* A time that has passed comes at once; one that is taken back, never; a copy is the same timer. */
static void set_and_unset(struct sabot_task *task)
{
	struct itimerspec past = { .it_value = { .tv_nsec = 1 } }, never = { 0 }, later = { 0 };
	int timer = SABOT_OK(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	int copy = SABOT_OK(dup(timer));
	struct pollfd fd = { .fd = copy, .events = POLLIN };
	uint64_t ticks;

	SABOT_OK(timerfd_settime(timer, TFD_TIMER_ABSTIME, &past, NULL));
	SABOT_OK(close(timer));
	sabot_assert(task, poll(&fd, 1, 0) == 1, "it is not readable at once");
	SABOT_OK(timerfd_settime(copy, 0, &never, NULL));
	sabot_assert(task, read(copy, &ticks, sizeof(ticks)) == -1 && errno == EAGAIN, "errno %d",
		     errno);
	later.it_value.tv_sec = 1;
	SABOT_OK(timerfd_settime(copy, 0, &later, NULL));
	sabot_assert(task, poll(&fd, 1, -1) == 1, "it never comes");
	SABOT_OK(read(copy, &ticks, sizeof(ticks)));
	sabot_assert(task, ticks == 1, "%u ticks", (unsigned)ticks);
	later.it_value.tv_nsec = 1000000000;
	sabot_assert(task, timerfd_settime(copy, 0, &later, NULL) == -1 && errno == EINVAL,
		     "errno %d", errno);
	SABOT_OK(close(copy));
}

/* Of a timer that several have, each expiry is read by one of them. */
static void share_ticks(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct itimerspec every = { .it_value = { .tv_sec = 1 }, .it_interval = { .tv_sec = 1 } };
	struct epoll_event event;
	uint64_t ticks;

	if (sabot_index(task) == 0)
		SABOT_OK(timerfd_settime(shared->timer, 0, &every, NULL));
	while (shared->taken < 5) {
		/* To be continued is to be interrupted, with no handler at all. */
		if (epoll_wait(shared->list, &event, 1, HOUR * 1000) != 1)
			continue;
		if (read(shared->timer, &ticks, sizeof(ticks)) > 0)
			shared->taken += (unsigned)ticks;
	}
	sabot_assert(task, now_ms() >= 1000 + (int64_t)shared->taken * 1000, "%u at %u ms",
		     shared->taken, (unsigned)now_ms());
}
SCENARIO(ticks, { "reader", 2, read_ticks });
SCENARIO(setting, { "setter", 2, set_and_unset });
SCENARIO(sharing, { "sharer", 3, share_ticks });

static void test_timers(void **state)
{
	(void)state;
	seeded(&ticks_scenario, fewer(40), 0);
	seeded(&setting_scenario, fewer(40), 0);
	seeded_sweep(&ticks_scenario, 1, PLAN_KILL, 0, 0);
	if (!control->gated)
		return; /* chance decides which of those that one expiry wakes comes first */
	seeded(&sharing_scenario, fewer(40), 0);
	seeded_sweep(&sharing_scenario, 1, PLAN_STOP, 0, 0);
}

/* A timer that ticks for ever and is read by nobody keeps nobody waiting for a verdict. */
static void wait_beside_a_timer(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct itimerspec every = { .it_value = { .tv_nsec = 1 }, .it_interval = { .tv_nsec = 9 } };
	char byte;

	SABOT_OK(timerfd_settime(shared->timer, 0, &every, NULL));
	(void)read(shared->pipe[0], &byte, 1);
}
SCENARIO(beside, { "waiter", 1, wait_beside_a_timer });

static void test_idle_timer(void **state)
{
	(void)state;
	seeded(&beside_scenario, 5, WAITS);
	assert_int_equal(seen.kinds[KIND_SELF_DEADLOCK], 5);
}

/* ---- Signals and processes by descriptor --------------------------------------------------- */

static void read_signals(struct sabot_task *task)
{
	struct signalfd_siginfo info;
	sigset_t chld;
	siginfo_t end;
	int signals, process;
	pid_t pid;

	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	SABOT_OK(sigprocmask(SIG_BLOCK, &chld, NULL));
	signals = SABOT_OK(signalfd(-1, &chld, 0));
	pid = SABOT_OK(fork());
	if (pid == 0)
		for (;;)
			pause();
	process = SABOT_OK(pidfd_open(pid, 0));
	SABOT_OK(pidfd_send_signal(process, SIGTERM, NULL, 0));
	SABOT_OK(read(signals, &info, sizeof(info)));
	sabot_assert(task, info.ssi_signo == SIGCHLD && info.ssi_status == SIGTERM, "signal %u",
		     info.ssi_signo);
	SABOT_OK(waitid(P_PIDFD, (id_t)process, &end, WEXITED));
	sabot_assert(task, end.si_pid == pid && end.si_code == CLD_KILLED, "code %d", end.si_code);
	sabot_assert(task, pidfd_send_signal(process, SIGRTMAX, NULL, 0) == -1 && errno == EINVAL,
		     "errno %d", errno);
	SABOT_OK(close(process));
	SABOT_OK(close(signals));
}

static void poll_end(struct sabot_task *task)
{
	struct pollfd end = { .events = POLLIN };
	pid_t pid = SABOT_OK(fork());

	if (pid == 0) {
		sabot_point(task, "on its way");
		_exit(0);
	}
	end.fd = SABOT_OK(pidfd_open(pid, 0));
	sabot_assert(task, poll(&end, 1, -1) == 1, "it does not end");
	sabot_assert(task, waitpid(pid, NULL, WNOHANG) == pid, "it has not ended");
	SABOT_OK(close(end.fd));
}
SCENARIO(signals, { "reader", 2, read_signals });
SCENARIO(ends, { "parent", 2, poll_end });

static void test_processes(void **state)
{
	(void)state;
	seeded(&signals_scenario, fewer(40), 0);
	seeded(&ends_scenario, fewer(40), 0);
	seeded_sweep(&ends_scenario, 1, PLAN_STOP, 0, 0);
}

/* ---- Descriptors that share an inode ------------------------------------------------------- */

static void leave_one_open(struct sabot_task *task)
{
	int kept = SABOT_OK(eventfd(0, 0));
	int event = SABOT_OK(eventfd(0, 0));

	(void)task;
	SABOT_OK(dup2(event, kept));
	SABOT_OK(close(event));
}
SCENARIO(left, { "leaver", 1, leave_one_open });

static void test_names(void **state)
{
	(void)state;
	seeded(&left_scenario, 1, 1u << KIND_LEAK);
	assert_non_null(strstr(control->finding.message, "left open: eventfd#2"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_timeouts),  cmocka_unit_test(test_signals),
	cmocka_unit_test(test_timers),	  cmocka_unit_test(test_idle_timer),
	cmocka_unit_test(test_processes), cmocka_unit_test(test_names),
};

SEEDED_MAIN(tests)
