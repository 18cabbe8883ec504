/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task that stores where it should not, as through a wild pointer: into memory that the harness
 * shares with it. It finds that memory in /proc/self/maps; what it stores depends on the seed.
 */
#include <sabot/sabot.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shared {
	pthread_mutex_t mutex;
};

/* So many stores, of as many bytes each, of this byte (-1: any); or all there is is filled. */
struct variant {
	unsigned stores;
	size_t size;
	int byte;
	bool fills;
};

struct range {
	unsigned char *begin, *end;
};

/* A mapping may be so large that it would take for ever to fill it. */
enum { RANGES_MAX = 64, FILLED_MAX = 16 << 20 };

static const char *const points[] = { "before", "after", NULL };

/* What a process can write to and shares with others, but for its scenario's own memory. */
static size_t read_ranges(struct range *ranges, const void *own)
{
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512], flags[8];
	size_t count = 0;
	void *begin, *end;

	while (file && count < RANGES_MAX && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%p-%p %7s", &begin, &end, flags) != 3 || strcmp(flags, "rw-s"))
			continue;
		if (own >= begin && own < end)
			continue;
		ranges[count++] = (struct range){ begin, end };
	}
	if (file)
		fclose(file);
	return count;
}

static void store(const struct variant *variant, const struct range *range, uint64_t random)
{
	size_t size = (size_t)(range->end - range->begin);

	memset(range->begin + random % (size / variant->size) * variant->size,
	       variant->byte < 0 ? (int)(random >> 40 & 0xff) : variant->byte, variant->size);
}

static void fill(const struct range *range, int byte)
{
	size_t size = (size_t)(range->end - range->begin);

	memset(range->begin, byte, size < FILLED_MAX ? size : FILLED_MAX);
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t attr;

	SABOT_ZERO(pthread_mutexattr_init(&attr));
	SABOT_ZERO(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &attr));
}

static void go(struct sabot_task *task, bool scribbles)
{
	struct shared *shared = sabot_shared(task);
	const struct variant *variant = sabot_variant(task);
	struct range ranges[RANGES_MAX];
	size_t count = scribbles ? read_ranges(ranges, shared) : 0;
	unsigned i;

	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	sabot_point(task, "before");
	for (i = 0; count && i < variant->stores; i++) {
		uint64_t random = sabot_random(task, 0);

		store(variant, &ranges[random % count], random / count);
	}
	for (i = 0; variant->fills && i < count; i++)
		fill(&ranges[i], variant->byte);
	sabot_point(task, "after");
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void scribble(struct sabot_task *task)
{
	go(task, true);
}

static void pass(struct sabot_task *task)
{
	go(task, false);
}

static void mutex_is_free(struct sabot_check *check)
{
	struct shared *shared = sabot_check_shared(check);
	int held = pthread_mutex_trylock(&shared->mutex);

	if (!held)
		(void)pthread_mutex_unlock(&shared->mutex);
	sabot_require(check, !held, "it is held");
}

static const struct variant nothing = { 0, 1, 0, false };
static const struct variant bytes = { 1, 1, -1, false };
static const struct variant words = { 1, 8, 0xff, false };
static const struct variant lines = { 4, 64, -1, false };
static const struct variant pages = { 2, 4096, -1, false };
static const struct variant zeroes = { 0, 1, 0, true };
static const struct variant ones = { 0, 1, 0xff, true };

static const struct sabot_role roles[] = {
	{ "scribbler", 1, scribble },
	{ "bystander", 2, pass },
	{ 0 },
};
static const struct sabot_invariant invariants[] = {
	{ "the mutex is free in the end", SABOT_AT_END, mutex_is_free },
	{ 0 },
};
static const struct sabot_case cases[] = {
	{ .name = "nothing", .variant = &nothing }, { .name = "bytes", .variant = &bytes },
	{ .name = "words", .variant = &words },	    { .name = "lines", .variant = &lines },
	{ .name = "pages", .variant = &pages },	    { .name = "zeroes", .variant = &zeroes },
	{ .name = "ones", .variant = &ones },	    { 0 },
};
static const struct sabot_scenario scribbling = {
	.name = "scribble",
	.group = "wild",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.points = points,
	.invariants = invariants,
	.cases = cases,
};

SABOT_MODULE(&scribbling);
