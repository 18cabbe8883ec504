/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenarios that are bad on purpose, a case for each way. What sabot must say of a case stands
 * under its name in failures_test.sh. Each fails in every execution, or within the first few.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

enum { OUTSIDE, INSIDE }; /* marks */

struct shared {
	pthread_mutex_t mutex[2];
	bool never;
};

/* What the case does in place of a good scenario's part; each scenario uses one member. */
struct variant {
	void (*body)(struct sabot_task *task);
	void (*setup)(struct sabot_env *env);
	void (*check)(struct sabot_check *check);
};

static const char *const points[] = { "here", "never reached", NULL };

static void setup_mutexes(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t attr;
	int i;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	for (i = 0; i < 2; i++)
		SABOT_ZERO(pthread_mutex_init(&shared->mutex[i], &attr));
}

static void pass(struct sabot_task *task)
{
	sabot_point(task, "here");
}

static void run_variant(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	variant->body(task);
}

static void setup_variant(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);

	variant->setup(env);
}

static void check_variant(struct sabot_check *check)
{
	const struct variant *variant = sabot_check_variant(check);

	variant->check(check);
}

static bool is_alone(struct sabot_check *check, unsigned *inside)
{
	*inside = sabot_alive(check, INSIDE);
	return *inside <= 1;
}

/* What the message tells is known once the condition was looked at. */
static void at_most_one_inside(struct sabot_check *check)
{
	unsigned inside = 0;

	sabot_require(check, is_alone(check, &inside), "%u are inside, 1 may be", inside);
}

/* ---- What a role does ---------------------------------------------------------------------- */

static void go_inside(struct sabot_task *task)
{
	sabot_mark(task, INSIDE);
	sabot_point(task, "here");
}

static void assert_wrongly(struct sabot_task *task)
{
	int got = 3;

	sabot_point(task, "here");
	sabot_assert(task, got == 4, "got %d, wanted 4", got);
}

static void lock_in_own_order(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned first = sabot_index(task);

	SABOT_ZERO(pthread_mutex_lock(&shared->mutex[first]));
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex[!first]));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[!first]));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex[first]));
}

static void lock_twice(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pthread_mutex_t *own = &shared->mutex[sabot_index(task)];

	SABOT_ZERO(pthread_mutex_lock(own));
	SABOT_ZERO(pthread_mutex_lock(own));
}

static void lock_and_leave(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_ZERO(pthread_mutex_lock(&shared->mutex[0]));
}

static void run_in_circles(struct sabot_task *task)
{
	for (;;)
		sabot_point(task, "here");
}

static void spin(struct sabot_task *task)
{
	const volatile struct shared *shared = sabot_shared(task);

	sabot_point(task, "here");
	while (!shared->never)
		continue;
}

/* A fault ends the first process of a PID namespace, as the harness is; a signal alone does not. */
static void fault(void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

static void crash(struct sabot_task *task)
{
	sabot_point(task, "here");
	fault();
}

static void *crash_later(void *task)
{
	crash(task);
	return NULL;
}

/* The first thread sleeps then: the kernel waits for its end, which the gate must not bar. */
static void crash_in_thread(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, crash_later, task));
	SABOT_ZERO(pthread_join(thread, NULL));
}

static void exit_3(struct sabot_task *task)
{
	sabot_point(task, "here");
	exit(3);
}

static void fail_to_open(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(open("no-such-file", O_RDONLY));
}

static void reach_unlisted(struct sabot_task *task)
{
	sabot_point(task, "hree");
}

static void give_up(struct sabot_task *task)
{
	sabot_skip(task, "no %s here", "flux capacitor");
}

static void leave_set(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
}

static void leave_shm(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(close(SABOT_OK(shm_open("/left-over", O_CREAT | O_RDWR, 0600))));
}

static void leave_file(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(close(SABOT_OK(open("left-over.tmp", O_CREAT | O_WRONLY, 0600))));
}

static void leave_attached(struct sabot_task *task)
{
	int segment = SABOT_OK(shmget(IPC_PRIVATE, 1, 0600));

	(void)task;
	SABOT_OK(shmat(segment, NULL, 0));
	SABOT_OK(shmctl(segment, IPC_RMID, NULL));
}

static void leave_descriptor(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(open("/dev/null", O_RDONLY));
}

static const struct sabot_role two_workers[] = { { "worker", 2, run_variant }, { 0 } };

static const struct sabot_invariant one_inside[] = {
	{ "at most one is inside", SABOT_WHEN_SETTLED, at_most_one_inside },
	{ 0 },
};

static const struct variant invariant = { .body = go_inside };
static const struct variant assertion = { .body = assert_wrongly };
static const struct variant deadlock = { .body = lock_in_own_order };
static const struct variant self_deadlock = { .body = lock_twice };
static const struct variant orphan = { .body = lock_and_leave };
static const struct variant livelock = { .body = run_in_circles };
static const struct variant endless_step = { .body = spin };
static const struct variant crashes = { .body = crash };
static const struct variant thread_crashes = { .body = crash_in_thread };
static const struct variant exits = { .body = exit_3 };
static const struct variant role_fails = { .body = fail_to_open };
static const struct variant unlisted = { .body = reach_unlisted };
static const struct variant unfit = { .body = give_up };
static const struct variant leak_set = { .body = leave_set };
static const struct variant leak_shm = { .body = leave_shm };
static const struct variant leak_file = { .body = leave_file };
static const struct variant leak_attached = { .body = leave_attached };
static const struct variant leak_descriptor = { .body = leave_descriptor };
static const struct variant good = { .body = pass };

