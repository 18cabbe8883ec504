/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads that tasks make, with real ones under seeded schedules. */
#include "intercept/seeded_test.h"

#include <pthread.h>
#include <sys/sem.h>

#define ONLY(kind) (1u << (kind))

struct shared {
	int semid, fds[2];
	int count, flag;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->semid, 0, SETVAL, 1));
}

static void setup_pipe(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	setup(env);
	SABOT_OK(pipe(shared->fds));
}

static int change(const struct shared *shared, short by)
{
	struct sembuf operation = { 0, by, SEM_UNDO };

	return semop(shared->semid, &operation, 1);
}

static void count_inside(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	while (change(shared, -1) != 0)
		continue;
	shared->count++;
	sabot_point(task, "inside");
	(void)change(shared, 1);
}

static void idle(struct sabot_task *task)
{
	sabot_point(task, "one");
	sabot_point(task, "two");
}

#define SCENARIO(id, before, ...)                                                                  \
	static const struct sabot_role id##_roles[] = { __VA_ARGS__, { 0 } };                      \
	static const struct sabot_scenario id##_scenario = { .name = #id,                          \
							     .group = "test",                      \
							     .shared_size = sizeof(struct shared), \
							     .setup = (before),                    \
							     .roles = id##_roles,                  \
							     .cases = &seeded_case }

/* ---- Processes ------------------------------------------------------------------------------ */

static void have_children(struct sabot_task *task)
{
	pid_t children[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		children[i] = SABOT_OK(fork());
		if (children[i] == 0) {
			count_inside(task);
			_exit(3 + i);
		}
	}
	for (i = 0; i < 2; i++) {
		pid_t told = SABOT_OK(waitpid(children[i], &status, 0));

		sabot_assert(task, told == children[i], "told of another");
		sabot_assert(task, WIFSIGNALED(status) || WEXITSTATUS(status) == 3 + i, "status %x",
			     (unsigned)status);
	}
	sabot_assert(task, waitpid(-1, &status, 0) == -1 && errno == ECHILD, "one child too many");
}
SCENARIO(family, setup, { "parent", 2, have_children }, { "other", 1, idle });

static void test_children(void **state)
{
	(void)state;
	seeded(&family_scenario, 20, 0);
	assert_int_equal(control->task_count, 7);
	assert_string_equal(control->tasks[3].name + strlen("parent#0"), "/1");
	/* The orphans of one that was killed tell nobody their status. */
	seeded_sweep(&family_scenario, 1, PLAN_KILL, 0, ONLY(KIND_EXIT));
	seeded_sweep(&family_scenario, 1, PLAN_STOP, 0, 0);
	seeded_sweep(&family_scenario, 1, PLAN_SIGNAL, SIGTERM, ONLY(KIND_EXIT));
}

/* A child may return from the role's body, and may have children. */
static void descend(struct sabot_task *task)
{
	pid_t child = SABOT_OK(fork());

	if (child == 0 && SABOT_OK(fork()) == 0) {
		count_inside(task);
		_exit(0);
	}
	SABOT_OK(wait(NULL));
	count_inside(task);
}
SCENARIO(descent, setup, { "parent", 2, descend });

static void test_descent(void **state)
{
	(void)state;
	seeded(&descent_scenario, 20, 0);
	seeded_sweep(&descent_scenario, 1, PLAN_KILL, 0, 0);
}

static void leave_orphan(struct sabot_task *task)
{
	if (SABOT_OK(fork()) == 0)
		count_inside(task);
	_exit(0);
}
SCENARIO(orphan, setup, { "parent", 2, leave_orphan });

static void test_orphan(void **state)
{
	(void)state;
	seeded(&orphan_scenario, 20, 0);
	seeded_sweep(&orphan_scenario, 1, PLAN_KILL, 0, 0);
}

static void leave_child(struct sabot_task *task)
{
	if (SABOT_OK(fork()) == 0) {
		idle(task);
		_exit(0);
	}
}
SCENARIO(left, setup, { "parent", 1, leave_child });

static void leave_zombie(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct sembuf zero = { 0, 0, 0 };

	if (SABOT_OK(fork()) == 0)
		_exit(change(shared, -1));
	sabot_point(task, "meanwhile");
	/* Undone at the child's end, so this says that it has begun, not that it is over. */
	(void)semtimedop(shared->semid, &zero, 1, &(struct timespec){ .tv_sec = 1 });
}
SCENARIO(zombie, setup, { "parent", 1, leave_zombie });

