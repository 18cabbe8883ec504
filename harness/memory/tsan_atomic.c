/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic operations. Unlike plain accesses they are done here, whole: the point, and then the
 * operation, in the memory order that was asked for, as far as the hardware tells orders apart.
 * While one task runs at a time nobody could: what a weaker order allows is up to the schedule.
 */
#include "memory/tsan.h"

#include "memory/access.h"

#include <stdbool.h>

#define LOAD(bits, type)                                                                           \
	TSAN type __tsan_atomic##bits##_load(const volatile type *address, int order);             \
	TSAN type __tsan_atomic##bits##_load(const volatile type *address, int order)              \
	{                                                                                          \
		if (access_atomic(OP_ATOMIC_LOAD, address, sizeof(type), TSAN_SITE, order))        \
			return (type)access_load((uintptr_t)address, sizeof(type));                \
		return __atomic_load_n(address, __ATOMIC_SEQ_CST);                                 \
	}

#define STORE(bits, type)                                                                          \
	TSAN void __tsan_atomic##bits##_store(volatile type *address, type value, int order);      \
	TSAN void __tsan_atomic##bits##_store(volatile type *address, type value, int order)       \
	{                                                                                          \
		if (access_atomic(OP_ATOMIC_STORE, address, sizeof(type), TSAN_SITE, order))       \
			access_store((uintptr_t)address, sizeof(type), value, order);              \
		else if (order == __ATOMIC_SEQ_CST)                                                \
			__atomic_store_n(address, value, __ATOMIC_SEQ_CST);                        \
		else                                                                               \
			__atomic_store_n(address, value, __ATOMIC_RELEASE);                        \
	}

#define UPDATE(bits, type, name, builtin)                                                          \
	TSAN type __tsan_atomic##bits##_##name(volatile type *address, type value, int order);     \
	TSAN type __tsan_atomic##bits##_##name(volatile type *address, type value, int order)      \
	{                                                                                          \
		type before;                                                                       \
                                                                                                   \
		(void)access_atomic(OP_ATOMIC_UPDATE, address, sizeof(type), TSAN_SITE, order);    \
		before = builtin(address, value, __ATOMIC_SEQ_CST);                                \
		access_updated(address, *address != before);                                       \
		return before;                                                                     \
	}

#define EXCHANGE_IF(bits, type, name)                                                              \
	TSAN int __tsan_atomic##bits##_##name(volatile type *address, type *expected, type value,  \
					      int order, int failed_order);                        \
	TSAN int __tsan_atomic##bits##_##name(volatile type *address, type *expected, type value,  \
					      int order, int failed_order)                         \
	{                                                                                          \
		type wanted = *expected;                                                           \
                                                                                                   \
		(void)access_atomic(OP_ATOMIC_UPDATE, address, sizeof(type), TSAN_SITE,            \
				    tsan_either(order, failed_order));                             \
		if (!__atomic_compare_exchange_n(address, expected, value, false,                  \
						 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))              \
			return 0;                                                                  \
		access_updated(address, value != wanted);                                          \
		return 1;                                                                          \
	}

#define EXCHANGE_VALUE(bits, type)                                                                 \
	TSAN type __tsan_atomic##bits##_compare_exchange_val(                                      \
		volatile type *address, type expected, type value, int order, int failed_order);   \
	TSAN type __tsan_atomic##bits##_compare_exchange_val(                                      \
		volatile type *address, type expected, type value, int order, int failed_order)    \
	{                                                                                          \
		type wanted = expected;                                                            \
                                                                                                   \
		(void)access_atomic(OP_ATOMIC_UPDATE, address, sizeof(type), TSAN_SITE,            \
				    tsan_either(order, failed_order));                             \
		if (__atomic_compare_exchange_n(address, &expected, value, false,                  \
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))               \
			access_updated(address, value != wanted);                                  \
		return expected;                                                                   \
	}

#define ALL(bits, type)                                                                            \
	LOAD(bits, type)                                                                           \
	STORE(bits, type)                                                                          \
	UPDATE(bits, type, exchange, __atomic_exchange_n)                                          \
	UPDATE(bits, type, fetch_add, __atomic_fetch_add)                                          \
	UPDATE(bits, type, fetch_sub, __atomic_fetch_sub)                                          \
	UPDATE(bits, type, fetch_and, __atomic_fetch_and)                                          \
	UPDATE(bits, type, fetch_or, __atomic_fetch_or)                                            \
	UPDATE(bits, type, fetch_xor, __atomic_fetch_xor)                                          \
	UPDATE(bits, type, fetch_nand, __atomic_fetch_nand)                                        \
	EXCHANGE_IF(bits, type, compare_exchange_strong)                                           \
	EXCHANGE_IF(bits, type, compare_exchange_weak)                                             \
	EXCHANGE_VALUE(bits, type)

ALL(8, uint8_t)
ALL(16, uint16_t)
ALL(32, uint32_t)
ALL(64, uint64_t)

TSAN void __tsan_atomic_thread_fence(int order);
TSAN void __tsan_atomic_signal_fence(int order);

TSAN void __tsan_atomic_thread_fence(int order)
{
	access_fence((uintptr_t)TSAN_SITE, order);
	if (order == __ATOMIC_SEQ_CST)
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_thread_fence(__ATOMIC_ACQ_REL);
}

TSAN void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
