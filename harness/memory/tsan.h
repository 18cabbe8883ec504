/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What code that is compiled with -fsanitize=thread calls: the interface of the compilers, gcc 12
 * and clang 14 or later, which no header declares. Ours takes the place of libtsan.
 */
#ifndef SABOT_MEMORY_TSAN_H
#define SABOT_MEMORY_TSAN_H

#include <stddef.h>
#include <stdint.h>

/* With any sanitizer on, gcc takes them for builtins of its own, which it gives other types. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
#endif

#define TSAN	  __attribute__((visibility("default")))
#define TSAN_SITE __builtin_return_address(0)

/* Whether it will fail is not known at the point: it orders what it would order in either case. */
static inline int tsan_either(int order, int failed_order)
{
	if (failed_order == __ATOMIC_RELAXED)
		return order;
	if (order == __ATOMIC_RELEASE)
		return __ATOMIC_ACQ_REL;
	return order == __ATOMIC_RELAXED ? __ATOMIC_ACQUIRE : order;
}

#endif
