/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever the bytes are, they are a plan that is valid, and what is written of it is
 * the same plan. Built by ci/fuzz only; else it is empty.
 */
#include "core/plan_code.h"

#ifdef SABOT_FUZZ

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct plan_code_roots roots = { 2, { "user#0", "a-role-of-some-length#63" } };
	static uint8_t bytes[PLAN_CODE_BYTES_MAX], bytes_again[PLAN_CODE_BYTES_MAX];
	static struct plan_code code, again;
	static struct plan plan;
	size_t length;

	snprintf(plan.scenario, sizeof(plan.scenario), "group/name");
	snprintf(plan.case_name, sizeof(plan.case_name), "case");
	plan_code_decode(&code, data, size);
	length = plan_code_encode(&code, bytes);
	require(length >= 1 && length <= sizeof(bytes));
	plan_code_decode(&again, bytes, length);
	require(plan_code_encode(&again, bytes_again) == length);
	require(memcmp(bytes, bytes_again, length) == 0);
	plan_code_to_plan(&code, &roots, &plan);
	require(plan_valid(&plan));
	/* Names may be cut short, so what comes back need not be the same; but it does come. */
	(void)plan_code_from_plan(&again, &roots, &plan);
	return 0;
}

#endif
