/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of libc that we stand in front of: REAL(semop)(...) is the next definition of semop
 * after ours. Looked up once a call site; works before our constructors have run.
 */
#ifndef SABOT_INTERCEPT_REAL_H
#define SABOT_INTERCEPT_REAL_H

#include "intercept/call.h"

/* One use of REAL(): all of them lie side by side, so that they can be looked up before a fork. */
struct real_slot {
	void *pointer;
	const char *name;
	const char *version;	/* of a function that libc has in several, else NULL */
} __attribute__((aligned(32))); /* the stride: else compilers align single ones as they like */

void *real_find(struct real_slot *slot);
/* Looks all of them up: a fork that had to do so itself would pay for it each time. */
void real_prepare(void);

/*
 * Every use of this function in interceptors becomes `instead`, until real_restore(). For
 * mutations: tasks that are forked afterwards have it.
 */
void real_replace(const char *name, void *instead);
void real_restore(void);

/* Some thread of this process is in a call that a fault answers; see intercept/answer.h. */
extern uint32_t real_answered __attribute__((visibility("hidden")));
/* What this thread is to call now in place of the slot's function; or that itself. */
void *real_answer(struct real_slot *slot);

/* Of a function that is done by a raw system call: what stands in its place, NULL by default. */
#define REAL_INSTEAD(function)                                                                     \
	__extension__({                                                                            \
		static struct real_slot real_slot_                                                 \
			__attribute__((section("sabot_raw"), used)) = { NULL, #function, NULL };   \
		(__typeof__(function) *)real_slot_.pointer;                                        \
	})

#define REAL(function)			REAL_SLOT(function, NULL)
#define REAL_VERSION(function, version) REAL_SLOT(function, version)

#define REAL_SLOT(function, version_)                                                              \
	__extension__({                                                                            \
		static struct real_slot real_slot_                                                 \
			__attribute__((section("sabot_real"), used)) = { NULL, #function,          \
									 version_ };               \
		(__typeof__(function) *)(__builtin_expect(!real_slot_.pointer || real_answered, 0) \
						 ? real_answer(&real_slot_)                        \
						 : real_slot_.pointer);                            \
	})

#endif
