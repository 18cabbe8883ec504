/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <setjmp.h>

enum { SENDINGS = 40 };

static sigjmp_buf away;

/* ---- Handlers in the schedule ---------------------------------------------------------------- */

static void be_hit(struct sabot_task *task)
{
	ready(task, hit, 0);
	idle(task);
	idle(task);
	sabot_assert(task, hits <= 3, "%d hits", (int)hits);
}
SCENARIO(parked, { "target", 1, be_hit }, { "sender", 2, send_one });

static void test_parked(void **state)
{
	unsigned apart = 0, merged = 0;
	uint64_t seed;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	for (seed = 1; seed <= 40; seed++) {
		uint32_t i, count = 0, sent = 0;

		seeded_twice(&parked_scenario, seed, false, NULL);
		seeded_judge(&parked_scenario, seed, 0);
		for (i = 0; i < trace_count(); i++) {
			const struct event *event = &control->events[i];

			count += event->kind == EVENT_HANDLER;
			sent += event->kind == EVENT_RETURN && event->op == OP_KILL &&
				!event->error;
		}
		merged += sent == 2 && count == 1;
		apart += sent == 2 && count == 2;
	}
	/* Two are one while nobody has taken the first, and two if somebody has. */
	assert_true(merged > 0 && apart > 0);
	seeded_sweep(&parked_scenario, 1, PLAN_KILL, 0, WAITS);
	seeded_sweep(&parked_scenario, 1, PLAN_STOP, 0, 0);
	seeded_sweep(&parked_scenario, 2, PLAN_SIGNAL, SIGUSR1, WAITS);
}

static void be_interrupted(struct sabot_task *task)
{
	struct shared *shared = ready(task, hit, SA_RESTART);
	int result = change(shared, -1);

	sabot_assert(task, result == 0 || (errno == EINTR && hits == 1), "errno %d, %d hits", errno,
		     (int)hits);
}

static void send_and_give(struct sabot_task *task)
{
	send_one(task);
	sabot_point(task, "between");
	(void)change(sabot_shared(task), 1);
}
SCENARIO(interrupted, { "target", 1, be_interrupted }, { "sender", 1, send_and_give });

static void give(int signo)
{
	hit(signo);
	(void)change(ours, 1);
}

static void be_restarted(struct sabot_task *task)
{
	struct shared *shared = ready(task, give, SA_RESTART);
	char byte = 0;

	sabot_assert(task, read(shared->fds[0], &byte, 1) == 1 && byte == 'x', "errno %d", errno);
}

static void send_and_write(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	send_one(task);
	sabot_point(task, "between");
	SABOT_OK(write(shared->fds[1], "x", 1));
}
SCENARIO(restarted, { "target", 1, be_restarted }, { "sender", 1, send_and_write });

/* Calls of a handler are announced over the call that it interrupted, which goes on after them. */
static void write_pipe(int signo)
{
	hit(signo);
	(void)!write(ours->fds[1], "x", 1);
}

static void read_own(struct sabot_task *task)
{
	struct shared *shared = ready(task, write_pipe, SA_RESTART);
	char byte = 0;

	sabot_assert(task, read(shared->fds[0], &byte, 1) == 1 && hits == 1, "errno %d", errno);
}
SCENARIO(own, { "target", 1, read_own }, { "sender", 1, send_one });

/* A seed with which the target sleeps again after a handler: in what it was in, not in the
 * handler's. */
static uint64_t sleeping_again(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 100; seed++) {
		bool handled = false;
		uint32_t i;

		seeded_once(&restarted_scenario, seed, false, NULL);
		for (i = 0; i < trace_count(); i++) {
			const struct event *event = &control->events[i];

			handled = handled || event->kind == EVENT_HANDLER;
			if (!handled || event->kind != EVENT_ASLEEP || event->task != 0)
				continue;
			assert_int_equal(event->op, OP_READ);
			return seed;
		}
	}
	fail_msg("no seed of 100 lets the target sleep again");
	return 0;
}

static void test_interrupted(void **state)
{
	(void)state;
	seeded(&interrupted_scenario, 30, 0);
	assert_true(seen.errors[OP_SEMOP][EINTR] > 0 && seen.errors[OP_SEMOP][0] > 0);
	seeded(&restarted_scenario, 30, 0);
	assert_int_equal(seen.errors[OP_READ][EINTR], 0);
	(void)sleeping_again();
	seeded(&own_scenario, 30, 0);
	seeded_sweep(&restarted_scenario, 2, PLAN_STOP, 0, 0);
	seeded_sweep(&own_scenario, 2, PLAN_KILL, 0, WAITS);
}

