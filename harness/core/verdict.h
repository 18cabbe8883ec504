/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts, kinds of finding, and exit codes: the words that every layer shares. */
#ifndef SABOT_CORE_VERDICT_H
#define SABOT_CORE_VERDICT_H

/* In order of badness: a set of verdicts has its worst. */
enum verdict {
	VERDICT_PASS,
	VERDICT_SKIP,
	VERDICT_INCONCLUSIVE,
	VERDICT_BROKEN, /* could not test */
	VERDICT_FAIL,
	VERDICT_COUNT,
};

/* What an oracle can find. The order is that of severity in a summary. */
enum kind {
	KIND_NONE,
	KIND_INVARIANT,
	KIND_ASSERTION,
	KIND_DEADLOCK,	    /* a cycle of tasks that wait for one another */
	KIND_SELF_DEADLOCK, /* a task waits for what it holds itself */
	KIND_ORPHANED,	    /* a task waits for what a dead task held */
	KIND_LOST_WAKEUP,   /* a task sleeps on an object that is free */
	KIND_STUCK,	    /* nobody can run, and no shape above explains it: a deadlock still */
	KIND_LIVELOCK,	    /* tasks run, none makes progress */
	KIND_RACE,	    /* two accesses of shared memory that nothing orders, one a store */
	KIND_CRASH,	    /* a task died of a signal that nobody injected */
	KIND_UNMAPPED,	    /* a task died of using shared memory that was taken away */
	KIND_EXIT,	    /* a task ended with another status than 0 */
	KIND_LEAK,	    /* of the kernel's objects: names, descriptors, children, locks */
	KIND_MEMORY_LEAK,   /* blocks that nothing points to */
	KIND_POTENTIAL,	    /* locks taken in orders that another schedule turns into a deadlock */
	KIND_BROKEN, /* could not test: a call in setup or a role failed, a checker crashed */
	KIND_UNFIT,  /* cannot test here, a task says: sabot_skip() */
	KIND_COUNT,
};

enum exit_code {
	EXIT_PASS = 0,
	EXIT_FINDING = 1,
	EXIT_USAGE = 2,
	EXIT_DIVERGED = 3,
	EXIT_NOTHING = 4,
	EXIT_UNDECIDED = 5,
	EXIT_BUG = 70,
	EXIT_SKIPPED = 77,
};

const char *verdict_name(enum verdict verdict); /* "PASS", "FAIL", ... */
const char *kind_name(enum kind kind); /* "deadlock", "lost wake-up", ...; as in caught_by */
enum verdict verdict_worse(enum verdict a, enum verdict b);
/* The CLI's exit code for the worst verdict of a set in which something was selected. */
enum exit_code verdict_exit_code(enum verdict worst);

#endif
