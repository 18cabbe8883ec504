/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that end with a signal, with real processes under seeded schedules. */
#include "intercept/target_test.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/time.h>

enum { VALUE = 77, NS_PER_MS = 1000000 };

static int64_t now_s(void)
{
	struct timespec time;

	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &time));
	return time.tv_sec;
}

/* ---- The process's own ---------------------------------------------------------------------- */

static void be_alarmed(struct sabot_task *task)
{
	int64_t before = now_s();
	unsigned left;

	hits = 0;
	handle(SIGALRM, hit, 0);
	sabot_assert(task, alarm(2 * HOUR) == 0, "an alarm was set");
	left = alarm(HOUR);
	sabot_assert(task, left >= 2 * HOUR - 1 && left <= 2 * HOUR, "%u s left", left);
	sabot_assert(task, pause() == -1 && errno == EINTR && hits == 1, "%d hits", (int)hits);
	sabot_assert(task, now_s() - before >= HOUR, "too early");
	(void)alarm(HOUR);
	(void)alarm(0);
	(void)sleep(2 * HOUR); /* tidy-allow calls: it is what is tested */
	sabot_assert(task, hits == 1, "%d hits", (int)hits);
}
SCENARIO(alarmed, { "target", 1, be_alarmed });

static void be_hit_often(struct sabot_task *task)
{
	struct itimerval value = { { .tv_sec = 1 }, { .tv_usec = 10 } }, old;
	sigset_t alarm_only, before;

	hits = 0;
	SABOT_OK(sigemptyset(&alarm_only));
	SABOT_OK(sigaddset(&alarm_only, SIGALRM));
	SABOT_OK(sigprocmask(SIG_BLOCK, &alarm_only, &before));
	handle(SIGALRM, hit, SA_RESTART);
	SABOT_OK(setitimer(ITIMER_REAL, &value, NULL));
	while (hits < 5)
		(void)sigsuspend(&before);
	SABOT_OK(getitimer(ITIMER_REAL, &old));
	sabot_assert(task, old.it_interval.tv_sec == 1 && old.it_value.tv_sec <= 1, "%d s",
		     (int)old.it_interval.tv_sec);
	value = (struct itimerval){ { 0 }, { 0 } };
	SABOT_OK(setitimer(ITIMER_REAL, &value, &old));
	sabot_assert(task, old.it_value.tv_sec || old.it_value.tv_usec, "it ran no more");
	value.it_value.tv_usec = -1;
	sabot_assert(task, setitimer(ITIMER_REAL, &value, NULL) == -1 && errno == EINVAL,
		     "errno %d", errno);
}
SCENARIO(often, { "target", 2, be_hit_often });

/* Who has no handler dies of it; a child has no timer of its parent's. */
static void have_alarmed_child(struct sabot_task *task)
{
	pid_t child;
	int status;

	(void)alarm(HOUR);
	child = SABOT_OK(fork());
	if (child == 0) {
		if (alarm(1) != 0)
			_exit(1);
		for (;;)
			pause();
	}
	(void)alarm(0);
	SABOT_OK(waitpid(child, &status, 0));
	sabot_assert(task,
		     WIFSIGNALED(status) &&
			     (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGKILL),
		     "status %x", (unsigned)status);
}
SCENARIO(deadly, { "parent", 2, have_alarmed_child });

static void test_own(void **state)
{
	(void)state;
	seeded(&alarmed_scenario, 20, 0);
	seeded(&often_scenario, 20, 0);
	seeded(&deadly_scenario, 20, 0);
	seeded_sweep(&alarmed_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&alarmed_scenario, 1, PLAN_STOP, 0, 0);
	seeded_sweep(&often_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&deadly_scenario, 1, PLAN_KILL, 0, 0);
}

/* ---- Those that it makes -------------------------------------------------------------------- */

static timer_t make_timer(int how, int signo, int tid)
{
	struct sigevent event = { .sigev_notify = how, .sigev_signo = signo };
	timer_t timer;

	event.sigev_value.sival_int = VALUE;
	event._sigev_un._tid = tid;
	SABOT_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	return timer;
}

