/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are mapped in several places, and what is known of them. */
#include "intercept/mapping.h"

#include "intercept/run_test.h"

#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { SEEDS = 50 };

struct shared {
	int id;
};

static uintptr_t mapped; /* by setup */

static void make_segments(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	void *at;
	int fd;

	shared->id = SABOT_OK(shmget(IPC_PRIVATE, sizeof(sem_t), 0600));
	at = SABOT_OK(shmat(shared->id, NULL, 0));
	SABOT_OK(sem_init(at, 1, 1));
	fd = SABOT_OK(shm_open("/sabot_sync_test", O_CREAT | O_EXCL | O_RDWR, 0600));
	SABOT_OK(ftruncate(fd, sizeof(sem_t)));
	at = SABOT_OK(mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	SABOT_OK(sem_init(at, 1, 1));
	mapped = (uintptr_t)at;
	SABOT_OK(sem_open("/sabot_sync_test", O_CREAT | O_EXCL, 0600, 1));
}

static void take_all(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	sem_t *sems[3];
	int fd, i;

	/* Everything at other addresses than the other task's. */
	if (sabot_index(task))
		SABOT_OK(mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	sems[0] = SABOT_OK(shmat(shared->id, NULL, 0));
	sems[1] = SABOT_OK(sem_open("/sabot_sync_test", 0));
	fd = SABOT_OK(shm_open("/sabot_sync_test", O_RDWR, 0));
	sems[2] = SABOT_OK(mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	SABOT_OK(close(fd));
	for (i = 0; i < 3; i++)
		SABOT_OK(sem_wait(sems[i]));
	for (i = 0; i < 3; i++)
		SABOT_OK(sem_post(sems[i]));
	SABOT_OK(shmdt(sems[0]));
	SABOT_OK(sem_close(sems[1]));
	SABOT_OK(munmap(sems[2], sizeof(sem_t)));
}

static const struct sabot_role takers[] = { { "task", 2, take_all }, { 0 } };
static const struct sabot_scenario taking = { .name = "segments",
					      .group = "test",
					      .shared_size = sizeof(struct shared),
					      .setup = make_segments,
					      .roles = takers };

static void an_object_is_one_wherever_it_is_mapped(void **state)
{
	unsigned slept = 0;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		run(&taking, NULL, seed);
		assert_int_equal(control->family_objects[FAMILY_POSIX_SEM], 3);
		assert_null(mapping_at(mapped));
		assert_int_equal(msync((void *)mapped, 1, MS_ASYNC), -1);
		slept += run_count(EVENT_ASLEEP, OP_SEM_WAIT, 0);
	}
	assert_true(slept > 0);
}

static void set_value(struct sabot_task *task)
{
	struct sembuf take = { .sem_op = -1, .sem_flg = SEM_UNDO };
	int id = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	int object;

	SABOT_OK(semctl(id, 0, SETVAL, 1));
	SABOT_OK(semop(id, &take, 1));
	object = object_seek(FAMILY_SYSV_SEM, (uint64_t)id, 0);
	sabot_assert(task, control->objects[object].lent[0] == 1, "it was not noted as taken");
	SABOT_OK(semctl(id, 0, SETVAL, 1));
	sabot_assert(task, control->objects[object].lent[0] == 0, "it is still noted as lent");
	sabot_assert(task, control->objects[object].held[0] == 0, "it is still noted as held");
	SABOT_OK(semctl(id, 0, IPC_RMID));
}

static const struct sabot_role setters[] = { { "task", 1, set_value }, { 0 } };
static const struct sabot_scenario setting = { .name = "value", .group = "test", .roles = setters };

static void a_value_that_is_set_belongs_to_nobody(void **state)
{
	(void)state;
	run(&setting, NULL, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_one_wherever_it_is_mapped),
		cmocka_unit_test(a_value_that_is_set_belongs_to_nobody),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