static const struct sabot_case role_cases[] = {
	{ .name = "invariant", .variant = &invariant },
	{ .name = "assertion", .variant = &assertion },
	{ .name = "deadlock", .variant = &deadlock },
	{ .name = "self-deadlock", .variant = &self_deadlock },
	{ .name = "orphan", .variant = &orphan },
	{ .name = "livelock", .variant = &livelock },
	{ .name = "endless-step", .variant = &endless_step },
	{ .name = "crash", .variant = &crashes },
	{ .name = "thread-crash", .variant = &thread_crashes },
	{ .name = "exit", .variant = &exits },
	{ .name = "role-fails", .variant = &role_fails },
	{ .name = "unlisted-point", .variant = &unlisted },
	{ .name = "unfit", .variant = &unfit },
	{ .name = "leak-set", .variant = &leak_set },
	{ .name = "leak-shm", .variant = &leak_shm },
	{ .name = "leak-file", .variant = &leak_file },
	{ .name = "leak-attached", .variant = &leak_attached },
	{ .name = "leak-descriptor", .variant = &leak_descriptor },
	{ .name = "no-fault-fires",
	  .variant = &good,
	  .fault = { SABOT_KILL, .point = "never reached" } },
	{ .name = "not-caught", .variant = &good, .caught_by = "deadlock" },
	{ .name = "sweep-not-caught",
	  .variant = &good,
	  .fault = { SABOT_STOP, .point = "here" },
	  .caught_by = "livelock" },
	{ .name = "twin-not-struck",
	  .variant = &good,
	  .fault = { SABOT_KILL, .point = "never reached" },
	  .caught_by = "deadlock" },
	{ .name = "caught-by-another", .variant = &invariant, .caught_by = "deadlock" },
	{ .name = "good", .variant = &good },
	{ 0 },
};

static const struct sabot_scenario bad_role = {
	.name = "bad-role",
	.group = "failures",
	.shared_size = sizeof(struct shared),
	.setup = setup_mutexes,
	.roles = two_workers,
	.invariants = one_inside,
	.cases = role_cases,
	.points = points,
	.limit_steps = 100,
};

/* ---- Setup --------------------------------------------------------------------------------- */

static const struct sabot_role passing[] = { { "worker", 1, pass }, { 0 } };

static void crash_in_setup(struct sabot_env *env)
{
	(void)env;
	fault();
}

static void fail_in_setup(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(open("no-such-file", O_RDONLY));
}

static const struct variant setup_crashes = { .setup = crash_in_setup };
static const struct variant setup_fails = { .setup = fail_in_setup };

static const struct sabot_case setup_cases[] = {
	{ .name = "setup-crash", .variant = &setup_crashes },
	{ .name = "setup-fails", .variant = &setup_fails },
	{ 0 },
};

static const struct sabot_scenario bad_setup = {
	.name = "bad-setup",
	.group = "failures",
	.setup = setup_variant,
	.roles = passing,
	.cases = setup_cases,
};

/* ---- Checks -------------------------------------------------------------------------------- */

/* At the point, in the worker's process; at the end, in the harness's. */
static void crash_in_check(struct sabot_check *check)
{
	if (sabot_alive(check, INSIDE) || !sabot_is_alive(check, "worker", 0))
		fault();
}

static void require_nothing(struct sabot_check *check)
{
	(void)check;
}

static const struct sabot_role going_inside[] = { { "worker", 1, go_inside }, { 0 } };

static const struct variant check_crashes = { .check = crash_in_check };
static const struct variant idle_check = { .check = require_nothing };

static const struct sabot_invariant at_points[] = {
	{ "all is well", SABOT_WHEN_SETTLED, check_variant },
	{ 0 },
};

static const struct sabot_invariant at_end[] = {
	{ "all is well in the end", SABOT_AT_END, check_variant },
	{ 0 },
};

static const struct sabot_case check_cases[] = {
	{ .name = "check-crash", .variant = &check_crashes },
	{ .name = "idle-check", .variant = &idle_check },
	{ 0 },
};

static const struct sabot_case end_check_cases[] = {
	{ .name = "end-check-crash", .variant = &check_crashes },
	{ 0 },
};

static const struct sabot_scenario bad_check = {
	.name = "bad-check",
	.group = "failures",
	.roles = going_inside,
	.invariants = at_points,
	.cases = check_cases,
};

static const struct sabot_scenario bad_end_check = {
	.name = "bad-end-check",
	.group = "failures",
	.roles = going_inside,
	.invariants = at_end,
	.cases = end_check_cases,
};

/* ---- The rest ------------------------------------------------------------------------------ */

static void do_nothing(struct sabot_task *task)
{
	(void)task;
}

static const struct sabot_role silent_role[] = {
	{ "worker", 1, pass },
	{ "idler", 1, do_nothing },
	{ 0 },
};

static const struct sabot_case silent_cases[] = { { .name = "silent-role" }, { 0 } };

static const struct sabot_scenario silent = {
	.name = "silent",
	.group = "failures",
	.roles = silent_role,
	.cases = silent_cases,
};

static void count_runs(struct sabot_task *task)
{
	static int runs;

	sabot_mark(task, ++runs);
	sabot_point(task, "here");
}

static const struct sabot_role counting[] = { { "worker", 1, count_runs }, { 0 } };

static const struct sabot_case counting_cases[] = { { .name = "keeps-state" }, { 0 } };

static const struct sabot_scenario keeps_state = {
	.name = "keeps-state",
	.group = "failures",
	.roles = counting,
	.cases = counting_cases,
	.keeps_no_state = true,
};

SABOT_MODULE(&bad_role, &bad_setup, &bad_check, &bad_end_check, &silent, &keeps_state);
