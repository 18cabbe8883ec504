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
#include "core/op.h"
#include "core/plan.h"
#include "core/random.h"
#include "core/unmapped.h"
#include "core/verdict.h"
#include "os/checker.h"

#include <sabot/sabot.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
	TASKS_MAX = 64, /* a set of tasks is one 64-bit mask */
	OBJECTS_MAX = 512,
	EVENTS_MAX = 32768,
	RECORDED_MAX = PLAN_SWITCHES_MAX,
	HELD_SIGNALS_MAX = 16,
	DESCRIPTORS_MAX = 128, /* of setup */
	MADE_MAX = 128,
	TIMERS_MAX = 32,
	STACK_FRAMES_MAX = 12,
	ACCESS_LAST_MAX =
		8, /* in sets of ACCESS_LAST_SET: so many places of a set are told apart */
	ACCESS_LAST_SET = 4,
	WINDOW_PARTS_MAX = 64,
	STORES_WAITING_MAX = 16,
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
	int timeout_result;   /* what the kernel call returns when the deadline ends it: -ETIMEDOUT,
				 ... */
	uintptr_t site;	      /* return address of the call in the scenario */
	const char *name;     /* of a named point, else NULL */
	uint64_t detail[2];   /* per family: a lock's range, ... */
	bool makes;	      /* of semget and its like: what it gets may be new */
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
	uint32_t since; /* the decision number at which it came to its state */
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

/* One of the two accesses of a data race. */
struct race_side {
	int task;
	uint32_t op; /* number of the task's operation */
	uintptr_t site;
	bool writes, atomic;
	uint32_t stack_count; /* return addresses, the innermost first; 0: not known */
	uintptr_t stack[STACK_FRAMES_MAX];
};

/* The search for data races; see memory/race.h. */
struct race {
	bool on, found;
	uint32_t execution; /* counts them: cells of others are empty */
	uintptr_t address;
	size_t size;
	struct race_side first, second;
	struct race_side watched; /* its stack is kept when it comes; op 0: none */
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

/* A store that others do not see yet; see core/store_buffer.h. */
struct waiting_store {
	uintptr_t address;
	uint64_t value;
	uint32_t number; /* of the task's stores, from 1 */
	uint32_t fence;	 /* release fences of the task before it */
	uint8_t size;
	uint8_t slot; /* its number among those that wait: until it has arrived */
	bool release, atomic;
};

/* What memory shows the task that runs, in place of what has arrived there. */
struct lens {
	uintptr_t address;
	uint64_t arrived, shown;
	uint8_t size; /* 0: it is closed */
	bool is_store;
};

struct store_buffer {
	uint32_t count;
	uint32_t fence;
	uint32_t slots; /* that are taken */
	uint32_t made;	/* stores, so far */
	uint32_t owed;	/* operations of histories that have returned but for their stores */
	struct lens lens;
	struct waiting_store stores[STORES_WAITING_MAX];
};

/* A shared mapping, and where every task has it; see memory/window.h. */
struct window_part {
	uint64_t key, offset;
	size_t size;
	uintptr_t address;
	char name[24];
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
	int fd_base;  /* the harness's own descriptors are at or above this */
	int last_ran; /* task that had the turn last, or -1 */
	uint32_t task_count;
	uint32_t asleep; /* tasks that fell asleep or spin, and did not run since */
	uint32_t woken;	 /* of these, tasks WOKEN */
	uint32_t timed;	 /* tasks with a deadline */
	uint32_t decisions;
	uint32_t steps;
	uint32_t idle_steps; /* since the last progress */
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

/* Whether the block is one of ours and its counts are within bounds. */
bool control_valid(const struct control *block);

static inline int task_number(const struct task *task)
{
	return (int)(task - control->tasks);
}

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
