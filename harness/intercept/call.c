/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/call.h"

#include "core/clock.h"
#include "core/free.h"
#include "core/point.h"
#include "core/store_buffer.h"
#include "core/trace.h"
#include "intercept/answer.h"
#include "intercept/cancel.h"
#include "intercept/deadline.h"
#include "memory/race.h"
#include "os/sys.h"

#include <string.h>

bool call_is_task(void)
{
	if (task_self && !task_self->in_runtime)
		return true;
	if (control && control->judging)
		control->notes.looks |= EXPLORE_LOOK_OBJECTS;
	return false;
}

/* Its thread was cancelled in it, and runs what it has pushed to clean up. */
static void abandon(struct task *task)
{
	task->in_call = false;
	if (task->call.deadline_ns)
		control->timed--;
	task->call.deadline_ns = 0;
}

bool call_enter_at(struct call *call, enum op op, uintptr_t site)
{
	if (!call_is_task())
		return false;
	task_self->in_runtime = true;
	if (control->memory != SABOT_SC)
		store_buffer_close(task_self);
	/* A thread that was cancelled in a call may come to its next without its turn. */
	if (!point_has_turn(task_self))
		point_return(task_self);
	if (task_self->in_call)
		abandon(task_self);
	memset(call, 0, sizeof(*call));
	call->op = op;
	call->object = -1;
	call->site = site;
	return true;
}

/* A handler may interrupt a call and make calls of its own: what it interrupted is put back at its
 * end. */
static void announce(struct task *task, struct call *call)
{
	task->call = *call;
}

static void arm(struct task *task)
{
	if (op_flags(task->call.op) & OP_WAKES)
		control->settle_due = true;
	if (task->call.deadline_ns)
		control->timed++;
	task->expired = false;
	task->in_call = true;
	task->in_runtime = false;
	if (op_flags(task->call.op) & OP_BLOCKS)
		point_ring();
	/* In free mode a signal may have come since the point; from here on it is handled. */
	if (task->held_count && free_on())
		point_run_held(task);
}

/*
 * Its point. Returns by how much CLOCK_REALTIME has jumped there: a deadline that is a date is
 * nearer, or farther, by that.
 */
static int64_t pass(struct task *task)
{
	const int64_t *off = &control->tasks[task->process].clock_ns;
	int64_t before = *off;

	point_pass(task);
	return *off - before;
}

static void pass_to_call(struct task *task, struct call *call)
{
	int64_t jump_ns = pass(task);

	if (jump_ns && call->dated && call->deadline_ns) {
		call->deadline_ns = clock_deadline_moved(call->deadline_ns, jump_ns);
		task->call.deadline_ns = call->deadline_ns;
	}
}

void call_begin(struct call *call)
{
	int saved = errno;
	struct task *task = task_self;

	announce(task, call);
	pass_to_call(task, call);
	/* A system call is no fence, but long enough for any buffer to empty. */
	if (control->memory != SABOT_SC)
		store_buffer_drain(task);
	if (control->race.on)
		race_before(task, call);
	if (task->struck)
		answer_begin(task);
	arm(task);
	if (task->cancels_at_once)
		cancel_heed();
	errno = saved;
}

void call_note(struct call *call)
{
	struct task *task = task_self;

	announce(task, call);
	if (task->struck)
		answer_begin(task);
	task->in_call = true;
	task->in_runtime = false;
}

/* Without the gate a woken task comes out of the kernel by itself: it waits here until it is
 * chosen. */
static void regain(struct task *task)
{
	task->in_runtime = true;
	if (!point_has_turn(task))
		point_return(task);
	task->in_call = false;
	if (task->call.deadline_ns) {
		control->timed--;
		task->call.deadline_ns = 0;
	}
}

/* What it sent over the loopback may be on its way: others could tell whether it has arrived. */
static bool sent_packets(const struct call *call)
{
	return control->network && call->object >= 0 && (op_flags(call->op) & OP_WAKES) &&
	       control->objects[call->object].family == FAMILY_SOCKET;
}

static void finish(struct call *call, long result, int error)
{
	struct task *task = task_self;

	if (task->struck)
		answer_end();
	regain(task);
	trace_return(task, call, result, error);
	if (control->race.on)
		race_after(task, call, error);
	if ((op_flags(call->op) & OP_SETTLES) && control->asleep + control->task_count > 1)
		point_request(task, REQUEST_SETTLE);
	else if (sent_packets(call))
		point_request(task, REQUEST_NETWORK);
	task->in_runtime = false;
	if (task->held_count && point_run_held)
		point_run_held(task);
}

