/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that was taken away from under those who use it, in each of the ways. */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum { PAGE = 4096 };

struct shared {
	int fd, segment;
	unsigned *map; /* of setup */
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->fd = SABOT_OK(open("log", O_RDWR | O_CREAT, 0600));
	SABOT_OK(ftruncate(shared->fd, 2 * PAGE));
	shared->map =
		SABOT_OK(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, shared->fd, 0));
	shared->segment = SABOT_OK(shmget(IPC_PRIVATE, PAGE, 0600));
}

typedef void use(struct sabot_task *task);

static void read_behind_end(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(ftruncate(shared->fd, PAGE));
	sabot_assert(task, shared->map[PAGE / 4] == 0, "is never looked at");
}

static void add_behind_end(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(truncate("log", 0));
	__atomic_fetch_add(&shared->map[1], 1, __ATOMIC_SEQ_CST);
}

static void write_detached(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned *word = SABOT_OK(shmat(shared->segment, NULL, 0));

	SABOT_OK(shmdt(word));
	word[2] = 1;
}

static void *unmap(void *map)
{
	(void)munmap(map, PAGE);
	return NULL;
}

static void read_what_a_thread_unmaps(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pthread_t thread;

	SABOT_ZERO(pthread_create(&thread, NULL, unmap, shared->map));
	SABOT_ZERO(pthread_join(thread, NULL));
	sabot_assert(task, shared->map[0] == 0, "is never looked at");
}

/* What was never there is a crash. */
static void read_beyond(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	unsigned *map =
		SABOT_OK(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, shared->fd, 0));

	sabot_assert(task, map[2 * PAGE / 4] == 0, "is never looked at");
}

static void truncate_only(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);

	SABOT_OK(ftruncate(shared->fd, 0));
	sabot_point(task, "here");
}

static void write_mapped(struct sabot_task *task)
{
	int fd = SABOT_OK(open("log", O_RDWR));
	unsigned *map = SABOT_OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	SABOT_OK(close(fd));
	sabot_point(task, "mapped");
	map[0] = 1;
	SABOT_OK(munmap(map, PAGE));
}

static void body(struct sabot_task *task)
{
	use *const *way = sabot_variant(task);

	(*way)(task);
}

static const struct sabot_role roles[] = { { "user", 1, body }, { 0 } };

static use *const behind_end = read_behind_end, *const atomic = add_behind_end,
		  *const detached = write_detached, *const thread = read_what_a_thread_unmaps,
		  *const beyond = read_beyond, *const checked = truncate_only,
		  *const robbed = write_mapped;

static void look(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	if (sabot_check_variant(check) == &checked)
		sabot_require(check, shared->map[0] == 0, "is never looked at");
}

static const struct sabot_invariant invariants[] = { { "the check looks", SABOT_WHEN_ALWAYS, look },
						     { 0 } };

static const struct sabot_case cases[] = { { .name = "ftruncate", .variant = &behind_end },
					   { .name = "truncate", .variant = &atomic },
					   { .name = "shmdt", .variant = &detached },
					   { .name = "munmap", .variant = &thread },
					   { .name = "beyond", .variant = &beyond },
					   { .name = "check", .variant = &checked },
					   { .name = "robbed",
					     .variant = &robbed,
					     .fault = { .kind = SABOT_REMOVE_OBJECT,
							.point = "mapped" } },
					   { 0 } };

static const char *const points[] = { "here", "mapped", NULL };

static const struct sabot_scenario unmapped = { .name = "unmapped",
						.group = "memory",
						.about = "what is used was taken away",
						.shared_size = sizeof(struct shared),
						.setup = setup,
						.roles = roles,
						.invariants = invariants,
						.points = points,
						.cases = cases };

SABOT_MODULE(&unmapped);
