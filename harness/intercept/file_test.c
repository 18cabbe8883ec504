/* SPDX-License-Identifier: Apache-2.0 */
/* Files, pipes and file locks, with real processes under seeded schedules. */
#include "intercept/descriptor.h"

#include "core/fault.h"
#include "core/trace.h"
#include "exec/execution.h" /* tidy-allow layers: the engine that runs the processes */
#include "intercept/place_test.h"
#include "search/strategies.h" /* tidy-allow layers: the engine that runs the processes */

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

enum { SEEDS = 12, RECORDS = 20, RECORD = 4096 /* more of them than a pipe holds */ };
enum { MUCH = 4, PIPE_HOLDS = 65536 };

struct shared {
	int pipe[2];
	int command;
	int received;
};

static bool is_stuck;
static int command; /* what setup tells the roles */

static void stuck(void)
{
	is_stuck = true;
	control->over = true;
}

static void ended(void)
{
}

static const struct sabot_case the_case = { .name = "case" };

/* Runs it twice: the same seed gives the same trace. */
static void run_with(const struct sabot_scenario *scenario, uint64_t seed,
		     const struct plan_fault *fault)
{
	struct execution execution = { .scenario = scenario,
				       .scase = &the_case,
				       .strategy = &strategy_random,
				       .seed = seed,
				       .stuck = stuck,
				       .ended = ended };
	uint64_t hash;

	if (fault) {
		execution.faults = fault;
		execution.fault_count = 1;
	}
	is_stuck = false;
	assert_int_equal(execution_run(&execution), 0);
	hash = control->trace_hash;
	assert_int_equal(execution_run(&execution), 0);
	assert_true(control->trace_hash == hash);
	assert_string_equal(control->finding.message, "");
}

static void run(const struct sabot_scenario *scenario, uint64_t seed, const char *victim,
		uint32_t op)
{
	struct plan_fault fault = { .kind = PLAN_KILL, .op = op, .where = PLAN_AT_POINT };

	if (victim)
		snprintf(fault.victim, sizeof(fault.victim), "%s", victim);
	run_with(scenario, seed, victim ? &fault : NULL);
}

static unsigned count(enum event_kind kind, enum op op, int error)
{
	unsigned found = 0;
	uint32_t i;

	for (i = 0; i < trace_count(); i++)
		if (control->events[i].kind == kind && control->events[i].op == op &&
		    control->events[i].error == error)
			found++;
	return found;
}

/* ---- Pipes --------------------------------------------------------------------------------- */

static void setup_pipe(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(pipe(shared->pipe));
}

static void produce(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char record[RECORD] = { 0 };
	int i;

	close(shared->pipe[0]);
	for (i = 0; i < RECORDS; i++)
		SABOT_OK(write(shared->pipe[1], record, sizeof(record)));
	close(shared->pipe[1]);
}

static void consume(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char record[RECORD];
	ssize_t got;

	close(shared->pipe[1]);
	while ((got = SABOT_OK(read(shared->pipe[0], record, sizeof(record)))) > 0)
		shared->received += (int)got;
	close(shared->pipe[0]);
}

static const struct sabot_role pipe_roles[] = { { "producer", 1, produce },
						{ "consumer", 1, consume },
						{ 0 } };
static const struct sabot_scenario pipe_scenario = { .name = "pipe",
						     .group = "test",
						     .shared_size = sizeof(struct shared),
						     .setup = setup_pipe,
						     .roles = pipe_roles };

static void a_pipe_blocks_both_ways_and_ends(void **state)
{
	unsigned writers = 0, readers = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&pipe_scenario, seed, NULL, 0);
		assert_false(is_stuck);
		assert_int_equal(((struct shared *)control->shared)->received, RECORDS * RECORD);
		writers += count(EVENT_ASLEEP, OP_WRITE, 0);
		readers += count(EVENT_ASLEEP, OP_READ, 0);
	}
	assert_true(writers > 0);
	assert_true(readers > 0);
}

static void a_killed_writer_ends_a_pipe_at_a_record(void **state)
{
	uint32_t op;

	(void)state;
	for (op = 1; op <= RECORDS + 2; op++) {
		run(&pipe_scenario, op, "producer#0", op);
		assert_false(is_stuck);
		assert_int_equal(control->tasks[0].state, TASK_DEAD);
		assert_int_equal(control->tasks[1].state, TASK_ENDED);
		assert_int_equal(((struct shared *)control->shared)->received,
				 (op < 2 ? 0 : (int)op - 2) * RECORD);
	}
}

