/* SPDX-License-Identifier: Apache-2.0 */
/* Faults from outside of the victim's calls: each fires, takes effect, and replays. */
#include "intercept/run_test.h"

#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

struct shared {
	int set, turn[4], turns, errors[4], starts;
	time_t times[2];
	struct timespec monotonic[2];
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	mqd_t queue;

	shared->set = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	queue = SABOT_OK(mq_open("/old", O_RDWR | O_CREAT, 0600, NULL));
	SABOT_OK(mq_close(queue));
}

/* Each notes its turn at its point. */
static void take_turn(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	sabot_point(task, "before");
	shared->turn[shared->turns++] = (int)sabot_index(task);
	sabot_point(task, "after");
}

static void look_at_clocks(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct timespec now;
	int i;

	for (i = 0; i < 2; i++) {
		SABOT_OK(clock_gettime(CLOCK_REALTIME, &now));
		if (sabot_index(task) == 0)
			shared->times[i] = now.tv_sec;
		else
			shared->turn[i] = now.tv_sec > 0;
		SABOT_OK(clock_gettime(CLOCK_MONOTONIC, &shared->monotonic[i]));
		sabot_point(task, "between");
	}
}

static void wait_for_it(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct sembuf take = { 0, -1, 0 };

	shared->errors[sabot_index(task)] = semop(shared->set, &take, 1) == 0 ? 0 : errno;
}

static void write_file(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int fd = SABOT_OK(open("ledger", O_RDWR | O_CREAT, 0600));
	struct stat status;

	SABOT_OK(write(fd, "abc", 3));
	SABOT_OK(write(fd, "def", 3));
	shared->errors[0] = stat("ledger", &status) == 0 ? (int)status.st_size : -errno;
	SABOT_OK(fstat(fd, &status));
	shared->errors[1] = (int)status.st_size;
	SABOT_OK(close(fd));
	(void)unlink("ledger");
}

static void want_more(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int fd;
	void *memory;

	sabot_point(task, "begin");
	fd = open("more", O_RDWR | O_CREAT, 0600);
	shared->errors[0] = fd < 0 ? errno : 0;
	memory = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared->errors[1] = memory == MAP_FAILED ? errno : 0;
	if (fd >= 0)
		SABOT_OK(close(fd));
	(void)unlink("more");
}

/* What a limit that is not the kernel's own does: a child of whoever has reached it has, too. */
static void make_more(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pid_t pid;

	shared->errors[0] = semget(IPC_PRIVATE, 1, 0600) < 0 ? errno : 0;
	shared->errors[1] = semget(0x5ab07, 1, 0600) < 0 ? errno : 0;
	pid = fork();
	if (pid == 0) {
		shared->errors[2] = shmget(IPC_PRIVATE, 1, 0600) < 0 ? errno : 0;
		_exit(0);
	}
	shared->errors[3] = pid < 0 ? errno : 0;
	if (pid > 0)
		SABOT_OK(waitpid(pid, NULL, 0));
}

static void want_queues(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	mqd_t queue = mq_open("/old", O_RDWR);

	shared->errors[0] = queue < 0 ? errno : 0;
	if (queue >= 0)
		SABOT_OK(mq_close(queue));
	queue = mq_open("/new", O_RDWR | O_CREAT, 0600, NULL);
	shared->errors[1] = queue < 0 ? errno : 0;
	if (queue >= 0)
		SABOT_OK(mq_close(queue));
	(void)mq_unlink("/new");
}

/* Makes something, is robbed of it at an operation on it, and looks for it. */
static int use_semaphore(void)
{
	sem_t *semaphore = SABOT_OK(sem_open("/named", O_RDWR | O_CREAT, 0600, 1));
	int error;

	SABOT_OK(sem_wait(semaphore));
	error = sem_open("/named", 0) == SEM_FAILED ? errno : 0;
	SABOT_OK(sem_close(semaphore));
	return error;
}

