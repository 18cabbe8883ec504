/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic operations on 16 bytes, such as a pointer and its tag: as tsan_atomic.c, but all of them
 * by the one instruction that there is (cmpxchg16b), which writes even where it only looks.
 */
#include "memory/tsan.h"

#include "memory/access.h"

#include <stdbool.h>

#ifndef __clang__
#pragma GCC target("cx16")
#define WIDE
#else
#define WIDE __attribute__((target("cx16")))
#endif

__extension__ typedef unsigned __int128 wide;

WIDE static wide exchange_if(volatile wide *address, wide expected, wide value)
{
	return __sync_val_compare_and_swap(address, expected, value);
}

WIDE static wide look(const volatile wide *address)
{
	return exchange_if((volatile wide *)(uintptr_t)address, 0, 0);
}

static void arrive(enum op op, const volatile wide *address, const void *site, int order)
{
	(void)access_atomic(op, address, sizeof(*address), site, order);
}

TSAN wide __tsan_atomic128_load(const volatile wide *address, int order);
TSAN void __tsan_atomic128_store(volatile wide *address, wide value, int order);
TSAN wide __tsan_atomic128_compare_exchange_val(volatile wide *address, wide expected, wide value,
						int order, int failed_order);

WIDE TSAN wide __tsan_atomic128_load(const volatile wide *address, int order)
{
	arrive(OP_ATOMIC_LOAD, address, TSAN_SITE, order);
	return look(address);
}

WIDE TSAN void __tsan_atomic128_store(volatile wide *address, wide value, int order)
{
	wide before, seen;

	arrive(OP_ATOMIC_STORE, address, TSAN_SITE, order);
	for (seen = look(address); (before = exchange_if(address, seen, value)) != seen;)
		seen = before;
}

#define UPDATE(name, result)                                                                       \
	TSAN wide __tsan_atomic128_##name(volatile wide *address, wide value, int order);          \
	WIDE TSAN wide __tsan_atomic128_##name(volatile wide *address, wide value, int order)      \
	{                                                                                          \
		wide before, seen;                                                                 \
                                                                                                   \
		arrive(OP_ATOMIC_UPDATE, address, TSAN_SITE, order);                               \
		for (seen = look(address); (before = exchange_if(address, seen, result)) != seen;) \
			seen = before;                                                             \
		access_updated(address, (result) != seen);                                         \
		return seen;                                                                       \
	}

UPDATE(exchange, value)
UPDATE(fetch_add, seen + value)
UPDATE(fetch_sub, seen - value)
UPDATE(fetch_and, seen &value)
UPDATE(fetch_or, seen | value)
UPDATE(fetch_xor, seen ^ value)
UPDATE(fetch_nand, ~(seen &value))

WIDE static wide exchange_at(volatile wide *address, wide expected, wide value, int order,
			     const void *site)
{
	wide before;

	arrive(OP_ATOMIC_UPDATE, address, site, order);
	before = exchange_if(address, expected, value);
	access_updated(address, before == expected && value != expected);
	return before;
}

WIDE TSAN wide __tsan_atomic128_compare_exchange_val(volatile wide *address, wide expected,
						     wide value, int order, int failed_order)
{
	return exchange_at(address, expected, value, tsan_either(order, failed_order), TSAN_SITE);
}

#define EXCHANGE_IF(name)                                                                          \
	TSAN int __tsan_atomic128_##name(volatile wide *address, wide *expected, wide value,       \
					 int order, int failed_order);                             \
	WIDE TSAN int __tsan_atomic128_##name(volatile wide *address, wide *expected, wide value,  \
					      int order, int failed_order)                         \
	{                                                                                          \
		wide wanted = *expected;                                                           \
                                                                                                   \
		*expected = exchange_at(address, wanted, value, tsan_either(order, failed_order),  \
					TSAN_SITE);                                                \
		return *expected == wanted;                                                        \
	}

EXCHANGE_IF(compare_exchange_strong)
EXCHANGE_IF(compare_exchange_weak)
