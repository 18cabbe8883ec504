/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever two plans AFL++'s mutator is given, it gives back one that is within limits,
 * and trimming ends, with no more than there was. Built by ci/fuzz only; else it is empty.
 */
#include "core/plan_code.h"

#ifdef SABOT_FUZZ

#include <stdlib.h>
#include <string.h>

void *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *buffer, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t most);
int32_t afl_custom_init_trim(void *data, uint8_t *buffer, size_t size);
size_t afl_custom_trim(void *data, uint8_t **out);
int32_t afl_custom_post_trim(void *data, unsigned char success);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Every other chunk can go. */
static void trim(void *mutator, uint8_t *from, size_t size)
{
	uint32_t steps = 0;
	uint8_t *to;

	for (int32_t at = afl_custom_init_trim(mutator, from, size) ? 0 : 1; at < 1;
	     at = afl_custom_post_trim(mutator, steps % 2)) {
		require(afl_custom_trim(mutator, &to) <= PLAN_CODE_BYTES_MAX && to);
		require(++steps < 100000);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan_code code;
	static uint8_t copy[2][PLAN_CODE_BYTES_MAX];
	size_t half = size / 2 < PLAN_CODE_BYTES_MAX ? size / 2 : PLAN_CODE_BYTES_MAX, made;
	void *mutator;
	uint8_t *to;

	setenv("SABOT_FUZZ_LIMITS", "3 2 2 50", 1);
	mutator = afl_custom_init(NULL, size ? data[0] : 0);
	require(mutator);
	memcpy(copy[0], data, half);
	memcpy(copy[1], data + half, half);
	made = afl_custom_fuzz(mutator, copy[0], half, &to, copy[1], half, PLAN_CODE_BYTES_MAX);
	require(to && made >= 1 && made <= PLAN_CODE_BYTES_MAX);
	plan_code_decode(&code, to, made);
	require(code.fault_count <= 2 && code.base < PLAN_CODE_BASES);
	memcpy(copy[0], to, made);
	trim(mutator, copy[0], made);
	afl_custom_deinit(mutator);
	return 0;
}

#endif
