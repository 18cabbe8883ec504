/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies that instrumented code asks libc for: linked with --wrap, its calls come here. A copy is
 * one access at either end, although the processor makes it in many.
 */
#include "memory/tsan.h"

#include "memory/access.h"

#include <string.h>

TSAN void *__wrap_memcpy(void *to, const void *from, size_t size);
TSAN void *__wrap_memmove(void *to, const void *from, size_t size);
TSAN void *__wrap_memset(void *to, int value, size_t size);

static void announce(void *to, const void *from, size_t size, const void *site)
{
	if (from && size)
		access_point(OP_LOAD, from, size, site);
	if (size)
		access_point(OP_STORE, to, size, site);
}

TSAN void *__wrap_memcpy(void *to, const void *from, size_t size)
{
	announce(to, from, size, TSAN_SITE);
	return memcpy(to, from, size);
}

TSAN void *__wrap_memmove(void *to, const void *from, size_t size)
{
	announce(to, from, size, TSAN_SITE);
	return memmove(to, from, size);
}

TSAN void *__wrap_memset(void *to, int value, size_t size)
{
	announce(to, NULL, size, TSAN_SITE);
	return memset(to, value, size);
}

/* clang 16 and later call these by themselves. */
TSAN void *__tsan_memcpy(void *to, const void *from, size_t size);
TSAN void *__tsan_memmove(void *to, const void *from, size_t size);
TSAN void *__tsan_memset(void *to, int value, size_t size);

TSAN void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	announce(to, from, size, TSAN_SITE);
	return memcpy(to, from, size);
}

TSAN void *__tsan_memmove(void *to, const void *from, size_t size)
{
	announce(to, from, size, TSAN_SITE);
	return memmove(to, from, size);
}

TSAN void *__tsan_memset(void *to, int value, size_t size)
{
	announce(to, NULL, size, TSAN_SITE);
	return memset(to, value, size);
}
