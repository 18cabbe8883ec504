/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tools that look after a program's memory while it runs: valgrind, and AddressSanitizer with
 * LeakSanitizer. Each has wishes of its own as to addresses, signals and time.
 */
#ifndef SABOT_OS_CHECKER_H
#define SABOT_OS_CHECKER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__has_include) && __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define CHECKER_KNOWS_VALGRIND 1
#else
#define CHECKER_KNOWS_VALGRIND 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define CHECKER_IS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECKER_IS_ASAN 1
#endif
#endif
#ifndef CHECKER_IS_ASAN
#define CHECKER_IS_ASAN 0
#endif

#if CHECKER_IS_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Where nothing is mapped: valgrind has all from 8 TiB up, AddressSanitizer all below 16. */
#define CHECKER_FREE_ADDRESS (CHECKER_IS_ASAN ? 0x200000000000 : 0x040000000000)

/*
 * Whether AddressSanitizer lets us read a text that is mapped: not its own shadow, nor what lies
 * between variables.
 */
static inline bool checker_allows(const char *text)
{
#if CHECKER_IS_ASAN
	if ((uintptr_t)text - 0x7fff8000 < 0x100000000000)
		return false;
	while (!__asan_address_is_poisoned(text))
		if (!*text++)
			return true;
	return false;
#else
	(void)text;
	return true;
#endif
}

/* Whether this process runs on valgrind. */
static inline bool checker_is_valgrind(void)
{
#if CHECKER_KNOWS_VALGRIND
	return RUNNING_ON_VALGRIND != 0;
#else
	return false;
#endif
}

/* The signal that the harness keeps for itself: the last one, which valgrind wants too. */
static inline int checker_signal(void)
{
	return SIGRTMAX - checker_is_valgrind();
}

/* How many times as long a step takes: for limits of CPU time. */
static inline int checker_slowness(void)
{
	return checker_is_valgrind() ? 20 : 1 + CHECKER_IS_ASAN;
}

#endif
