/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/rules.h"

#include <stddef.h>

#define HELP_GRAPH                                                                                 \
	"The last step of each task shows what it waits for, and the waits-for graph who holds "   \
	"that. Replay the plan to see it again, step by step."
#define HELP_STEPS                                                                                 \
	"The steps are in order over all processes, after the schedule was shrunk to what the "    \
	"finding needs. Replay the plan to see them again."

const struct rule rules[] = {
	{ "invariant", "InvariantBroken", "error", "An invariant of the scenario was broken",
	  "Under this schedule and these faults, what the scenario says must hold did not hold.",
	  HELP_STEPS, KIND_INVARIANT },
	{ "assertion", "AssertionFailed", "error", "An assertion in a task failed",
	  "A task of the scenario found something to be other than it must be.", HELP_STEPS,
	  KIND_ASSERTION },
	{ "deadlock", "Deadlock", "error", "Tasks wait for one another",
	  "No task can run any more, and the wait of some is a cycle: each waits for what the next "
	  "holds. This is proved from the state of all tasks, not guessed from a time-out.",
	  HELP_GRAPH, KIND_DEADLOCK },
	{ "self-deadlock", "SelfDeadlock", "error", "A task waits for what it holds itself",
	  "A task asks for a lock again that it has, and waits for ever.", HELP_GRAPH,
	  KIND_SELF_DEADLOCK },
	{ "orphaned-owner", "OrphanedOwner", "error", "A task waits for what a dead task held",
	  "A process died while it held a lock or a permit that is not given back by itself, and "
	  "others wait for it for ever.",
	  "Use what the kernel gives back (a robust mutex, SEM_UNDO, a record lock), or recover "
	  "what the dead one held. " HELP_GRAPH,
	  KIND_ORPHANED },
	{ "lost-wake-up", "LostWakeUp", "error", "A task sleeps although what it waits for is free",
	  "The wake-up came before the task slept, or went to one that died or did not need it.",
	  HELP_GRAPH, KIND_LOST_WAKEUP },
	{ "stuck", "Stuck", "error", "No task can run any more",
	  "All tasks wait, and none of the known shapes of a deadlock explains it.", HELP_GRAPH,
	  KIND_STUCK },
	{ "livelock", "Livelock", "error", "Tasks run and none gets on",
	  "Within the bound of steps that the scenario sets, no task has made progress.",
	  HELP_STEPS, KIND_LIVELOCK },
	{ "data-race", "DataRace", "error", "Two accesses of shared memory have no order",
	  "Two tasks access the same memory, at least one stores, and nothing orders the two: "
	  "another schedule, compiler or processor lets them see something else.",
	  "Guard both by the same lock, or make them atomic. " HELP_STEPS, KIND_RACE },
	{ "crash", "Crash", "error", "A task died of a signal that nobody sent it",
	  "A task ended by SIGSEGV, SIGABRT or the like, which is no fault that was injected.",
	  "The stack has the call in which it died. " HELP_STEPS, KIND_CRASH },
	{ "exit", "ExitStatus", "error", "A task ended with a status that is not 0",
	  "A task that no fault had struck gave up.", HELP_STEPS, KIND_EXIT },
	{ "leak", "Leak", "error", "Something is left behind",
	  "After all tasks have ended, something that they made is still there.",
	  "Remove it on every path, also after a failed call or a death. " HELP_STEPS, KIND_LEAK },
	{ "memory-leak", "MemoryLeak", "error", "A process has lost memory",
	  "Nothing points any more to a block that the process has allocated and not freed. The "
	  "checker that found it (valgrind or LeakSanitizer) tells where it was allocated.",
	  "Free it on every path, also after a failed call. " HELP_STEPS, KIND_MEMORY_LEAK },
	{ "potential-deadlock", "PotentialDeadlock", "warning",
	  "Locks are taken in orders that can become a deadlock",
	  "It did not happen here. Under another schedule each task gets its first lock and waits "
	  "for its second.",
	  "Take the locks in one order everywhere. " HELP_STEPS, KIND_POTENTIAL },
	{ "use-after-unmap", "UseAfterUnmap", "error",
	  "Shared memory was used after it was taken away",
	  "A task died of using memory that was unmapped or detached, or whose object somebody "
	  "had cut off.",
	  "The stack has the access, and behind it who took the memory away. " HELP_STEPS,
	  KIND_UNMAPPED },
	{ NULL, NULL, NULL, NULL, NULL, NULL, KIND_NONE },
};

_Static_assert(sizeof(rules) / sizeof(rules[0]) == KIND_COUNT - 2,
	       "each kind of finding has a rule; none, broken and unfit have none");

const struct rule *rules_find(enum kind kind)
{
	for (const struct rule *rule = rules; rule->id; rule++)
		if (rule->kind == kind)
			return rule;
	return NULL;
}