static void pause_once(struct sabot_task *task)
{
	ready(task, hit, 0);
	if (!hits)
		pause();
}
SCENARIO(pausing, { "target", 1, pause_once }, { "sender", 1, send_one });

static void suspend_once(struct sabot_task *task)
{
	sigset_t block, before;

	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &block, &before));
	ready(task, hit, 0);
	while (!hits)
		sabot_assert(task, sigsuspend(&before) == -1 && errno == EINTR, "errno %d", errno);
}
SCENARIO(suspending, { "target", 1, suspend_once }, { "sender", 1, send_one });

static void wait_once(struct sabot_task *task)
{
	struct timespec hour = { .tv_sec = HOUR };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	ready(task, NULL, 0);
	sabot_assert(task, sigwaitinfo(&set, NULL) == SIGUSR1, "another signal");
	sabot_assert(task, sigtimedwait(&set, NULL, &hour) == -1 && errno == EAGAIN, "errno %d",
		     errno);
}
SCENARIO(waiting, { "target", 1, wait_once }, { "sender", 1, send_one });

static void test_lost_wakeup(void **state)
{
	unsigned i, stuck = 0;

	(void)state;
	seeded(&pausing_scenario, 40, WAITS);
	for (i = 0; i < KIND_COUNT; i++)
		stuck += (WAITS >> i & 1) ? seen.kinds[i] : 0;
	assert_true(stuck > 0 && stuck < 40);
	seeded(&suspending_scenario, 40, 0);
	seeded(&waiting_scenario, 40, 0);
	seeded_sweep(&suspending_scenario, 2, PLAN_STOP, 0, 0);
}

/* Each blocks the other: neither begins before the other has ended, parked though it may be. */
static void take_and_give(int signo)
{
	if (hits++ % 2)
		abort();
	(void)change(ours, 1);
	(void)change(ours, -1);
	hits++;
	(void)signo;
}

static void be_masked(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = take_and_give };
	sigset_t mask;

	sigaddset(&action.sa_mask, SIGUSR1);
	sigaddset(&action.sa_mask, SIGUSR2);
	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	SABOT_OK(sigaction(SIGUSR2, &action, NULL));
	ready(task, NULL, 0);
	idle(task);
	idle(task);
	SABOT_OK(sigprocmask(SIG_BLOCK, NULL, &mask));
	sabot_assert(task, !sigismember(&mask, SIGUSR1) && !sigismember(&mask, SIGUSR2),
		     "still blocked");
}

static void send_both(struct sabot_task *task)
{
	send(task, SIGUSR1);
	send(task, SIGUSR2);
	send(task, SIGUSR1);
}
SCENARIO(masked, { "target", 1, be_masked }, { "sender", 1, send_both });

static void jump(int signo)
{
	(void)signo;
	siglongjmp(away, 1);
}

static void jump_out(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	if (sigsetjmp(away, 1) == 0) {
		ready(task, jump, 0);
		(void)take_within(shared, HOUR);
		(void)nanosleep(&(struct timespec){ HOUR, 0 }, NULL); /* tidy-allow calls: tested */
	}
	SABOT_OK(signal(SIGUSR1, SIG_IGN) == SIG_ERR ? -1 : 0);
	sabot_assert(task, take_within(shared, HOUR) == -1 && errno == EAGAIN, "errno %d", errno);
}
SCENARIO(jumping, { "target", 1, jump_out }, { "sender", 1, send_one });

static void add(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	ours->sum += info->si_value.sival_int;
	hits++;
}

static void be_queued(struct sabot_task *task)
{
	struct sigaction action = { .sa_sigaction = add, .sa_flags = SA_SIGINFO };

	SABOT_OK(sigaction(SIGRTMIN, &action, NULL));
	ready(task, NULL, 0);
	while (change(ours, -1) != 0)
		continue;
	idle(task);
	sabot_assert(task, hits == SENDINGS && ours->sum == SENDINGS * (SENDINGS + 1) / 2,
		     "%d hits", (int)hits);
}

static void send_queue(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int i;

	while (!shared->pid)
		sched_yield();
	for (i = 1; i <= SENDINGS; i++)
		SABOT_OK(sigqueue(shared->pid, SIGRTMIN, (union sigval){ .sival_int = i }));
	SABOT_OK(change(shared, 1));
}
SCENARIO(queued, { "target", 1, be_queued }, { "sender", 1, send_queue });

