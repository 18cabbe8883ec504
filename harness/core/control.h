/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control block: everything that the tasks of one execution and their supervisor share. A
 * memfd, mapped at the same address in all of them. One task runs at a time, so plain stores
 * suffice but for the words that hand the turn over.
 */
#ifndef SABOT_CORE_CONTROL_H
#define SABOT_CORE_CONTROL_H

#include "core/event.h"
#include "core/explore.h"
#include "core/free_state.h"
#include "core/heap.h"
#include "core/left.h"
#include "core/memory_state.h"
#include "core/plan.h"
#include "core/random.h"
#include "core/task.h"
#include "core/unmapped.h"
#include "core/verdict.h"
#include "os/checker.h"
#include "os/image.h"

#include <sabot/sabot.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
	OBJECTS_MAX = 512,
	EVENTS_MAX = 131072,
	RECORDED_MAX = PLAN_SWITCHES_MAX,
	HELD_SIGNALS_MAX = 16,
	DESCRIPTORS_MAX = 128, /* of setup */
	MADE_MAX = 128,
	TIMERS_MAX = 32,
	/* Decisions that let a store arrive: TARGET_STORES + 64 * (which of them) + task. */
	TARGET_STORES = TASKS_MAX,
	OBSERVED_MAX = 16, /* of one execution */
	OBSERVED_BYTES = 96,
	HISTORY_MAX = 4096, /* of all histories of one execution */
	TURN_SUPERVISOR = -1,
};

/* Real-time priorities; see exec/gate.h. */
enum { GATE_LIFTED = 11, GATE_RUN = 10, GATE_SUPERVISOR = 3, GATE_HELD = 1 };

#define CONTROL_ADDRESS ((uintptr_t)CHECKER_FREE_ADDRESS)
#define SHARED_ADDRESS	(CONTROL_ADDRESS + 0x100000000)
#define CONTROL_MAGIC	0x5ab07c01u
#define HISTORY_PENDING UINT32_MAX
/* The virtual clock moves by this much at each point, so that loops over a clock end. */
#define STEP_NS 1000u

struct object {
	enum family family;
	uint64_t key[2];
	uint32_t number;	 /* within its family, in order of first use */
	uint32_t version;	 /* counts changes: spinning tasks wait for one */
	int16_t owner;		 /* task that holds it alone, or -1 */
	int16_t held[TASKS_MAX]; /* by each task: permits taken, shared locks, ... */
	int16_t lent[TASKS_MAX]; /* of these, what the kernel takes back as it dies */
	char label[32];
};

struct recorded_switch {
	uint8_t task;
	uint16_t target;
	uint16_t op_kind;
	uint32_t op, pass;
};

enum shot_state {
	SHOT_IDLE,
	SHOT_ARMED,
	SHOT_FIRED,
	SHOT_CONFIRMED,
	SHOT_REFUSED, /* its place came, and it cannot happen there */
};

/* A fault that is to strike in this execution. */
struct shot {
	struct plan_fault plan;
	uint64_t victim_hash;
	enum shot_state state;
	int task;	   /* whom it struck, or -1 */
	uint32_t fired;	   /* the decision number at which it struck */
	uint32_t hold;	   /* decisions that a stop or delay lasts at most */
	uint64_t until_ns; /* virtual time at which a delay ends; 0: none */
};

enum request_kind {
	REQUEST_NONE,
	REQUEST_DECIDE, /* settle, then decide; the requester can go on */
	REQUEST_RUN, /* the requester decided: task `chosen` runs, which only the supervisor can do
		      */
	REQUEST_SLEEP,	 /* the requester begins a virtual sleep */
	REQUEST_SPIN,	 /* the requester spins on its object */
	REQUEST_SETTLE,	 /* settle, then go on with the requester: no decision */
	REQUEST_NETWORK, /* wait until the requester's packets have arrived: nothing else */
	REQUEST_SPAWNED, /* a new task was made: wait until it is parked, then go on with the
			    requester */
	REQUEST_ENDED,	 /* the requester ends: its thread or process goes away */
	REQUEST_FINDING, /* a finding was recorded: the execution is over */
};

/* Something that stays unless removed: what was made, and by whom (-1: setup). */
struct made {
	enum family family;
	int id;
	int8_t task;
	char name[64];
};

