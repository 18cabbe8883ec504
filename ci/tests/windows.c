/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same word of shared memory, which two processes come to in different ways: each case is a
 * race, and where no access can be seen, that is said. Compiled with memory points.
 */
#define _GNU_SOURCE 1
#include <sabot/sabot.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 4, WORDS = PAGE / sizeof(unsigned) };

struct shared {
	int file, memory, segment;
	unsigned *inherited;
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->file = SABOT_OK(open("log", O_RDWR | O_CREAT, 0600));
	SABOT_OK(ftruncate(shared->file, PAGES * PAGE));
	shared->memory = SABOT_OK(memfd_create("memory", 0));
	SABOT_OK(ftruncate(shared->memory, PAGES * PAGE));
	SABOT_OK(ftruncate(SABOT_OK(shm_open("/area", O_RDWR | O_CREAT, 0600)), PAGES * PAGE));
	shared->segment = SABOT_OK(shmget(IPC_PRIVATE, PAGES * PAGE, 0600));
	shared->inherited = SABOT_OK(
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

static unsigned *map(int fd, unsigned first_page, unsigned pages)
{
	return SABOT_OK(mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     (off_t)first_page * PAGE));
}

typedef unsigned *find(const struct shared *shared, unsigned index);

static unsigned *in_file(const struct shared *shared, unsigned index)
{
	(void)index;
	return map(shared->file, 0, 1);
}

static unsigned *in_memfd(const struct shared *shared, unsigned index)
{
	(void)index;
	return map(shared->memory, 0, 1);
}

static unsigned *in_posix(const struct shared *shared, unsigned index)
{
	int fd = SABOT_OK(shm_open("/area", O_RDWR, 0));
	unsigned *word = map(fd, 0, 1);

	(void)shared;
	(void)index;
	SABOT_OK(close(fd));
	return word;
}

static unsigned *in_segment(const struct shared *shared, unsigned index)
{
	(void)index;
	return SABOT_OK(shmat(shared->segment, NULL, 0));
}

static unsigned *inherited(const struct shared *shared, unsigned index)
{
	(void)index;
	return shared->inherited;
}

/* Both maps have the second page. */
static unsigned *overlapping(const struct shared *shared, unsigned index)
{
	return index ? map(shared->file, 1, 2) : map(shared->file, 0, 2) + WORDS;
}

/* One maps the head alone, as who wants to learn how much there is. */
static unsigned *longer(const struct shared *shared, unsigned index)
{
	return map(shared->file, 0, index ? PAGES : 1);
}

static unsigned *grown(const struct shared *shared, unsigned index)
{
	unsigned *head = map(shared->file, 0, 1), *all;

	if (!index)
		return map(shared->file, 0, PAGES) + WORDS;
	all = SABOT_OK(mremap(head, PAGE, (size_t)PAGES * PAGE, MREMAP_MAYMOVE));
	return all + WORDS;
}

static unsigned *at_an_address(const struct shared *shared, unsigned index)
{
	(void)index;
	return SABOT_OK(mmap((void *)0x600000000000, PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_FIXED, shared->file, 0));
}

static void body(struct sabot_task *task)
{
	find *const *find = sabot_variant(task);

	(*find)(sabot_shared(task), sabot_index(task))[2]++;
}

static const struct sabot_role roles[] = { { "user", 2, body }, { 0 } };

#define FOUND(name_, find_)                                                                        \
	{                                                                                          \
		.name = (name_), .variant = &(find *const){ find_ }, .caught_by = "data race"      \
	}
static const struct sabot_case cases[] = {
	FOUND("file", in_file),		 FOUND("memfd", in_memfd),
	FOUND("posix", in_posix),	 FOUND("segment", in_segment),
	FOUND("inherited", inherited),	 FOUND("overlapping", overlapping),
	FOUND("longer", longer),	 FOUND("grown", grown),
	FOUND("address", at_an_address), { 0 },
};

static const struct sabot_scenario windows = { .name = "windows",
					       .group = "memory",
					       .about = "one word, found in different ways",
					       .shared_size = sizeof(struct shared),
					       .setup = setup,
					       .roles = roles,
					       .cases = cases };

SABOT_MODULE(&windows);