long call_end(struct call *call, long result)
{
	int saved = errno;

	finish(call, result, result == -1 ? saved : 0);
	errno = saved;
	return result;
}

long call_end_as(struct call *call, long result, long traced)
{
	int saved = errno;

	finish(call, traced, result == -1 ? saved : 0);
	errno = saved;
	return result;
}

int call_end_error(struct call *call, int error)
{
	int saved = errno;

	finish(call, 0, error);
	errno = saved;
	return error;
}

void call_arrive(struct task *task)
{
	struct call call = { .op = OP_EXEC, .object = -1, .detail = { image_tag } };

	task_self = task;
	if (task->in_call)
		call.site = task->call.site;
	task->outside = false;
	regain(task);
	trace_return(task, &call, 0, 0);
	task->call = (struct call){ .op = OP_START, .object = -1 };
	task->in_runtime = false;
}

/* Between the two the task is in the call, so that a handler finds the deadline counted. */
static void sleep_until(struct task *task, uint64_t deadline_ns)
{
	task->call.deadline_ns = deadline_ns;
	task->interrupted = false;
	task->in_call = true;
	control->timed++;
	point_request(task, REQUEST_SLEEP);
	control->timed--;
	task->in_call = false;
	task->call.deadline_ns = 0;
}

/* A sleep that an injected EINTR cuts short lasts half as long. */
static bool is_cut(const struct task *task)
{
	int error;

	return task->struck && answer_fails(&error);
}

/* In free mode a sleep is one. */
static uint64_t sleep_free(struct call *call, uint64_t time_ns, bool absolute)
{
	int saved = errno;
	uint64_t end_ns = absolute ? time_ns : clock_now() + time_ns, now_ns;
	struct timespec left;
	long error;
	bool cut;

	call->deadline_ns = end_ns ? end_ns : 1;
	call_begin(call);
	end_ns = call->deadline_ns;
	deadline_left(call, &left);
	cut = end_ns > clock_now() && is_cut(task_self);
	if (cut)
		left = clock_split(clock_join(&left) / 2);
	error = sys_call(SYS_nanosleep, (long)&left, 0, 0, 0, 0, 0);
	if (cut)
		error = -EINTR;
	now_ns = clock_now();
	errno = -(int)error;
	(void)call_end(call, error ? -1 : 0);
	cancel_heed();
	errno = saved;
	return error && end_ns > now_ns ? end_ns - now_ns : 0;
}

uint64_t call_sleep(struct call *call, uint64_t time_ns, bool absolute)
{
	int saved = errno;
	struct task *task = task_self;
	uint64_t deadline_ns, end_ns, left = 0;
	int64_t jump_ns;
	bool cut;

	if (free_on())
		return sleep_free(call, time_ns, absolute);
	announce(task, call);
	jump_ns = pass(task);
	if (task->struck)
		answer_begin(task);
	deadline_ns = absolute ? time_ns : control->now_ns + time_ns;
	if (jump_ns && call->dated)
		deadline_ns = clock_deadline_moved(deadline_ns, jump_ns);
	task->interrupted = false;
	cut = deadline_ns > control->now_ns && is_cut(task);
	end_ns = cut ? deadline_ns - (deadline_ns - control->now_ns) / 2 : deadline_ns;
	if (end_ns > control->now_ns && (!task->cancelled || task->uncancellable))
		sleep_until(task, end_ns);
	if ((task->interrupted || cut) && deadline_ns > control->now_ns)
		left = deadline_ns - control->now_ns;
	else if (cut)
		left = 1; /* others have moved the clock on: it is interrupted all the same */
	if (task->struck)
		answer_end();
	trace_return(task, call, left ? -1 : 0, left ? EINTR : 0);
	task->in_runtime = false;
	cancel_heed();
	errno = saved;
	return left;
}

void call_spin(struct call *call)
{
	struct task *task = task_self;

	task->in_runtime = true;
	if (call->object < 0) {
		point_pass(task); /* nobody can tell when it changes: the step bound ends it */
		return;
	}
	task->spin_version = (int)control->objects[call->object].version;
	task->interrupted = false;
	point_request(task, REQUEST_SPIN);
}

uint64_t call_deadline_after(const struct timespec *relative)
{
	uint64_t deadline = clock_now() + clock_join(relative);

	return deadline ? deadline : 1;
}

uint64_t call_deadline_at(const struct timespec *absolute, clockid_t clock)
{
	uint64_t deadline = clock_to_virtual(clock, absolute);

	return deadline ? deadline : 1;
}
