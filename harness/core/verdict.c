/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdict.h"

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_PASS] = "PASS",
	[VERDICT_SKIP] = "SKIP",
	[VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
	[VERDICT_BROKEN] = "BROKEN",
	[VERDICT_FAIL] = "FAIL",
};

static const char *const kind_names[KIND_COUNT] = {
	[KIND_NONE] = "none",
	[KIND_INVARIANT] = "invariant",
	[KIND_ASSERTION] = "assertion",
	[KIND_DEADLOCK] = "deadlock",
	[KIND_SELF_DEADLOCK] = "self-deadlock",
	[KIND_ORPHANED] = "orphaned owner",
	[KIND_LOST_WAKEUP] = "lost wake-up",
	[KIND_STUCK] = "stuck",
	[KIND_LIVELOCK] = "livelock",
	[KIND_RACE] = "data race",
	[KIND_CRASH] = "crash",
	[KIND_UNMAPPED] = "use after unmap",
	[KIND_EXIT] = "exit",
	[KIND_LEAK] = "leak",
	[KIND_MEMORY_LEAK] = "memory leak",
	[KIND_POTENTIAL] = "potential deadlock",
	[KIND_BROKEN] = "broken",
	[KIND_UNFIT] = "unfit",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict < VERDICT_COUNT ? verdict_names[verdict] : "?";
}

const char *kind_name(enum kind kind)
{
	return kind < KIND_COUNT ? kind_names[kind] : "?";
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

enum exit_code verdict_exit_code(enum verdict worst)
{
	switch (worst) {
	case VERDICT_PASS:
		return EXIT_PASS;
	case VERDICT_SKIP:
		return EXIT_SKIPPED;
	case VERDICT_FAIL:
		return EXIT_FINDING;
	case VERDICT_INCONCLUSIVE:
	case VERDICT_BROKEN:
	case VERDICT_COUNT:
		break;
	}
	return EXIT_UNDECIDED;
}
