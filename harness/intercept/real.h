/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of libc that we stand in front of: REAL(semop)(...) is the next definition of semop
 * after ours. Looked up once a call site; works before our constructors have run.
 */
#ifndef SABOT_INTERCEPT_REAL_H
#define SABOT_INTERCEPT_REAL_H

#include "intercept/call.h"

void *real_find(const char *name);

#define REAL(function)                                                                             \
	__extension__({                                                                            \
		static __typeof__(function) *real_pointer_;                                        \
		if (__builtin_expect(!real_pointer_, 0))                                           \
			real_pointer_ = (__typeof__(function) *)real_find(#function);              \
		real_pointer_;                                                                     \
	})

#endif