enum timer_kind {
	TIMER_FREE,  /* was deleted */
	TIMER_FD,    /* of timerfd_create(2): a descriptor is readable */
	TIMER_REAL,  /* of setitimer(2) and alarm(2): SIGALRM */
	TIMER_POSIX, /* of timer_create(2): a signal */
};

/* A timer on virtual time; see core/timers.h. */
struct timer {
	enum timer_kind kind;
	int16_t object; /* TIMER_FD: stands for its open file description */
	clockid_t clock;
	int8_t process;	      /* the first task of its process; not of TIMER_FD */
	int8_t thread;	      /* the task that alone is told, or -1 */
	uint8_t signo;	      /* 0: nobody is told */
	void *value;	      /* TIMER_POSIX: goes with the signal */
	uint32_t overrun;     /* TIMER_POSIX: ends since the signal became pending */
	uint32_t reported;    /* ... and when it was taken last */
	uint64_t next_ns;     /* virtual; 0: disarmed */
	uint64_t interval_ns; /* 0: expires once */
};

struct finding {
	enum kind kind;
	int task; /* whom it names, or -1 */
	char oracle[128];
	char message[PLAN_MESSAGE_MAX];
	uintptr_t site;
};

/* What an execution of a case that characterises was seen to do; see core/observe.h. */
struct observed {
	uint32_t count, lost;
	char texts[OBSERVED_MAX][OBSERVED_BYTES];
};

/* An operation of one of the scenario's histories; see core/history.h. */
struct history_operation {
	struct sabot_operation told; /* to the specification */
	uint32_t called, returned;   /* numbers of their events; HISTORY_PENDING */
	uint32_t history;
	uint32_t last_store; /* if not 0: the caller has returned, and this has not arrived */
};

struct history {
	uint32_t count;
	struct history_operation operations[HISTORY_MAX];
};

/* How a task that becomes another program finds its way back here; see intercept/program.h. */
struct program_state {
	pid_t harness;	    /* the supervisor */
	int memory_fd;	    /* this block, there; -1: nobody can map it */
	int race_fd;	    /* the memory in which races are noted, likewise */
	const void *anchor; /* something in libsabot, as the harness's image has it */
	bool expected;	    /* the scenario is a program, which is to join */
	bool shares_files;  /* what it does to files, it does to everybody's */
	uint32_t joined;    /* so many did, in this execution */
};

struct strategy;
/* A decision that a plan lists, for replays; tasks by hash of their names. */
struct listed {
	uint64_t task, target;
	uint32_t op, pass;
	uint16_t store; /* of the target's waiting stores, from 1; 0: it runs */
};

/* State of the strategy of this execution; each strategy uses it as it likes. */
struct decider {
	const struct strategy *strategy;
	struct random random;
	uint64_t seed;
	uint32_t depth;	 /* pct */
	uint32_t length; /* expected decisions in an execution, from those before it */
	uint32_t count;	 /* decisions so far */
	uint32_t changes[16];
	uint64_t priority[TASKS_MAX];
	/* replay: what the plan lists, by hash of the deciding task's name */
	uint32_t listed_count;
	uint32_t used_count;
};

