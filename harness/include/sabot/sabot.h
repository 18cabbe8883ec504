/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public interface of Sabot: what a scenario is, and what its roles and checks may call.
 *
 * A scenario is one const struct of tables: roles (what each kind of process does), invariants
 * (what must hold), and cases (which variant runs under which faults, and which oracle must catch
 * it). Role bodies are ordinary C that calls ordinary libc; the harness sees each call, decides who
 * goes on after it, and strikes where it has chosen to.
 *
 * Every table ends with a zeroed entry. Zero is a sane default for every member not set.
 */
#ifndef SABOT_SABOT_H
#define SABOT_SABOT_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sabot/history.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Version of this interface. A module built against another one is refused when it is loaded. */
#define SABOT_API_VERSION 1

/* What setup may use: opaque, valid only until setup returns. */
struct sabot_env;
/* A task, as its own body sees it: opaque, valid only in the thread that was given it. */
struct sabot_task;
/* A check under way: opaque, valid only until the check returns. */
struct sabot_check;

/* ---- Faults -------------------------------------------------------------------------------- */

enum sabot_fault_kind {
	SABOT_NO_FAULT = 0,
	SABOT_KILL,   /* SIGKILL: the process and all its threads die at that place */
	SABOT_STOP,   /* SIGSTOP, and SIGCONT some decisions later */
	SABOT_SIGNAL, /* the signal `signo` is sent to the task */
	SABOT_ERRNO,  /* a call fails with an error that POSIX allows for it, and is not made */
	SABOT_SHORT,  /* a read or write moves less than was asked for */
	SABOT_DELAY,  /* the task is held for some steps, or for an hour of virtual time */
	SABOT_CLOCK,  /* CLOCK_REALTIME jumps, for its process */
	SABOT_REMOVE_OBJECT, /* somebody else removes what it is at, or truncates the file */
	SABOT_LIMIT,	     /* its process can have no more descriptors, memory, processes, ... */
	SABOT_SPAWN,	     /* fork, posix_spawn or pthread_create fails */
	/*
	 * SIGKILL, and a new process of the same role and index starts, without the streams that
	 * setup opened.
	 */
	SABOT_RESTART,
	/*
	 * An allocation fails with ENOMEM. Each call of malloc and its kin that the scenario's own
	 * code makes is a point in such a case, and in no other.
	 */
	SABOT_ALLOC,
};

/* Where, relative to what the victim is doing, a fault may strike. Zero means all of them. */
enum sabot_where {
	SABOT_AT_POINT = 1, /* before a call, or at a named point */
	SABOT_ASLEEP = 2,   /* blocked in the kernel */
	SABOT_WOKEN = 4,    /* woken by another task, and not run since */
};

/* How often a fault in the victim's calls strikes. Zero: a sweep tries both. */
enum sabot_times {
	SABOT_ONCE = 1,
	SABOT_LASTING, /* in every call from then on that can fail so */
};

#define SABOT_ANY_ROLE "*"

struct sabot_fault {
	enum sabot_fault_kind kind;
	const char *role;  /* a role's name, or SABOT_ANY_ROLE; NULL means any */
	const char *point; /* only at this named point, of `points` below; NULL: at every */
	unsigned where;	   /* of enum sabot_where */
	int signo;	   /* SABOT_SIGNAL only */
	const char *who;   /* only this task, such as "holder#1"; NULL: every task of the role */
	int error;	   /* SABOT_ERRNO: this errno; zero: each that POSIX allows for the call */
	enum sabot_times times;
};

/* How stores of code that is compiled with memory points reach others. */
enum sabot_memory {
	SABOT_SC = 0, /* at once: sequential consistency */
	SABOT_TSO,    /* later, in the order of the stores: as on x86 */
	SABOT_PSO,    /* later, in order for each location only, unless ordered by a release */
};

/* ---- The scenario -------------------------------------------------------------------------- */

struct sabot_role {
	const char *name;
	unsigned count; /* tasks of this role, each a process of its own; zero means one */
	void (*body)(struct sabot_task *task);
};

enum sabot_when {
	/* At every point of every task at which no task is held between being woken and running. */
	SABOT_WHEN_SETTLED = 0,
	/* At every point, even while a task is held as woken: what it was given is in flight. */
	SABOT_WHEN_ALWAYS,
	/* Once, after the last task has ended and been reaped. */
	SABOT_AT_END,
};

struct sabot_invariant {
	const char *name; /* a sentence that is true when all is well; reports quote it */
	enum sabot_when when;
	void (*check)(struct sabot_check *check);
};