static void produce_at_once(struct sabot_task *task)
{
	static const char much[MUCH * PIPE_HOLDS];
	struct shared *shared = sabot_shared(task);

	close(shared->pipe[0]);
	SABOT_OK(write(shared->pipe[1], much, sizeof(much)));
	close(shared->pipe[1]);
}

static void consume_much(struct sabot_task *task)
{
	static char much[PIPE_HOLDS];
	struct shared *shared = sabot_shared(task);
	ssize_t got;

	close(shared->pipe[1]);
	while ((got = SABOT_OK(read(shared->pipe[0], much, sizeof(much)))) > 0)
		shared->received += (int)got;
	close(shared->pipe[0]);
}

static const struct sabot_role much_roles[] = { { "producer", 1, produce_at_once },
						{ "consumer", 1, consume_much },
						{ 0 } };
static const struct sabot_scenario much_scenario = { .name = "much",
						     .group = "test",
						     .shared_size = sizeof(struct shared),
						     .setup = setup_pipe,
						     .roles = much_roles };

/* Each time that it sleeps in the one call, it has moved more. */
static void a_large_write_can_be_cut_short_in_each_sleep(void **state)
{
	struct plan_fault fault = {
		.kind = PLAN_KILL, .op = 2, .where = PLAN_ASLEEP, .victim = "producer#0"
	};

	(void)state;
	for (fault.again = 0; fault.again < MUCH - 1; fault.again++) {
		run_with(&much_scenario, 1, &fault);
		assert_false(is_stuck);
		assert_int_equal(control->tasks[0].state, TASK_DEAD);
		assert_int_equal(((struct shared *)control->shared)->received,
				 (fault.again + 1) * PIPE_HOLDS);
	}
	run_with(&much_scenario, 1, &fault);
	assert_int_equal(control->tasks[0].state, TASK_ENDED);
}

static void setup_fifo(struct sabot_env *env)
{
	(void)env;
	SABOT_OK(mkfifo("door", 0600));
}

static void enter(struct sabot_task *task)
{
	int fd = SABOT_OK(open("door", sabot_index(task) ? O_RDONLY : O_WRONLY));

	close(fd);
}

static const struct sabot_role fifo_roles[] = { { "end", 2, enter }, { 0 } };
static const struct sabot_scenario fifo_scenario = {
	.name = "fifo", .group = "test", .setup = setup_fifo, .roles = fifo_roles
};

static void the_ends_of_a_fifo_wait_for_each_other(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&fifo_scenario, seed, NULL, 0);
		assert_false(is_stuck);
		assert_int_equal(count(EVENT_ASLEEP, OP_OPEN, 0), 1);
		run(&fifo_scenario, seed, "end#0", 1);
		assert_true(is_stuck);
	}
}

/* ---- Locks --------------------------------------------------------------------------------- */

static void make_file(void)
{
	int fd = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));

	SABOT_OK(close(fd));
}

static void setup_file(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	make_file();
	shared->command = command;
}

static int set_lock(int fd, int lock_command, short type, off_t start)
{
	struct flock lock = { .l_type = type, .l_start = start, .l_len = 1 };

	return fcntl(fd, lock_command, &lock);
}

static void lock_two(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	int fd = SABOT_OK(open("file", O_RDWR)), first = (int)sabot_index(task);

	SABOT_OK(set_lock(fd, shared->command, F_WRLCK, first));
	(void)set_lock(fd, shared->command, F_WRLCK, !first);
	SABOT_OK(set_lock(fd, shared->command, F_UNLCK, first));
	close(fd);
}

static const struct sabot_role lock_roles[] = { { "locker", 2, lock_two }, { 0 } };
static const struct sabot_scenario lock_scenario = { .name = "locks",
						     .group = "test",
						     .shared_size = sizeof(struct shared),
						     .setup = setup_file,
						     .roles = lock_roles };

static void only_the_kernel_sees_cycles_of_record_locks(void **state)
{
	unsigned refused = 0, deadlocks = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		command = F_SETLKW;
		run(&lock_scenario, seed, NULL, 0);
		assert_false(is_stuck);
		refused += count(EVENT_RETURN, OP_SETLKW, EDEADLK);
		command = F_OFD_SETLKW;
		run(&lock_scenario, seed, NULL, 0);
		deadlocks += is_stuck && count(EVENT_ASLEEP, OP_OFD_SETLKW, 0) == 2;
	}
	assert_true(refused > 0);
	assert_true(deadlocks > 0);
}