static int use_queue(void)
{
	mqd_t queue = SABOT_OK(mq_open("/named", O_RDWR | O_CREAT, 0600, NULL));
	int error;

	SABOT_OK(mq_send(queue, "x", 1, 0));
	error = mq_open("/named", O_RDWR) < 0 ? errno : 0;
	SABOT_OK(mq_close(queue));
	return error;
}

static int use_segment(void)
{
	int fd = SABOT_OK(shm_open("/named", O_RDWR | O_CREAT, 0600)), error;
	struct stat status;

	SABOT_OK(ftruncate(fd, 4096));
	error = shm_open("/named", O_RDWR, 0) < 0 ? errno : 0;
	SABOT_OK(fstat(fd, &status));
	SABOT_OK(close(fd));
	return error;
}

/* Cut by somebody else: there is nothing behind the mapping any more. */
static int use_cut_segment(void)
{
	int fd = SABOT_OK(shm_open("/named", O_RDWR | O_CREAT, 0600));
	struct stat status;

	SABOT_OK(pwrite(fd, "x", 1, 4095));
	SABOT_OK(fsync(fd));
	SABOT_OK(fstat(fd, &status));
	SABOT_OK(close(fd));
	SABOT_OK(shm_unlink("/named"));
	return status.st_size == 0 ? ENODATA : 0;
}

static int use_sysv_segment(void)
{
	int segment = SABOT_OK(shmget(IPC_PRIVATE, 1, 0600));

	return (intptr_t)shmat(segment, NULL, 0) == -1 ? errno : 0;
}

static int use_sysv_queue(void)
{
	int queue = SABOT_OK(msgget(IPC_PRIVATE, 0600));

	return msgsnd(queue, &(struct msgbuf){ 1, { 'x' } }, 1, 0) == -1 ? errno : 0;
}

static int missing(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? errno : 0;
}

static int use_fifo(void)
{
	int fd, error;

	SABOT_OK(mkfifo("fifo", 0600));
	fd = SABOT_OK(open("fifo", O_RDWR));
	SABOT_OK(write(fd, "x", 1));
	error = missing("fifo");
	SABOT_OK(close(fd));
	return error;
}

static int use_lock_file(void)
{
	int fd = SABOT_OK(open("lock", O_RDWR | O_CREAT, 0600)), error;

	SABOT_OK(flock(fd, LOCK_EX));
	error = missing("lock");
	SABOT_OK(close(fd));
	return error;
}

static int use_socket(void)
{
	const struct sockaddr_un address = { AF_UNIX, "path" };
	int fd = SABOT_OK(socket(AF_UNIX, SOCK_STREAM, 0)), error;

	SABOT_OK(bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	SABOT_OK(listen(fd, 1));
	error = missing("path");
	SABOT_OK(close(fd));
	return error;
}

static const struct robbery {
	int (*use)(void);
	int value; /* 1: it is cut */
	uint32_t op;
	int error;
} robberies[] = {
	{ use_semaphore, 0, 2, ENOENT },    { use_queue, 0, 2, ENOENT },
	{ use_segment, 0, 2, ENOENT },	    { use_cut_segment, 1, 3, ENODATA },
	{ use_sysv_segment, 0, 2, EINVAL }, { use_sysv_queue, 0, 2, EINVAL },
	{ use_fifo, 0, 3, ENOENT },	    { use_lock_file, 0, 2, ENOENT },
	{ use_socket, 0, 2, ENOENT },
};

static void be_robbed(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct robbery *robbery = sabot_variant(task);

	shared->errors[0] = robbery->use();
}

static void be_started(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	shared->starts++;
	sabot_point(task, "working");
	shared->turn[sabot_index(task)]++;
	sabot_point(task, "done");
}

static void fork_one(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pid_t pid;

	sabot_point(task, "begin");
	pid = fork();
	if (pid == 0)
		_exit(0);
	shared->errors[0] = pid < 0 ? errno : 0;
	if (pid > 0)
		SABOT_OK(waitpid(pid, NULL, 0));
}

/* The child must have a descriptor, and gives up without. */
static void make_one_that_opens(struct sabot_task *task)
{
	pid_t pid;

	sabot_point(task, "begin");
	pid = SABOT_OK(fork());
	if (pid == 0) {
		int fd = SABOT_OK(open("more", O_RDWR | O_CREAT, 0600));

		SABOT_OK(close(fd));
		SABOT_OK(unlink("more"));
		_exit(0);
	}
	SABOT_OK(waitpid(pid, NULL, 0));
}

#define SCENARIO(body_, count_)                                                                    \
	static const struct sabot_role body_##_roles[] = { { "one", count_, body_ }, { 0 } };      \
	static const struct sabot_scenario body_##_scenario = {                                    \
		.name = #body_,                                                                    \
		.group = "test",                                                                   \
		.shared_size = sizeof(struct shared),                                              \
		.setup = setup,                                                                    \
		.roles = body_##_roles,                                                            \
	}

