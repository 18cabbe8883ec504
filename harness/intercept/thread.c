/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads: each is a task from its birth to its end, whether its function returns, it calls
 * pthread_exit(), or it is cancelled. Does not control: the affinity that a thread's attributes ask
 * for.
 */
#include "intercept/thread.h"

#include "intercept/cancel.h"
#include "intercept/deadline.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "intercept/spawn.h"

#include "core/point.h"
#include "os/sys.h"

#include <limits.h>
#include <string.h>

struct start {
	void *(*function)(void *argument);
	void *argument;
	pthread_t thread;
	pid_t pid;	  /* of the process that this entry is valid in */
	uint64_t blocked; /* signals that it blocks before anybody knows of it; 0: as its maker */
	bool deaf;	  /* ... and does */
};

/* By task; of this process. What a fork copied is another's. */
static struct start starts[TASKS_MAX];
static pthread_key_t ending;
static pthread_once_t ending_once = PTHREAD_ONCE_INIT;

/* The newest: the handle of a detached thread that has ended may be another's by now. */
struct task *thread_task(pthread_t thread)
{
	uint32_t i;

	for (i = control->task_count; i-- > 0;)
		if (starts[i].pid == task_self->pid && pthread_equal(starts[i].thread, thread))
			return &control->tasks[i];
	return pthread_equal(thread, pthread_self()) ? task_self : NULL;
}

static int object_of(pthread_t thread)
{
	const struct task *task = thread_task(thread);

	return task ? spawn_object(FAMILY_THREAD, task) : -1;
}

static void leave(struct task *task)
{
	struct call call;

	if (task->in_call && task->call.deadline_ns)
		control->timed--; /* cancelled in it */
	task->in_call = task->in_runtime = false;
	(void)call_enter_at(&call, OP_THREAD_EXIT, task->call.site);
	call_begin(&call);
	task->in_runtime = true;
	task->in_call = false;
	task->leaving = true;
	point_leave(task);
	task_self = NULL;
}

/*
 * Destructors of thread-specific data run in rounds, as long as some set their data again. Ours
 * does so until the last: what others do in theirs is still the task's.
 */
static void end_thread(void *round)
{
	uintptr_t number = (uintptr_t)round;

	if (!task_self)
		return;
	if (number < PTHREAD_DESTRUCTOR_ITERATIONS)
		(void)pthread_setspecific(ending, (void *)(number + 1));
	else
		leave(task_self);
}

static void make_key(void)
{
	(void)pthread_key_create(&ending, end_thread);
}

static void *run(void *argument)
{
	struct task *task = argument;
	struct start *start = &starts[task_number(task)];

	if (start->blocked)
		thread_block(start->blocked);
	__atomic_store_n(&start->deaf, true, __ATOMIC_RELEASE);
	(void)pthread_setspecific(ending, (void *)(uintptr_t)1);
	spawn_enter(task);
	return start->function(start->argument);
}

/* A thread is scheduled as its maker is: by the harness. */
static int create(pthread_t *thread, const pthread_attr_t *attr, struct task *task)
{
	struct start *start = &starts[task_number(task)];
	pthread_attr_t inherited;
	int error;

	(void)pthread_once(&ending_once, make_key);
	if (attr) {
		/* Its own pointers stay the original's: it is only read. */
		inherited = *attr;
		(void)pthread_attr_setinheritsched(&inherited, PTHREAD_INHERIT_SCHED);
	}
	error = REAL(pthread_create)(&start->thread, attr ? &inherited : NULL, run, task);
	if (!error)
		*thread = start->thread;
	return error;
}

static int create_at(pthread_t *thread, const pthread_attr_t *attr, const struct start *wanted,
		     uintptr_t site)
{
	struct task *task;
	struct call call;
	int error;

	if (!call_enter_at(&call, OP_THREAD_CREATE, site))
		return REAL(pthread_create)(thread, attr, wanted->function, wanted->argument);
	call_begin(&call);
	task_self->in_runtime = true;
	task = spawn_begin(false);
	starts[task_number(task)] = *wanted;
	starts[task_number(task)].pid = task_self->pid;
	error = create(thread, attr, task);
	if (error)
		spawn_undo(task);
	else
		spawn_done(task);
	return call_end_error(&call, error);
}

int thread_create_at(pthread_t *thread, const pthread_attr_t *attr,
		     void *(*function)(void *argument), void *argument, uintptr_t site)
{
	const struct start wanted = { .function = function, .argument = argument };

	return create_at(thread, attr, &wanted, site);
}

