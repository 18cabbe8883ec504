/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What code that is compiled with -fsanitize=thread calls: the interface of the compilers, gcc 12
 * and clang 14 or later, which no header declares. Ours takes the place of libtsan.
 */
#ifndef SABOT_MEMORY_TSAN_H
#define SABOT_MEMORY_TSAN_H

#include <stddef.h>
#include <stdint.h>

#define TSAN	  __attribute__((visibility("default")))
#define TSAN_SITE __builtin_return_address(0)

#endif