struct sabot_case {
	const char *name;
	const void *variant;	   /* what sabot_variant() returns; NULL if there is only one */
	struct sabot_fault fault;  /* the fault to sweep; kind zero: none */
	struct sabot_fault second; /* one more in the same execution: the recoverer dies too */
	enum sabot_memory memory;  /* at least so weak; `sabot run --memory` may ask for weaker */
	/*
	 * NULL: the case is correct, and any finding fails it. Else the case is a twin, known to be
	 * bad, and this names the oracle that must catch it: an invariant's or history's name, or
	 * one of "deadlock", "self-deadlock", "orphaned owner", "lost wake-up", "livelock",
	 * "data race", "crash", "use after unmap", "exit", "assertion", "leak", "memory leak" (with
	 * `sabot run --leaks` only), "potential deadlock". "deadlock" also covers "self-deadlock"
	 * and "orphaned owner".
	 */
	const char *caught_by;
	/*
	 * Not NULL: the case passes no judgement, it shows what this platform does. A row of
	 * `sabot semantics`: this is what happens ("a reader of a process-shared rwlock is
	 * killed"), and the row's content is all that its executions observed: what bodies and
	 * checks said with sabot_observe() and sabot_check_observe(), and by itself "ROLE blocks
	 * for ever in CALL" of whoever was left waiting. Such a case passes if its fault fired and
	 * it observed anything. `known`, a NULL-terminated array, is what was seen where the row
	 * was written: `sabot semantics` shows where this machine differs.
	 */
	const char *characterises;
	const char *const *known;
	const char *about; /* one line for `sabot list -v` */
};

struct sabot_scenario {
	const char *name;		      /* lower case, digits and '-' */
	const char *group;		      /* mechanism, such as "sysv-sem" */
	const char *about;		      /* one line: what it shows */
	const char *tags;		      /* words for --tag, with spaces between; or NULL */
	size_t shared_size;		      /* bytes of the zeroed memory that all tasks share */
	void (*setup)(struct sabot_env *env); /* or NULL; once, before the tasks; may not block */
	const struct sabot_role *roles;
	const struct sabot_invariant *invariants; /* may be NULL */
	const struct sabot_history *histories;	  /* may be NULL; ends with a zeroed entry too */
	const struct sabot_case *cases;
	const char *const *points; /* names for sabot_point(), then NULL; NULL: not checked */
	unsigned limit_steps;	   /* steps without progress that are a livelock; zero means 4000 */
	/*
	 * The bodies leave nothing behind in their process from one execution to the next (no
	 * static data, no limit, no atexit), and nobody asks whether another's process has ended:
	 * so the harness may keep the processes alive and run the bodies again. It does not after
	 * what it sees for itself: a death, a child, a thread, a signal handler or mask, a
	 * descriptor or mapping of setup's, a mapping that is left, and what the end of a process
	 * gives back (a robust mutex, SEM_UNDO, a file lock). `sabot run --twice` compares the
	 * traces of both ways.
	 */
	bool keeps_no_state;
	/*
	 * The scenario shows something only if each access of shared memory is a point, so it has
	 * to be compiled with `sabot cc`; else its cases are inconclusive.
	 */
	bool needs_memory_points;
	/*
	 * The scenario is right only if nobody runs between the end of a call that slept and the
	 * mark or note that its task makes of it. That takes real-time priorities: without them
	 * whoever is woken leaves its call at once, and its cases are skipped.
	 */
	bool needs_priorities;
	/*
	 * It counts on steps: that what stands between two points is done at once, or that a death
	 * is over before anybody goes on. In free mode (`sabot run --free`) neither is so, and its
	 * cases are skipped.
	 */
	bool needs_steps;
};

/*
 * A module is a shared object that defines this: a NULL-terminated array. `sabot run ./mine.so`
 * loads it.
 */
extern const struct sabot_scenario *const sabot_scenarios[];

/* One line in a module: SABOT_MODULE(&mine, &other); */
#define SABOT_MODULE(...)                                                                          \
	const int sabot_api_version = SABOT_API_VERSION;                                           \
	const struct sabot_scenario *const sabot_scenarios[] = { __VA_ARGS__, NULL }

extern const int sabot_api_version;

/* ---- In setup ------------------------------------------------------------------------------ */

/*
 * The zeroed memory that all tasks share, shared_size bytes, at the same address in each. Objects
 * that setup makes (semaphores, segments, files in the working directory, descriptors) belong to
 * the harness, which removes them after the execution. Never fails.
 */
void *sabot_env_shared(struct sabot_env *env);
const void *sabot_env_variant(struct sabot_env *env);

/* ---- In a role's body ---------------------------------------------------------------------- */

void *sabot_shared(struct sabot_task *task);
const void *sabot_variant(struct sabot_task *task);
/* 0 .. count-1 within the task's role. */
unsigned sabot_index(struct sabot_task *task);

/*
 * The next number of a random stream that depends on the seed, the role, the index and `use` alone:
 * the same in every execution with that seed. Never blocks, never a point.
 */
uint64_t sabot_random(struct sabot_task *task, unsigned use);

/*
 * States what the task is now: any number but 0, which is what a task starts with and what is known
 * of it once it is dead. No point lies between a call's return and a mark that follows it directly,
 * so marks stay exact across kills. A change of mark counts as progress.
 */
void sabot_mark(struct sabot_task *task, int mark);

/* A named point: the schedule may switch here, and faults may strike. May hand over to others. */
void sabot_point(struct sabot_task *task, const char *name);

/* Tells the livelock oracle that something was achieved. Never a point. */
void sabot_progress(struct sabot_task *task);