static void test_left_behind(void **state)
{
	(void)state;
	seeded(&left_scenario, 10, ONLY(KIND_LEAK));
	assert_int_equal(seen.kinds[KIND_LEAK], 10);
	seeded(&zombie_scenario, 10, ONLY(KIND_LEAK));
	assert_int_equal(seen.kinds[KIND_LEAK], 10);
}

/* Nobody gets its status, since there is no zombie. */
static void ignore_children(struct sabot_task *task)
{
	int status;

	SABOT_OK(signal(SIGCHLD, SIG_IGN) == SIG_ERR ? -1 : 0);
	if (SABOT_OK(fork()) == 0)
		_exit(0);
	sabot_point(task, "meanwhile");
	sabot_assert(task, wait(&status) == -1 && errno == ECHILD, "a child to wait for");
}
SCENARIO(ignored, setup, { "parent", 1, ignore_children }, { "other", 1, idle });

static void watch_child(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int status;
	siginfo_t info;
	pid_t child = SABOT_OK(fork());

	if (child == 0) {
		(void)!read(shared->fds[0], &status, 1);
		_exit(7);
	}
	sabot_assert(task, waitpid(child, &status, WNOHANG) == 0, "over already");
	SABOT_OK(kill(child, SIGSTOP));
	SABOT_OK(waitpid(child, &status, WUNTRACED));
	sabot_assert(task, WIFSTOPPED(status), "not stopped: %x", (unsigned)status);
	SABOT_OK(kill(child, SIGCONT));
	SABOT_OK(waitpid(child, &status, WCONTINUED));
	sabot_assert(task, WIFCONTINUED(status), "not continued: %x", (unsigned)status);
	SABOT_OK(write(shared->fds[1], "x", 1));
	SABOT_OK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	SABOT_OK(waitid(P_ALL, 0, &info, WEXITED));
	sabot_assert(task, info.si_pid == child && info.si_status == 7, "status %d",
		     info.si_status);
}
SCENARIO(watched, setup_pipe, { "parent", 1, watch_child }, { "other", 1, idle });

static void replace_child(struct sabot_task *task)
{
	pid_t child = SABOT_OK(vfork());
	int status;

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 6", NULL);
		_exit(9);
	}
	SABOT_OK(waitpid(child, &status, 0));
	sabot_assert(task, WEXITSTATUS(status) == 6, "status %x", (unsigned)status);
}
SCENARIO(replaced, setup, { "parent", 1, replace_child }, { "other", 1, idle });

pid_t _Fork(void); /* not in all headers */

/* A task of its own, at whose point others run. */
static void fork_plain(struct sabot_task *task)
{
	const unsigned before = control->task_count;
	pid_t child = SABOT_OK(_Fork());
	int status;

	if (child == 0) {
		sabot_point(task, "in the child");
		_exit(getpid() == (pid_t)control->tasks[before].pid ? 5 : 6);
	}
	SABOT_OK(waitpid(child, &status, 0));
	sabot_assert(task, WEXITSTATUS(status) == 5, "status %x", (unsigned)status);
}
SCENARIO(plain, setup, { "parent", 1, fork_plain }, { "other", 1, idle });

static void test_waiting(void **state)
{
	(void)state;
	seeded(&ignored_scenario, 20, 0);
	seeded_sweep(&ignored_scenario, 1, PLAN_KILL, 0, 0);
	seeded(&watched_scenario, 20, 0);
	seeded(&replaced_scenario, 5, 0);
	seeded(&plain_scenario, 5, 0);
}

static void breed(struct sabot_task *task)
{
	(void)task;
	for (;;) {
		if (SABOT_OK(fork()) == 0)
			_exit(0);
		SABOT_OK(wait(NULL));
	}
}
SCENARIO(crowd, setup, { "parent", 1, breed });

static void test_too_many(void **state)
{
	(void)state;
	seeded(&crowd_scenario, 2, ONLY(KIND_BROKEN));
	assert_int_equal(seen.kinds[KIND_BROKEN], 2);
}

/* A process that exits is none that a pool can keep. */
static void exit_some(struct sabot_task *task)
{
	count_inside(task);
	if (sabot_index(task))
		exit(0);
}
static const struct sabot_role kept_roles[] = { { "worker", 3, exit_some }, { 0 } };
static const struct sabot_scenario kept_scenario = { .name = "kept",
						     .group = "test",
						     .shared_size = sizeof(struct shared),
						     .setup = setup,
						     .roles = kept_roles,
						     .cases = &seeded_case,
						     .keeps_no_state = true };

static void test_pool(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 10; seed++) {
		seeded_twice(&kept_scenario, seed, true, NULL);
		seeded_judge(&kept_scenario, seed, 0);
	}
	execution_end_pool();
}

