/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AFL++'s custom mutator and trimmer for plans: libsabot-mutator.so, which afl-fuzz loads by
 * AFL_CUSTOM_MUTATOR_LIBRARY. All that it knows of the scenario is SABOT_FUZZ_LIMITS, four numbers
 * (struct guided_limits). Built into that library only; else it is empty.
 */
#include "search/guided_edit.h"

#ifdef SABOT_MUTATOR

#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

struct mutator {
	struct guided_limits limits;
	struct random random;
	struct plan_code code, donor;
	/* Trimming: entries [at, at + chunk) are left out of `code`, one chunk after the other. */
	struct plan_code tried;
	uint32_t at, chunk;
	uint8_t bytes[PLAN_CODE_BYTES_MAX];
};

EXPORTED void *afl_custom_init(void *afl, unsigned seed);
EXPORTED void afl_custom_deinit(void *data);
EXPORTED size_t afl_custom_fuzz(void *data, uint8_t *buffer, size_t size, uint8_t **out,
				uint8_t *other, size_t other_size, size_t most);
EXPORTED int32_t afl_custom_init_trim(void *data, uint8_t *buffer, size_t size);
EXPORTED size_t afl_custom_trim(void *data, uint8_t **out);
EXPORTED int32_t afl_custom_post_trim(void *data, unsigned char success);

void *afl_custom_init(void *afl, unsigned seed)
{
	struct mutator *mutator = calloc(1, sizeof(*mutator));
	const char *text = getenv("SABOT_FUZZ_LIMITS");

	(void)afl;
	if (!mutator)
		return NULL;
	mutator->limits.roots = 4;
	if (text)
		(void)sscanf(text, "%u %u %u %u", &mutator->limits.roots, &mutator->limits.cases,
			     &mutator->limits.faults, &mutator->limits.length);
	random_seed_stream(&mutator->random, seed, 0, 0, 0);
	return mutator;
}

void afl_custom_deinit(void *data)
{
	free(data);
}

size_t afl_custom_fuzz(void *data, uint8_t *buffer, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t most)
{
	struct mutator *mutator = data;

	plan_code_decode(&mutator->code, buffer, size);
	plan_code_decode(&mutator->donor, other, other ? other_size : 0);
	guided_edit(&mutator->code, other ? &mutator->donor : NULL, &mutator->limits,
		    &mutator->random);
	/* Without one, a case that has a fault shows nothing new for long. */
	if (random_below(&mutator->random, 4))
		guided_edit_strike(&mutator->code, &mutator->limits, &mutator->random);
	size = plan_code_encode(&mutator->code, mutator->bytes);
	*out = mutator->bytes;
	return size < most ? size : most;
}

static uint32_t entries(const struct plan_code *code)
{
	return code->fault_count + code->switch_count;
}

/*
 * The number of steps is not known before: whether there is one more is said by where the last one
 * stands, 0 while there is and 1 when there is none.
 */
static int32_t has_ended(const struct mutator *mutator)
{
	return mutator->chunk == 0;
}

int32_t afl_custom_init_trim(void *data, uint8_t *buffer, size_t size)
{
	struct mutator *mutator = data;

	plan_code_decode(&mutator->code, buffer, size);
	mutator->at = 0;
	mutator->chunk = (entries(&mutator->code) + 1) / 2;
	return 1 - has_ended(mutator);
}

size_t afl_custom_trim(void *data, uint8_t **out)
{
	struct mutator *mutator = data;

	plan_code_copy(&mutator->tried, &mutator->code);
	guided_edit_drop(&mutator->tried, mutator->at, mutator->chunk);
	*out = mutator->bytes;
	return plan_code_encode(&mutator->tried, mutator->bytes);
}

int32_t afl_custom_post_trim(void *data, unsigned char success)
{
	struct mutator *mutator = data;

	if (success)
		plan_code_copy(&mutator->code, &mutator->tried);
	else
		mutator->at += mutator->chunk;
	if (mutator->at >= entries(&mutator->code)) {
		mutator->at = 0;
		mutator->chunk = mutator->chunk > 1 ? (mutator->chunk + 1) / 2 : 0;
		if (!entries(&mutator->code))
			mutator->chunk = 0;
	}
	return has_ended(mutator);
}

#endif