static void a_killed_holder_lets_the_waiter_in(void **state)
{
	unsigned woken = 0;
	uint64_t seed;

	(void)state;
	command = F_SETLKW;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&lock_scenario, seed, "locker#0", 4); /* before it unlocks */
		assert_false(is_stuck);
		assert_int_equal(control->tasks[0].state, TASK_DEAD);
		assert_int_equal(control->tasks[1].state, TASK_ENDED);
		woken += count(EVENT_WOKEN, OP_SETLKW, 0);
	}
	assert_true(woken > 0);
}

/* ---- Objects ------------------------------------------------------------------------------- */

static int held(enum family family, int fd)
{
	struct stat status;
	int object = descriptor_status(fd, &status) == 0
			     ? object_seek(family, status.st_dev, status.st_ino)
			     : -1;

	return object < 0 ? 0 : control->objects[object].held[0];
}

static void hold_and_close(struct sabot_task *task)
{
	int fd = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));
	int other = SABOT_OK(open("file", O_RDWR));

	SABOT_OK(set_lock(fd, F_SETLK, F_WRLCK, 0));
	SABOT_OK(set_lock(fd, F_SETLK, F_WRLCK, 5));
	SABOT_OK(set_lock(fd, F_SETLK, F_UNLCK, 5));
	sabot_assert(task, held(FAMILY_RECORD_LOCK, fd) == 1, "one range is held");
	SABOT_OK(close(other));
	sabot_assert(task, held(FAMILY_RECORD_LOCK, fd) == 0, "closing any descriptor drops all");
	SABOT_OK(flock(fd, LOCK_SH));
	SABOT_OK(flock(fd, LOCK_EX));
	sabot_assert(task, held(FAMILY_FLOCK, fd) == 1, "a conversion is no second lock");
	SABOT_OK(flock(fd, LOCK_UN));
	sabot_assert(task, held(FAMILY_FLOCK, fd) == 0, "unlocked");
	SABOT_OK(close(fd));
	SABOT_OK(unlink("file"));
}

static void make_three(struct sabot_task *task)
{
	int i;

	(void)task;
	for (i = 0; i < 3; i++) {
		make_file();
		SABOT_OK(unlink("file"));
	}
}

static void print(struct sabot_task *task)
{
	int ends[2], output = SABOT_OK(dup(STDOUT_FILENO));

	(void)task;
	SABOT_OK(write(STDOUT_FILENO, "", 0));
	SABOT_OK(pipe(ends));
	SABOT_OK(dup2(ends[1], STDOUT_FILENO));
	SABOT_OK(write(STDOUT_FILENO, "x", 1));
	SABOT_OK(dup2(output, STDOUT_FILENO));
	close(ends[0]);
	close(ends[1]);
	close(output);
}

static void run_alone(void (*body)(struct sabot_task *task))
{
	const struct sabot_role roles[] = { { "alone", 1, body }, { 0 } };
	const struct sabot_scenario scenario = { .name = "alone", .group = "test", .roles = roles };

	run(&scenario, 1, NULL, 0);
	assert_false(is_stuck);
	assert_int_equal(control->tasks[0].state, TASK_ENDED);
}

static void what_is_held_is_counted(void **state)
{
	(void)state;
	run_alone(hold_and_close);
}

static void an_inode_made_anew_is_a_new_object(void **state)
{
	(void)state;
	run_alone(make_three);
	assert_int_equal(control->family_objects[FAMILY_FILE], 3);
	assert_string_equal(control->objects[0].label, "file");
}

static void only_output_to_the_scenario_is_a_point(void **state)
{
	(void)state;
	run_alone(print);
	assert_int_equal(count(EVENT_CALL, OP_WRITE, 0) + count(EVENT_CALL, OP_FILE_WRITE, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_blocks_both_ways_and_ends),
		cmocka_unit_test(a_killed_writer_ends_a_pipe_at_a_record),
		cmocka_unit_test(a_large_write_can_be_cut_short_in_each_sleep),
		cmocka_unit_test(the_ends_of_a_fifo_wait_for_each_other),
		cmocka_unit_test(only_the_kernel_sees_cycles_of_record_locks),
		cmocka_unit_test(a_killed_holder_lets_the_waiter_in),
		cmocka_unit_test(what_is_held_is_counted),
		cmocka_unit_test(an_inode_made_anew_is_a_new_object),
		cmocka_unit_test(only_output_to_the_scenario_is_a_point),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