SCENARIO(take_turn, 2);
SCENARIO(look_at_clocks, 2);
SCENARIO(wait_for_it, 2);
SCENARIO(write_file, 1);
SCENARIO(want_more, 1);
SCENARIO(make_more, 1);
SCENARIO(make_one_that_opens, 1);
SCENARIO(want_queues, 1);
SCENARIO(be_robbed, 1);
SCENARIO(be_started, 2);
SCENARIO(fork_one, 1);

static const struct shared *struck_as(const struct sabot_scenario *scenario, const void *variant,
				      struct plan_fault fault)
{
	snprintf(fault.victim, sizeof(fault.victim), "one#0");
	run_with(scenario, variant, 1, &fault);
	assert_int_equal(control->shots[0].state, SHOT_CONFIRMED);
	return control->shared;
}

static const struct shared *struck(const struct sabot_scenario *scenario, struct plan_fault fault)
{
	return struck_as(scenario, NULL, fault);
}

static void who_is_delayed_comes_last(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&take_turn_scenario, (struct plan_fault){ .kind = PLAN_DELAY, .op = 1 });
	assert_int_equal(shared->turns, 2);
	assert_int_equal(shared->turn[1], 0);
	shared = struck(&take_turn_scenario,
			(struct plan_fault){ .kind = PLAN_DELAY, .value = 60, .op = 1 });
	assert_int_equal(shared->turn[1], 0);
	assert_true(control->now_ns >= UINT64_C(60000000000));
}

static void one_process_sees_its_clock_jump(void **state)
{
	static const int jumps[] = { -3600, 3600 };
	const struct shared *shared;

	(void)state;
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		shared = struck(&look_at_clocks_scenario, (struct plan_fault){ .kind = PLAN_CLOCK,
									       .value = jumps[i],
									       .op = 1 });
		assert_int_equal(shared->times[1], shared->times[0] + jumps[i]);
		assert_true(shared->monotonic[1].tv_nsec > shared->monotonic[0].tv_nsec);
		assert_int_equal(control->tasks[1].clock_ns, 0);
	}
}

static void who_sleeps_on_what_is_removed_is_told(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&wait_for_it_scenario,
			(struct plan_fault){ .kind = PLAN_REMOVE, .op = 1, .where = PLAN_ASLEEP });
	assert_int_equal(shared->errors[0], EIDRM);
	assert_true(shared->errors[1] == EIDRM || shared->errors[1] == EINVAL);
}

static void a_file_goes_or_is_cut(void **state)
{
	const struct shared *shared;

	(void)state;
	/* 1: open, 2 and 3: write. */
	shared = struck(&write_file_scenario, (struct plan_fault){ .kind = PLAN_REMOVE, .op = 3 });
	assert_int_equal(shared->errors[0], -ENOENT);
	assert_int_equal(shared->errors[1], 6);
	shared = struck(&write_file_scenario,
			(struct plan_fault){ .kind = PLAN_REMOVE, .value = 1, .op = 4 });
	assert_int_equal(shared->errors[0], 0);
}

