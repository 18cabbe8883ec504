/* SPDX-License-Identifier: Apache-2.0 */
/* A task, as the control block has it: its state, what it is doing, and what was seen of it. */
#ifndef SABOT_CORE_TASK_H
#define SABOT_CORE_TASK_H

#include "core/op.h"
#include "core/plan.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
	TASKS_MAX = 64, /* a set of tasks is one 64-bit mask */
	STACK_FRAMES_MAX = 12,
	ACCESS_LAST_MAX = 8, /* in sets of ACCESS_LAST_SET: as many places are told apart */
	ACCESS_LAST_SET = 4,
};

enum task_state {
	TASK_NONE,
	TASK_BORN,     /* forked or created, has not reached its first park */
	TASK_PARKED,   /* at a point, runs when it is given the turn */
	TASK_RUNNING,  /* has the turn */
	TASK_ASLEEP,   /* confirmed asleep in the kernel */
	TASK_WOKEN,    /* runnable in the kernel, held */
	TASK_TIMED,    /* in a virtual sleep: parked until its deadline */
	TASK_SPINNING, /* spins on an object that has not changed since it looked */
	TASK_ENDED,    /* its process exited, or its thread returned */
	TASK_DEAD,     /* its process was killed by a signal */
};

/* What a task is doing: filled before it does it, so that a death cannot hide it. */
struct call {
	enum op op;
	int object;	/* index, or -1 */
	int64_t amount; /* what is taken (negative) or given (positive), or another argument */
	uint64_t deadline_ns; /* virtual; 0: none */
	clockid_t clock;      /* that the deadline was given by, if the call takes it from one */
	bool dated;	      /* ... and that is CLOCK_REALTIME: it comes sooner if that jumps */
	int timeout_result;   /* what the kernel call returns when the deadline ends it: -ETIMEDOUT,
				 ... */
	uintptr_t site;	      /* return address of the call in the scenario */
	const char *name;     /* of a named point, else NULL */
	uint64_t detail[2];   /* per family: a lock's range, ... */
	uint8_t asks;	      /* call_asks */
	struct call *outer;   /* the call that a signal handler interrupted, or NULL */
};

struct held_signal {
	int signo;
	siginfo_t info;
};

/* A load of shared memory, to see that it is repeated; see memory/access.c. */
struct access_last {
	uintptr_t site, address;
	uint64_t stores;
};

struct task {
	char name[PLAN_TASK_MAX];
	uint64_t name_hash;
	uint32_t go;	   /* futex word: 1 when it has the turn */
	uint32_t releases; /* futex word: in free mode, how often it was let go on after a delay */
	uint8_t role;
	uint8_t index;
	int8_t parent;	/* task that forked or created it; -1: the harness */
	int8_t process; /* task that is its process's first; itself for the first */
	enum task_state state;
	pid_t pid, tid;
	uint32_t op;   /* operations begun */
	uint32_t pass; /* decisions taken by it since it began this one */
	/* How often it fell asleep, and was woken, in this one. */
	uint32_t slept, woke;
	uint32_t children;
	uint32_t mappings; /* without a file, to be shared, that it has made */
	uint32_t since;	   /* the decision number at which it came to its state */
	int mark;
	uint32_t operation; /* of control->history, that it is in: its place there + 1; 0: none */
	bool in_runtime;    /* our code runs: handlers are held, calls go straight through */
	bool in_call;	    /* between announcement and withdrawal */
	bool stopped;	    /* by SIGSTOP; its state is what it was before */
	bool delayed;	    /* by a fault: as if it were never chosen */
	bool expired;	    /* its time-out was ended by the harness */
	bool injured;	    /* an injected fault hit its process */
	bool struck;	    /* a fault is due in its calls */
	bool failed;	    /* a call of its has failed by a fault */
	bool gave_up;	    /* ... and it ended for that */
	bool interrupted;   /* a signal came during a virtual sleep, or while it spins */
	bool signalled; /* a signal was sent to it: the supervisor is to see what became of it */
	bool cancelled; /* somebody has asked its thread to end */
	bool uncancellable;   /* ... and it does not heed that now */
	bool cancels_at_once; /* ... or does so at its next point */
	bool lasting;	      /* the end of its process gives back what it has: it cannot be kept */
	bool leaving;	      /* its thread ends, and its process need not */
	bool outside;	      /* runs another program, which is no part of the schedule */
	bool gone;   /* its thread is no more; in a pool a task that ended may still have it */
	bool reaped; /* its parent has waited for it, or joined it */
	int reaped_status; /* what the parent was told then */
	bool returned;	   /* WOKEN, out of its call although held: it waits for its go */
	bool counted;	   /* in control->asleep */
	bool reported;	   /* its death or exit was dealt with */
	int status;	   /* exit status, or the signal that killed it */
	uint64_t expected; /* signals (bit n: n) injected or sent: dying of them is no crash */
	uint64_t handles;  /* of its process's first: signals that have a handler or are ignored */
	struct call call;  /* what it is doing, or did last */
	uintptr_t fault_address; /* that it crashed on, if `faulted` */
	bool faulted, fault_writes;
	uint32_t stack_count; /* frames of where it crashed, the innermost first */
	uintptr_t stack[STACK_FRAMES_MAX];
	uint64_t random_used[8];
	int64_t clock_ns;    /* of its process's first: how far CLOCK_REALTIME was set off */
	uint32_t held_count; /* signals; see control->held */
	uint32_t quiet;	     /* accesses of shared memory at which there is nothing to decide */
	uint32_t repeats;    /* loads in a row that brought nothing new */
	bool spins;	     /* at such a load: others run first */
	struct access_last last_loads[ACCESS_LAST_MAX];
	uint32_t loads_noted; /* there, so far: a new one takes the place of the oldest */
	int spin_version;     /* the object's version at which it began to spin */
	int lowest_fd;	      /* first free descriptor when the body began */
	void *thread;	      /* the runtime's, of a thread */
};

/* What is noted of the task's load at that place in the code, or NULL. */
static inline struct access_last *task_last_load(struct task *task, uintptr_t site)
{
	unsigned i;

	for (i = 0; i < ACCESS_LAST_MAX; i++)
		if (task->last_loads[i].site == site)
			return &task->last_loads[i];
	return NULL;
}

static inline bool task_is_over(const struct task *task)
{
	return task->state == TASK_ENDED || task->state == TASK_DEAD || task->state == TASK_NONE;
}

static inline uint64_t task_bit(int task)
{
	return (uint64_t)1 << task;
}

#endif
