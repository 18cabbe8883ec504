/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/alloc.h"

#include "intercept/answer.h"
#include "intercept/call.h"
#include "os/hot.h"
#include "os/link.h"

#include <stdlib.h>
#include <string.h>

static bool watched HOT; /* written in every execution */

/* Whether a fault makes it fail. */
static bool fails(void)
{
	return answer_fails(&errno);
}

/* The trace has whether there was memory, not where. */
static void *end(struct call *call, void *memory)
{
	(void)call_end_as(call, memory ? 0 : -1, memory ? 0 : -1);
	return memory;
}

static bool begin(struct call *call, enum op op, size_t size, uintptr_t site)
{
	if (!watched || !call_enter_at(call, op, site))
		return false;
	call->amount = (int64_t)size;
	call_begin(call);
	return true;
}

static void *our_malloc(size_t size)
{
	struct call call;

	if (!begin(&call, OP_MALLOC, size, CALL_SITE))
		return malloc(size);
	return end(&call, fails() ? NULL : malloc(size));
}

static void *our_calloc(size_t count, size_t size)
{
	struct call call;

	if (!begin(&call, OP_CALLOC, count * size, CALL_SITE))
		return calloc(count, size);
	return end(&call, fails() ? NULL : calloc(count, size));
}

static void *our_realloc(void *memory, size_t size)
{
	struct call call;
	void *moved;

	/* To free. */
	if (memory && !size)
		return realloc(memory, size);
	if (!begin(&call, OP_REALLOC, size, CALL_SITE))
		return realloc(memory, size);
	moved = fails() ? NULL : realloc(memory, size);
	return end(&call, moved);
}

static void *our_reallocarray(void *memory, size_t count, size_t size)
{
	struct call call;
	void *moved;

	if (!begin(&call, OP_REALLOCARRAY, count * size, CALL_SITE))
		return reallocarray(memory, count, size);
	moved = fails() ? NULL : reallocarray(memory, count, size);
	return end(&call, moved);
}

static int our_posix_memalign(void **memory, size_t alignment, size_t size)
{
	struct call call;
	int error;

	if (!begin(&call, OP_POSIX_MEMALIGN, size, CALL_SITE))
		return posix_memalign(memory, alignment, size);
	error = fails() ? ENOMEM : posix_memalign(memory, alignment, size);
	return call_end_error(&call, error);
}

static void *our_aligned_alloc(size_t alignment, size_t size)
{
	struct call call;

	if (!begin(&call, OP_ALIGNED_ALLOC, size, CALL_SITE))
		return aligned_alloc(alignment, size);
	return end(&call, fails() ? NULL : aligned_alloc(alignment, size));
}

static char *our_strdup(const char *text)
{
	struct call call;

	if (!begin(&call, OP_STRDUP, strlen(text) + 1, CALL_SITE))
		return strdup(text);
	return end(&call, fails() ? NULL : strdup(text));
}

static char *our_strndup(const char *text, size_t size)
{
	struct call call;

	if (!begin(&call, OP_STRNDUP, strnlen(text, size) + 1, CALL_SITE))
		return strndup(text, size);
	return end(&call, fails() ? NULL : strndup(text, size));
}

#define LINK(function)                                                                             \
	{                                                                                          \
#function, __extension__(void *) function, __extension__(void *) our_##function    \
	}

static const struct link_name names[] = {
	LINK(malloc),	      LINK(calloc),	   LINK(realloc), LINK(reallocarray),
	LINK(posix_memalign), LINK(aligned_alloc), LINK(strdup),  LINK(strndup),
};

void alloc_watch(const struct sabot_scenario *scenario, bool watch)
{
	watched = watch;
	if (watch)
		link_replace(scenario, names, sizeof(names) / sizeof(names[0]));
}