static void whatever_has_a_name_can_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(robberies) / sizeof(robberies[0]); i++) {
		const struct robbery *robbery = &robberies[i];
		const struct shared *shared =
			struck_as(&be_robbed_scenario, robbery,
				  (struct plan_fault){ .kind = PLAN_REMOVE,
						       .value = robbery->value,
						       .op = robbery->op });

		if (shared->errors[0] != robbery->error)
			print_error("robbery %zu: error %d\n", i, shared->errors[0]);
		assert_int_equal(shared->errors[0], robbery->error);
	}
}

/* There are no processes left, no identifiers, and no room for queues: old ones can be had. */
static void limits_meet_what_is_new(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&make_more_scenario,
			(struct plan_fault){ .kind = PLAN_LIMIT, .value = 3, .op = 1 });
	assert_int_equal(shared->errors[0], ENOSPC);
	assert_int_equal(shared->errors[1], ENOENT);
	assert_int_equal(shared->errors[2], ENOSPC);
	assert_int_equal(shared->errors[3], 0);
	shared = struck(&fork_one_scenario,
			(struct plan_fault){ .kind = PLAN_LIMIT, .value = 2, .op = 2 });
	assert_int_equal(shared->errors[0], EAGAIN);
	shared = struck(&want_queues_scenario,
			(struct plan_fault){ .kind = PLAN_LIMIT, .value = 4, .op = 1 });
	assert_int_equal(shared->errors[0], 0);
	assert_int_equal(shared->errors[1], EMFILE);
}

static void limits_are_inherited(void **state)
{
	(void)state;
	run(&make_one_that_opens_scenario, NULL, 1);
	assert_false(control->tasks[1].gave_up);
	(void)struck(&make_one_that_opens_scenario,
		     (struct plan_fault){ .kind = PLAN_LIMIT, .op = 1 });
	assert_int_equal(control->task_count, 2);
	assert_true(control->tasks[1].gave_up);
	assert_false(control->tasks[0].gave_up);
}

static void a_limit_is_the_kernels(void **state)
{
	const struct shared *shared;

	(void)state;
	shared = struck(&want_more_scenario, (struct plan_fault){ .kind = PLAN_LIMIT, .op = 1 });
	assert_int_equal(shared->errors[0], EMFILE);
	assert_int_equal(shared->errors[1], 0);
	shared = struck(&want_more_scenario,
			(struct plan_fault){ .kind = PLAN_LIMIT, .value = 1, .op = 1 });
	assert_int_equal(shared->errors[0], 0);
	assert_int_equal(shared->errors[1], ENOMEM);
}

static void who_is_killed_is_started_again(void **state)
{
	const struct shared *shared =
		struck(&be_started_scenario, (struct plan_fault){ .kind = PLAN_RESTART, .op = 1 });

	(void)state;
	assert_int_equal(shared->starts, 3);
	assert_int_equal(shared->turn[0], 1);
	assert_int_equal(shared->turn[1], 1);
	assert_int_equal(control->task_count, 3);
	assert_string_equal(control->tasks[2].name, "one#0/0");
	assert_int_equal(control->tasks[2].state, TASK_ENDED);
}

static void a_process_is_not_made(void **state)
{
	const struct shared *shared =
		struck(&fork_one_scenario,
		       (struct plan_fault){ .kind = PLAN_SPAWN, .value = EAGAIN, .op = 2 });

	(void)state;
	assert_int_equal(shared->errors[0], EAGAIN);
	assert_int_equal(control->task_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_delayed_comes_last),
		cmocka_unit_test(one_process_sees_its_clock_jump),
		cmocka_unit_test(who_sleeps_on_what_is_removed_is_told),
		cmocka_unit_test(a_file_goes_or_is_cut),
		cmocka_unit_test(whatever_has_a_name_can_go),
		cmocka_unit_test(a_limit_is_the_kernels),
		cmocka_unit_test(limits_meet_what_is_new),
		cmocka_unit_test(limits_are_inherited),
		cmocka_unit_test(who_is_killed_is_started_again),
		cmocka_unit_test(a_process_is_not_made),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