/* ---- Threads -------------------------------------------------------------------------------- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static int counted; /* by the threads of this process */

static void count_at_end(void *data)
{
	(void)data;
	pthread_mutex_lock(&mutex);
	counted += 10;
	pthread_mutex_unlock(&mutex);
}

static void *count_in_thread(void *task)
{
	(void)pthread_setspecific(key, task);
	pthread_mutex_lock(&mutex);
	counted++;
	sabot_point(task, "locked");
	pthread_mutex_unlock(&mutex);
	pthread_exit(&counted);
}

static void have_threads(struct sabot_task *task)
{
	pthread_t threads[2];
	void *result;
	int i;

	SABOT_ZERO(pthread_key_create(&key, count_at_end));
	for (i = 0; i < 2; i++)
		SABOT_ZERO(pthread_create(&threads[i], NULL, count_in_thread, task));
	for (i = 0; i < 2; i++) {
		SABOT_ZERO(pthread_join(threads[i], &result));
		sabot_assert(task, result == &counted, "another result");
	}
	sabot_assert(task, counted == 22, "counted %d", counted);
}
SCENARIO(threads, setup, { "maker", 2, have_threads });

static void test_threads(void **state)
{
	(void)state;
	seeded(&threads_scenario, 20, 0);
	/* All of a process die of what struck one of its threads, and nobody else is held up. */
	seeded_sweep(&threads_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&threads_scenario, 1, PLAN_STOP, 0, 0);
}

static void give_back(void *shared)
{
	((struct shared *)shared)->flag = 1;
	(void)change(shared, 1);
}

static void *read_in_thread(void *task)
{
	struct shared *shared = sabot_shared(task);
	char byte;

	pthread_cleanup_push(give_back, shared);
	(void)!read(shared->fds[0], &byte, 1);
	pthread_cleanup_pop(1);
	return NULL;
}

static void cancel_thread(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pthread_t thread;
	void *result;

	SABOT_ZERO(pthread_create(&thread, NULL, read_in_thread, task));
	sabot_point(task, "meanwhile");
	SABOT_ZERO(pthread_cancel(thread));
	SABOT_ZERO(pthread_join(thread, &result));
	sabot_assert(task, result == PTHREAD_CANCELED || result == NULL, "another result");
	sabot_assert(task, shared->flag || result == PTHREAD_CANCELED, "not cleaned up");
}
SCENARIO(cancelled, setup_pipe, { "maker", 1, cancel_thread }, { "other", 1, idle });

static void *exit_in_thread(void *task)
{
	sabot_point(task, "before");
	exit(0);
}

static void *sleep_in_thread(void *task)
{
	struct shared *shared = sabot_shared(task);

	(void)change(shared, -1);
	(void)change(shared, -1);
	return NULL;
}

static void exit_beside_sleeper(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, sleep_in_thread, task));
	SABOT_ZERO(pthread_create(&thread, NULL, exit_in_thread, task));
	sleep_in_thread(task);
}
SCENARIO(exits, setup, { "maker", 2, exit_beside_sleeper });

static void *outlive(void *task)
{
	count_inside(task);
	return NULL;
}

static void leave_first(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, outlive, task));
	SABOT_ZERO(pthread_detach(thread));
	pthread_exit(NULL);
}
SCENARIO(outlived, setup, { "maker", 2, leave_first });

static void *fork_in_thread(void *task)
{
	if (SABOT_OK(fork()) == 0) {
		count_inside(task);
		return NULL;
	}
	SABOT_OK(wait(NULL));
	return NULL;
}

static void have_forking_thread(struct sabot_task *task)
{
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, fork_in_thread, task));
	SABOT_ZERO(pthread_join(thread, NULL));
}
SCENARIO(forking, setup, { "maker", 2, have_forking_thread });

static void test_ends_of_threads(void **state)
{
	(void)state;
	seeded(&cancelled_scenario, 20, 0);
	seeded(&exits_scenario, 20, 0);
	seeded(&outlived_scenario, 20, 0);
	seeded(&forking_scenario, 10, 0);
	seeded_sweep(&cancelled_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&exits_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&outlived_scenario, 1, PLAN_KILL, 0, 0);
	seeded_sweep(&forking_scenario, 1, PLAN_KILL, 0, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_children),
	cmocka_unit_test(test_descent),
	cmocka_unit_test(test_orphan),
	cmocka_unit_test(test_left_behind),
	cmocka_unit_test(test_waiting),
	cmocka_unit_test(test_too_many),
	cmocka_unit_test(test_pool),
	cmocka_unit_test(test_threads),
	cmocka_unit_test(test_ends_of_threads),
};

SEEDED_MAIN(tests)