int thread_create_detached(pthread_t *thread, const pthread_attr_t *wanted,
			   const struct thread_body *body, uintptr_t site)
{
	const struct start start = { .function = body->function,
				     .argument = body->argument,
				     .blocked = body->blocked };
	const struct task *task;
	pthread_attr_t attr;
	int error;

	if (wanted)
		attr = *wanted; /* its own pointers stay the original's: it is only read */
	else
		(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = create_at(thread, &attr, &start, site);
	if (!wanted)
		(void)pthread_attr_destroy(&attr);
	if (error)
		return error;
	/* A task is parked by now; in free mode it may still be on its way. */
	task = thread_task(*thread);
	while (task && !__atomic_load_n(&starts[task_number(task)].deaf, __ATOMIC_ACQUIRE))
		sys_yield();
	return 0;
}

void thread_block(uint64_t signals)
{
	(void)sys_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&signals, 0, sizeof(signals), 0, 0);
}

uint64_t thread_all_signals(void)
{
	sigset_t all;
	uint64_t signals;

	(void)sigfillset(&all);
	all = signal_strip(&all);
	memcpy(&signals, &all, sizeof(signals));
	return signals;
}

INTERPOSE int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attr,
			     void *(*function)(void *argument), void *restrict argument)
{
	return thread_create_at(thread, attr, function, argument, CALL_SITE);
}

/* Joined: its number and its name are no thread's any more. */
static void note_joined(pthread_t thread, int error)
{
	struct task *task = thread_task(thread);

	if (error || !task)
		return;
	task->reaped = true;
	starts[task_number(task)].pid = 0;
}

INTERPOSE int pthread_join(pthread_t thread, void **result)
{
	struct call call;
	int error;

	if (!call_enter(&call, OP_THREAD_JOIN))
		return REAL(pthread_join)(thread, result);
	call.object = object_of(thread);
	call_begin(&call);
	error = REAL(pthread_join)(thread, result);
	note_joined(thread, error);
	return call_end_error(&call, error);
}

INTERPOSE int pthread_tryjoin_np(pthread_t thread, void **result)
{
	struct call call;
	int error;

	if (!call_enter(&call, OP_THREAD_JOIN))
		return REAL(pthread_tryjoin_np)(thread, result);
	call.object = object_of(thread);
	call_begin(&call);
	error = REAL(pthread_tryjoin_np)(thread, result);
	note_joined(thread, error);
	return call_end_error(&call, error);
}

static int join_until(struct call *call, pthread_t thread, void **result, clockid_t clock,
		      const struct timespec *deadline)
{
	struct timespec end;
	int error;

	call->object = object_of(thread);
	call->deadline_ns = call_deadline_at(deadline, clock);
	call->dated = clock == CLOCK_REALTIME;
	call->timeout_result = -ETIMEDOUT;
	call_begin(call);
	deadline_on(call, clock, &end);
	error = REAL(pthread_clockjoin_np)(thread, result, clock, &end);
	note_joined(thread, error);
	return call_end_error(call, error);
}

INTERPOSE int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *deadline)
{
	struct call call;

	if (!deadline || !call_enter(&call, OP_THREAD_JOIN))
		return REAL(pthread_timedjoin_np)(thread, result, deadline);
	return join_until(&call, thread, result, CLOCK_REALTIME, deadline);
}

INTERPOSE int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock,
				   const struct timespec *deadline)
{
	struct call call;

	if (!deadline || !call_enter(&call, OP_THREAD_JOIN))
		return REAL(pthread_clockjoin_np)(thread, result, clock, deadline);
	return join_until(&call, thread, result, clock, deadline);
}

INTERPOSE int pthread_detach(pthread_t thread)
{
	struct call call;

	if (!call_enter(&call, OP_THREAD_DETACH))
		return REAL(pthread_detach)(thread);
	call.object = object_of(thread);
	call_note(&call);
	return call_end_error(&call, REAL(pthread_detach)(thread));
}

INTERPOSE int pthread_cancel(pthread_t thread)
{
	struct call call;
	struct task *task;

	if (!call_enter(&call, OP_THREAD_CANCEL))
		return REAL(pthread_cancel)(thread);
	call.object = object_of(thread);
	call_begin(&call);
	task = thread_task(thread);
	if (task)
		cancel_note(task);
	return call_end_error(&call, REAL(pthread_cancel)(thread));
}

/* The end of a process's first thread: the process lives on in the others. */
INTERPOSE void pthread_exit(void *result)
{
	if (call_is_task()) {
		(void)pthread_once(&ending_once, make_key);
		(void)pthread_setspecific(ending, (void *)(uintptr_t)1);
	}
	REAL(pthread_exit)(result);
	__builtin_unreachable();
}