struct control {
	uint32_t magic;
	int32_t turn; /* task that runs, or TURN_SUPERVISOR */
	enum request_kind request;
	int requester;
	int chosen;
	bool isolated;	    /* the worker has namespaces of its own: they end with it */
	uint32_t world;	    /* if it has none: a number of its own; see core/private.h */
	bool gated;	    /* real-time priorities hold the woken */
	bool settle_due;    /* somebody may have been woken since the last settle */
	bool signals_due;   /* some task is `signalled` */
	bool over;	    /* no more decisions: a finding, or the end */
	bool looks_at_heap; /* of processes that a fault may end; see intercept/heap.h */
	bool in_setup;
	bool fingerprint; /* calls record the state of the shared memory: for a sweep's first run */
	bool more_memory; /* tasks may share a mapping of their own besides it */
	bool judging;	  /* a check runs: if the process dies now, the check crashed */
	const char *judged; /* the name of that check */
	bool pool;	    /* processes are kept between executions */
	bool lasting;	    /* more than memory outlives the bodies in their processes */
	bool network;	    /* a socket of the loopback was made: packets may be on their way */
	uint32_t bell;	    /* futex word: without the gate, a task rings it before it may sleep */
	struct free_state free;
	struct program_state program;
	char waits_at_end[PLAN_TASK_MAX]; /* this task is not to end: see point_hold(); "": none */
	int fd_base;			  /* the harness's own descriptors are at or above this */
	int last_ran;			  /* task that had the turn last, or -1 */
	uint32_t task_count;
	uint32_t asleep; /* tasks that fell asleep or spin, and did not run since */
	uint32_t woken;	 /* of these, tasks WOKEN */
	uint32_t timed;	 /* tasks with a deadline */
	uint32_t decisions;
	uint32_t steps;
	uint32_t idle_steps; /* since the last progress */
	uint32_t kept;	     /* decisions since a task last slept, ended or asked for others */
	uint32_t limit_steps;
	uint32_t checks;
	struct explore_notes notes;
	enum sabot_memory memory;
	uint64_t buffered; /* tasks whose stores wait */
	struct race race;
	uint64_t stores;   /* to shared memory, as far as they are seen */
	uint64_t accesses; /* of shared memory */
	bool brief;	   /* accesses at which nothing is decided are hashed, not kept as events */
	uint64_t now_ns;   /* virtual */
	uint32_t timer_jumps; /* of time to a timer, in a row, after which nobody ran */
	uint64_t timer_ns;    /* when the next of the timers is due; 0: none is armed */
	uint64_t seed;
	uint64_t execution;
	const struct sabot_scenario *scenario;
	const struct sabot_case *scase;
	void *shared;
	size_t shared_size;
	/* Judges invariants in the settled state of the moment: by check/, in tasks too. */
	void (*judge)(struct control *control, enum sabot_when when);
	uint64_t trace_hash;
	uint32_t event_count; /* may exceed EVENTS_MAX: the rest is in the hash only */
	struct finding finding;
	struct decider decider;
	uint32_t recorded_count;
	bool recorded_full;
	uint32_t object_count, made_count, timer_count, window_count; /* of the tables below */
	uint32_t shot_count;
	uint32_t shots_open; /* armed or holding a victim */
	struct shot shots[PLAN_FAULTS_MAX];
	struct task tasks[TASKS_MAX];
	struct recorded_switch recorded[RECORDED_MAX];
	struct event events[EVENTS_MAX];
	/* Above: what every task touches, close together: a fork maps nothing of what is shared,
	 * and each fault of the child maps some pages. */
	struct listed listed[RECORDED_MAX];
	struct observed observed;
	struct history history;
	struct store_buffer buffers[TASKS_MAX];
	bool window_again, window_missed; /* mapped twice; or where no access is seen */
	struct window_part window[WINDOW_PARTS_MAX];
	struct unmapped_log unmapped;
	uint32_t mutated; /* calls that a mutation has answered */
	struct made made[MADE_MAX];
	struct timer timers[TIMERS_MAX];
	uint32_t family_objects[FAMILY_COUNT];
	uint16_t object_index[OBJECTS_MAX * 2]; /* hash table: index + 1 */
	struct object objects[OBJECTS_MAX];
	struct heap heap;
	struct left left;
	struct held_signal held[TASKS_MAX][HELD_SIGNALS_MAX]; /* by task; the oldest first */
	struct explore explore;
	struct image_table images; /* kept from one execution to the next */
};

/* The block of this process, and the calling thread's task in it (NULL: not a task). */
extern struct control *control;
extern __thread struct task *task_self;

/* Memory for a block: a memfd, close-on-exec. Returns the descriptor or -errno. */
int control_memory(void);

/*
 * Maps a fresh block at CONTROL_ADDRESS and sets `control`; of this memory, or -1: of its own. The
 * descriptor stays the caller's. Returns 0 or -errno. Harness only.
 */
int control_create(int memory_fd);

/* Makes the block ready for another execution; keeps what a pool of tasks needs. */
void control_reset(struct control *block, bool keep_tasks);

/* Whether the block is one of ours, its counts are within bounds and its names have an end. */
bool control_valid(const struct control *block);

static inline int task_number(const struct task *task)
{
	return (int)(task - control->tasks);
}

/* Whether no task runs, sleeps or is still to begin. */
bool control_all_over(void);

/* Records a finding unless one is recorded: the first one counts. Message as printf. */
void control_find(enum kind kind, int task, const char *oracle, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Notes what was made, once, or that it is gone. Used by interceptors, in tasks and in setup, for
 * the audit. control_made returns the note, or NULL when there is nothing to note it for.
 */
struct made *control_made(enum family family, int id, const char *name);
void control_unmade(enum family family, int id, const char *name);

#endif