/*
 * The task calls an operation on the object `history`, a place in the scenario's table of
 * histories: right before the first thing by which others could notice it; and it has returned,
 * right after the last. Neither is a point. A task that is killed between the two leaves
 * the operation pending. The run ends as BROKEN if a task calls within an operation of its own, or
 * comes to its end within one, if the table lacks the history, and if there are more than 4096
 * operations in an execution.
 */
void sabot_call(struct sabot_task *task, unsigned history, int what, int64_t argument);
/* The same for what takes two arguments: SABOT_PUT, SABOT_COMPARE_AND_SET. */
void sabot_call_pair(struct sabot_task *task, unsigned history, int what, int64_t argument,
		     int64_t second);
/* Returns the result, so that it can stand in a return statement. */
int64_t sabot_return(struct sabot_task *task, int64_t result);

/*
 * In a case that characterises: states, in a few words, what the platform did. The same words are
 * counted once. Elsewhere nothing. Never a point. Message as printf, at most 95 characters.
 */
void sabot_observe(struct sabot_task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The case cannot be tested on this machine, and the message says why: it ends as SKIP. For what
 * only trying tells, such as a right that is missing. Does not return. Message as printf.
 */
void sabot_skip(struct sabot_task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/*
 * The task's own assertion. On false the execution ends with a finding of the kind "assertion" that
 * quotes the message; does not return then. Message as printf.
 */
#define sabot_assert(task, cond, ...)                                                              \
	((cond) ? (void)0 : sabot_assert_failed((task), __FILE__, __LINE__, #cond, __VA_ARGS__))
void sabot_assert_failed(struct sabot_task *task, const char *file, int line, const char *cond,
			 const char *format, ...) __attribute__((format(printf, 5, 6), noreturn));

/*
 * Calls that must not fail. SABOT_OK takes what returns -1 (or MAP_FAILED, SEM_FAILED, NULL) and
 * sets errno; SABOT_ZERO takes what returns an error number, as pthread functions do. A failure
 * ends the run as BROKEN with file, line, the call's text and the error's name: it says that the
 * scenario could not test, not that a bug was found. Where an injected fault has made calls of the
 * task fail, its process ends instead, as that of a program that gives up: it counts as killed.
 * Both yield the call's value. For setup and roles.
 */
#define SABOT_OK(call)                                                                             \
	__extension__({                                                                            \
		__typeof__(call) sabot_value = (call);                                             \
		if (sabot_failed_(sabot_value))                                                    \
			sabot_broken(__FILE__, __LINE__, #call, errno);                            \
		sabot_value;                                                                       \
	})
#define SABOT_ZERO(call)                                                                           \
	__extension__({                                                                            \
		int sabot_value = (call);                                                          \
		if (sabot_value != 0)                                                              \
			sabot_broken(__FILE__, __LINE__, #call, sabot_value);                      \
		sabot_value;                                                                       \
	})
/* -1 as an integer is also MAP_FAILED as a pointer; NULL is SEM_FAILED and a failed allocation. */
#define sabot_failed_(value)                                                                       \
	((intptr_t)(value) == -1 ||                                                                \
	 (__builtin_classify_type(value) == 5 /* a pointer */ && (intptr_t)(value) == 0))
void sabot_broken(const char *file, int line, const char *call, int error)
	__attribute__((noreturn));

/*
 * A function of the scenario that only notes, for checks, what its caller has just done: in code
 * that is compiled with memory points, no access in it is a point, or looked at for races. So what
 * it notes and what was done before it are one step: `static SABOT_NOTE void note_taken(...)`.
 */
#if defined(__clang__)
#define SABOT_NOTE __attribute__((unused, noinline, disable_sanitizer_instrumentation))
#else
#define SABOT_NOTE __attribute__((unused, noinline, no_sanitize_thread))
#endif

/* ---- In a check ---------------------------------------------------------------------------- */

/*
 * Checks run in a settled state, while no task runs. They may read the shared memory and query
 * kernel objects; they may not block, fork, or change anything.
 */
void *sabot_check_shared(struct sabot_check *check);
const void *sabot_check_variant(struct sabot_check *check);

/* How many living tasks carry this mark. The dead carry none. */
unsigned sabot_alive(struct sabot_check *check, int mark);
/* How many tasks of the role ended as killed by an injected fault; NULL: of all roles. */
unsigned sabot_killed(struct sabot_check *check, const char *role);
/* Whether task `index` of the role is alive (not ended, not killed). */
bool sabot_is_alive(struct sabot_check *check, const char *role, unsigned index);

/* As sabot_observe(). Checks at the end are judged in deadlocks too when a case characterises. */
void sabot_check_observe(struct sabot_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Requires that cond holds; else records a violation; its message should print both sides. What the
 * message takes is evaluated after cond.
 */
#define sabot_require(check, cond, ...)                                                            \
	__extension__({                                                                            \
		bool sabot_holds = (cond);                                                         \
		sabot_require_((check), sabot_holds, #cond, __VA_ARGS__);                          \
	})
void sabot_require_(struct sabot_check *check, bool cond, const char *text, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