static void test_handlers(void **state)
{
	(void)state;
	seeded(&masked_scenario, 40, 0);
	seeded(&jumping_scenario, 40, 0);
	seeded(&queued_scenario, 20, 0);
	seeded_sweep(&masked_scenario, 1, PLAN_KILL, 0, WAITS);
	seeded_sweep(&jumping_scenario, 1, PLAN_SIGNAL, SIGUSR1, WAITS);
}

/* ---- What the kernel does itself ------------------------------------------------------------- */

static void sleep_for_ever(struct sabot_task *task)
{
	ready(task, NULL, 0);
	(void)change(sabot_shared(task), -1);
}

static void terminate(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	send(task, SIGTERM);
	sabot_assert(task, kill(shared->pid, 0) == -1 && errno == ESRCH, "it still lives");
}
SCENARIO(terminated, { "target", 1, sleep_for_ever }, { "sender", 1, terminate });

static void dump(struct sabot_task *task)
{
	send(task, SIGQUIT);
}
SCENARIO(dumped, { "target", 1, sleep_for_ever }, { "sender", 1, dump });

/* The harness is in this group, and among these processes, and lives. */
static void kill_all(struct sabot_task *task)
{
	sabot_point(task, "before");
	if (sabot_index(task))
		(void)kill(0, SIGTERM);
	else
		(void)kill(-1, SIGTERM);
}
SCENARIO(killing, { "killer", 2, kill_all }, { "target", 2, sleep_for_ever });

static void be_stopped(struct sabot_task *task)
{
	ready(task, NULL, 0);
	while (change(ours, -1) != 0)
		sabot_assert(task, errno == EINTR, "errno %d", errno);
	sabot_assert(task, ours->flag, "it ran while it was stopped");
}

static void stop_and_give(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	send(task, SIGSTOP);
	sabot_point(task, "stopped");
	SABOT_OK(change(shared, 1));
	sabot_point(task, "given");
	shared->flag = 1;
	send(task, SIGCONT);
}
SCENARIO(stopped, { "target", 1, be_stopped }, { "sender", 1, stop_and_give });

static void test_kernel(void **state)
{
	(void)state;
	seeded(&terminated_scenario, 20, 0);
	seeded(&dumped_scenario, 10, 0);
	seeded(&killing_scenario, 20, 0);
	seeded(&stopped_scenario, 30, 0);
	seeded_sweep(&stopped_scenario, 2, PLAN_STOP, 0, 1u << KIND_ASSERTION);
}

static void ask_too_much(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = hit };
	sigset_t set;

	sabot_assert(task, sigaction(SIGRTMAX, &action, NULL) == -1 && errno == EINVAL, "handled");
	sabot_assert(task, kill(getpid(), SIGRTMAX) == -1 && errno == EINVAL, "sent");
	sabot_assert(task, kill(getppid(), SIGTERM) == -1 && errno == EPERM, "the harness is hit");
	sigfillset(&set);
	SABOT_OK(sigprocmask(SIG_SETMASK, &set, NULL));
	SABOT_OK(sigprocmask(SIG_SETMASK, NULL, &set));
	sabot_assert(task, !sigismember(&set, SIGRTMAX) && sigismember(&set, SIGUSR1), "blocked");
	sabot_assert(task, take_within(sabot_shared(task), 1) == -1 && errno == EAGAIN,
		     "no time-out");
	sysv_signal(SIGUSR2, hit);
	sabot_assert(task, signal(SIGUSR2, SIG_DFL) == hit, "another handler");
}
SCENARIO(refused, { "target", 1, ask_too_much });

static void run_on(struct sabot_task *task)
{
	volatile struct shared *shared = sabot_shared(task);

	sabot_point(task, "last");
	while (!shared->flag)
		continue;
}
SCENARIO(endless, { "target", 1, run_on }, { "other", 1, idle });

static void test_limits(void **state)
{
	(void)state;
	seeded(&refused_scenario, 5, 0);
	seeded(&endless_scenario, 1, 1u << KIND_LIVELOCK);
	assert_int_equal(seen.kinds[KIND_LIVELOCK], 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_parked),	    cmocka_unit_test(test_interrupted),
	cmocka_unit_test(test_lost_wakeup), cmocka_unit_test(test_handlers),
	cmocka_unit_test(test_kernel),	    cmocka_unit_test(test_limits),
};

SEEDED_MAIN(tests)
