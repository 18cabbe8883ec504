/* SPDX-License-Identifier: Apache-2.0 */
/* Plain accesses. Each function announces the access that follows; the access itself is inlined. */
#include "memory/tsan.h"

#include "memory/access.h"

#define PLAIN(name, op, size)                                                                      \
	TSAN void __tsan_##name(void *address);                                                    \
	TSAN void __tsan_##name(void *address)                                                     \
	{                                                                                          \
		access_point(op, address, size, TSAN_SITE);                                        \
	}

#define SIZES(prefix, op)                                                                          \
	PLAIN(prefix##1, op, 1)                                                                    \
	PLAIN(prefix##2, op, 2)                                                                    \
	PLAIN(prefix##4, op, 4)                                                                    \
	PLAIN(prefix##8, op, 8)                                                                    \
	PLAIN(prefix##16, op, 16)

SIZES(read, OP_LOAD)
SIZES(write, OP_STORE)
SIZES(unaligned_read, OP_LOAD)
SIZES(unaligned_write, OP_STORE)
SIZES(volatile_read, OP_LOAD)
SIZES(volatile_write, OP_STORE)
SIZES(unaligned_volatile_read, OP_LOAD)
SIZES(unaligned_volatile_write, OP_STORE)

/* A read and the write that follows it are two accesses: somebody may come between. */
#define COMPOUND(prefix, size)                                                                     \
	TSAN void __tsan_##prefix##size(void *address);                                            \
	TSAN void __tsan_##prefix##size(void *address)                                             \
	{                                                                                          \
		access_point(OP_LOAD, address, size, TSAN_SITE);                                   \
		access_point(OP_STORE, address, size, TSAN_SITE);                                  \
	}

#define COMPOUND_SIZES(prefix)                                                                     \
	COMPOUND(prefix, 1)                                                                        \
	COMPOUND(prefix, 2)                                                                        \
	COMPOUND(prefix, 4)                                                                        \
	COMPOUND(prefix, 8)                                                                        \
	COMPOUND(prefix, 16)

COMPOUND_SIZES(read_write)
COMPOUND_SIZES(unaligned_read_write)

TSAN void __tsan_read_range(void *address, size_t size);
TSAN void __tsan_write_range(void *address, size_t size);
TSAN void __tsan_vptr_update(void **address, void *value);
TSAN void __tsan_vptr_read(void **address);
TSAN void __tsan_init(void);
TSAN void __tsan_func_entry(void *caller);
TSAN void __tsan_func_exit(void);
TSAN void __tsan_ignore_thread_begin(void);
TSAN void __tsan_ignore_thread_end(void);

TSAN void __tsan_read_range(void *address, size_t size)
{
	access_point(OP_LOAD, address, size, TSAN_SITE);
}

TSAN void __tsan_write_range(void *address, size_t size)
{
	access_point(OP_STORE, address, size, TSAN_SITE);
}

TSAN void __tsan_vptr_update(void **address, void *value)
{
	if (*address != value)
		access_point(OP_STORE, address, sizeof(value), TSAN_SITE);
}

TSAN void __tsan_vptr_read(void **address)
{
	access_point(OP_LOAD, address, sizeof(*address), TSAN_SITE);
}

TSAN void __tsan_init(void)
{
}

TSAN void __tsan_func_entry(void *caller)
{
	(void)caller;
}

TSAN void __tsan_func_exit(void)
{
}

TSAN void __tsan_ignore_thread_begin(void)
{
}

TSAN void __tsan_ignore_thread_end(void)
{
}