static void set_timer(timer_t timer, long first_ms, long interval_ms)
{
	struct itimerspec value = { .it_value = { .tv_nsec = first_ms * NS_PER_MS },
				    .it_interval = { .tv_nsec = interval_ms * NS_PER_MS } };

	SABOT_OK(timer_settime(timer, 0, &value, NULL));
}

static sigset_t block(int signo)
{
	sigset_t set;

	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, signo));
	SABOT_ZERO(pthread_sigmask(SIG_BLOCK, &set, NULL));
	return set;
}

static void count_overruns(struct sabot_task *task)
{
	sigset_t set = block(SIGRTMIN);
	timer_t timer = make_timer(SIGEV_SIGNAL, SIGRTMIN, 0);
	struct timespec rest = { .tv_nsec = 55 * NS_PER_MS };
	struct itimerspec left;
	siginfo_t info;

	set_timer(timer, 10, 10);
	SABOT_OK(nanosleep(&rest, NULL)); /* tidy-allow calls: it is what is tested */
	sabot_assert(task, sigwaitinfo(&set, &info) == SIGRTMIN, "errno %d", errno);
	sabot_assert(task,
		     info.si_code == SI_TIMER && info.si_value.sival_int == VALUE &&
			     info.si_overrun == 4 && timer_getoverrun(timer) == 4,
		     "overrun %d, value %d", info.si_overrun, info.si_value.sival_int);
	sabot_assert(task, sigwaitinfo(&set, &info) == SIGRTMIN && info.si_overrun == 0,
		     "overrun %d", info.si_overrun);
	SABOT_OK(timer_gettime(timer, &left));
	sabot_assert(task, left.it_interval.tv_nsec == 10 * NS_PER_MS && left.it_value.tv_nsec,
		     "%ld ns left", left.it_value.tv_nsec);
	SABOT_OK(timer_delete(timer));
	sabot_assert(task, timer_delete(timer) == -1 && errno == EINVAL, "errno %d", errno);
}
/* Alone: while others run, more may come due. */
SCENARIO(overrun, { "target", 1, count_overruns });

static void use_several(struct sabot_task *task)
{
	sigset_t set = block(SIGUSR1);
	timer_t silent = make_timer(SIGEV_NONE, 0, 0), loud = make_timer(SIGEV_SIGNAL, SIGUSR1, 0);
	struct itimerspec value = { 0 }, left;
	struct timespec limit = { .tv_sec = HOUR };
	siginfo_t info;

	set_timer(silent, 10, 0);
	sabot_assert(task, sigtimedwait(&set, &info, &limit) == -1 && errno == EAGAIN, "errno %d",
		     errno);
	SABOT_OK(timer_gettime(silent, &left));
	sabot_assert(task, left.it_value.tv_nsec == 0, "%ld ns left", left.it_value.tv_nsec);
	SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &value.it_value));
	value.it_value.tv_sec += HOUR / 2;
	SABOT_OK(timer_settime(loud, TIMER_ABSTIME, &value, NULL));
	sabot_assert(task, sigtimedwait(&set, &info, &limit) == SIGUSR1, "errno %d", errno);
	SABOT_OK(timer_delete(silent));
	SABOT_OK(timer_delete(loud));
	sabot_assert(task, timer_create(CLOCK_THREAD_CPUTIME_ID, NULL, &loud) == -1,
		     "a clock of CPU time");
}
SCENARIO(several, { "target", 2, use_several });

static __thread bool is_second;
static volatile sig_atomic_t second_hits;

static void hit_second(int signo)
{
	hit(signo);
	second_hits += is_second;
}

static void *wait_in_thread(void *task)
{
	timer_t timer = make_timer(SIGEV_THREAD_ID, SIGUSR1, (int)gettid());

	(void)task;
	is_second = true;
	set_timer(timer, 1, 0);
	while (!hits)
		sched_yield();
	SABOT_OK(timer_delete(timer));
	return NULL;
}

static void tell_thread(struct sabot_task *task)
{
	pthread_t thread;

	hits = second_hits = 0;
	handle(SIGUSR1, hit_second, 0);
	SABOT_ZERO(pthread_create(&thread, NULL, wait_in_thread, task));
	SABOT_ZERO(pthread_join(thread, NULL));
	sabot_assert(task, hits == 1 && second_hits == 1, "%d hits", (int)hits);
}
SCENARIO(directed, { "target", 1, tell_thread });

