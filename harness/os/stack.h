/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_OS_STACK_H
#define SABOT_OS_STACK_H

#include <stdint.h>

/*
 * The return addresses of the calling thread's stack from `from` on, which is one of them, outward;
 * all, if it is none. Returns how many there are, `max` at most.
 */
unsigned stack_from(uintptr_t from, uintptr_t *frames, unsigned max);

#endif
