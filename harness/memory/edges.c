/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/edges.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define EXPORTED __attribute__((visibility("default")))

/* Where code that is no part of an execution counts, and code of no worker. */
static uint8_t nowhere[EDGES_MAX];
static size_t count;

/* What afl-clang-fast counts in, without asking us. */
EXPORTED uint8_t *__afl_area_ptr = nowhere;

EXPORTED void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
EXPORTED void __sanitizer_cov_trace_pc_guard(const uint32_t *guard);

/* An object that is loaded; may come more than once. Those beyond the last place share it. Place 0
 * is nobody's: so what has a place is known. */
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	if (start == stop || *start)
		return;
	for (; start < stop; start++) {
		if (count < EDGES_MAX - 1)
			count++;
		*start = (uint32_t)count;
	}
}

void __sanitizer_cov_trace_pc_guard(const uint32_t *guard)
{
	__afl_area_ptr[*guard]++;
}

size_t edges_count(void)
{
	return count ? count + 1 : 0;
}

int edges_prepare(void)
{
	void *area;

	if (!count)
		return 0;
	area = mmap(NULL, EDGES_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	__afl_area_ptr = area;
	return 0;
}

void edges_clear(void)
{
	memset(__afl_area_ptr, 0, edges_count());
}

const uint8_t *edges_counts(void)
{
	return __afl_area_ptr;
}