/* ---- By a thread ---------------------------------------------------------------------------- */

static struct {
	sem_t told;
	int wrong;
} heard;

static void tell(union sigval value)
{
	heard.wrong += value.sival_int != VALUE || gettid() == getpid();
	(void)sem_post(&heard.told);
}

static timer_t make_telling(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = tell };
	timer_t timer;

	event.sigev_value.sival_int = VALUE;
	heard.wrong = 0;
	SABOT_OK(sem_init(&heard.told, 0, 0));
	SABOT_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	return timer;
}

static void be_told(struct sabot_task *task)
{
	timer_t timer = make_telling();
	int64_t before = now_s();
	int i;

	set_timer(timer, 900, 900);
	for (i = 0; i < 3; i++)
		while (sem_wait(&heard.told) != 0)
			continue;
	sabot_assert(task, now_s() - before >= 2, "it came after %d s", (int)(now_s() - before));
	SABOT_OK(timer_delete(timer));
	sabot_assert(task, !heard.wrong, "%d were wrong", heard.wrong);
	sabot_assert(task, timer_delete(timer) == -1 && errno == EINVAL, "errno %d", errno);
}
SCENARIO(telling, { "target", 1, be_told });

/* Two of them, of which one never ends, and is deleted while its thread sleeps. */
static void be_told_by_one(struct sabot_task *task)
{
	timer_t other = make_telling(), timer = make_telling();

	set_timer(other, 900, 0);
	set_timer(other, 0, 0);
	set_timer(timer, 900, 0);
	SABOT_OK(sem_wait(&heard.told));
	SABOT_OK(timer_delete(other));
	sabot_assert(task, sem_trywait(&heard.told) == -1 && errno == EAGAIN, "it came twice");
	sabot_assert(task, !heard.wrong, "%d were wrong", heard.wrong);
	SABOT_OK(timer_delete(timer));
}
SCENARIO(two, { "target", 1, be_told_by_one });

/* The place of a timer is taken by the next before the thread of the first has run. */
static void be_told_once(struct sabot_task *task)
{
	timer_t timer;

	SABOT_OK(timer_delete(make_telling()));
	timer = make_telling();
	set_timer(timer, 900, 0);
	SABOT_OK(sem_wait(&heard.told));
	(void)sleep(2); /* tidy-allow calls: time is what would show a second one */
	sabot_assert(task, sem_trywait(&heard.told) == -1 && errno == EAGAIN, "it came twice");
	SABOT_OK(timer_delete(timer));
}
SCENARIO(again, { "target", 1, be_told_once });

/* Nobody sets it: who waits to be told waits for ever. */
static void wait_in_vain(struct sabot_task *task)
{
	(void)task;
	(void)make_telling();
	(void)sem_wait(&heard.told);
}
SCENARIO(unset, { "target", 1, wait_in_vain });

static void test_told(void **state)
{
	(void)state;
	seeded(&telling_scenario, 20, 0);
	seeded_sweep(&telling_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&two_scenario, 20, 0);
	seeded_sweep(&two_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&again_scenario, 20, 0);
	seeded(&unset_scenario, 3, WAITS);
	assert_int_equal(seen.kinds[KIND_NONE], 0);
}

/* Again and again, and nothing comes of it. */
static void tick_for_ever(struct sabot_task *task)
{
	struct itimerval value = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char byte;

	handle(SIGALRM, hit, SA_RESTART);
	SABOT_OK(setitimer(ITIMER_REAL, &value, NULL));
	(void)!read(((struct shared *)sabot_shared(task))->fds[0], &byte, 1);
}
SCENARIO(endless, { "target", 1, tick_for_ever });

static void test_made(void **state)
{
	(void)state;
	seeded(&overrun_scenario, 20, 0);
	seeded_sweep(&overrun_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&several_scenario, 20, 0);
	seeded_sweep(&several_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&directed_scenario, 20, 0);
	seeded_sweep(&directed_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&endless_scenario, 2, WAITS);
	assert_int_equal(seen.kinds[KIND_NONE], 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_own),
	cmocka_unit_test(test_made),
	cmocka_unit_test(test_told),
};

SEEDED_MAIN(tests)
