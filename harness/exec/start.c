/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/start.h"

#include "core/api.h"
#include "core/object.h"
#include "core/point.h"
#include "core/store_buffer.h"
#include "core/trace.h"
#include "exec/gate.h"
#include "exec/outside.h"
#include "exec/watch.h"
#include "intercept/descriptor.h"
#include "intercept/heap.h"
#include "intercept/mapping.h"
#include "intercept/process.h"
#include "intercept/sysv_shm.h"
#include "memory/race.h"
#include "os/checker.h"
#include "os/hot.h"
#include "os/proc.h"
#include "os/sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void fresh(struct task *task)
{
	task->state = TASK_BORN;
	task->call.op = OP_START;
	task->call.object = -1;
	task->parent = -1;
	task->process = (int8_t)task_number(task);
	if (control->race.on)
		race_born(task);
}

static struct task *add_task(unsigned role, unsigned index)
{
	struct task *task = &control->tasks[control->task_count];

	memset(task, 0, sizeof(*task));
	task->role = (uint8_t)role;
	task->index = (uint8_t)index;
	snprintf(task->name, sizeof(task->name), "%s#%u", control->scenario->roles[role].name,
		 index);
	task->name_hash = random_text_hash(task->name);
	control->task_count++;
	fresh(task);
	return task;
}

/* The lowest free descriptor. */
static int lowest_free(void)
{
	int fd = sys_fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		(void)sys_close(fd);
	return fd;
}

/* All open streams, the last opened first (glibc). */
extern void *_IO_list_all;
static const void *first_stream HOT;
static int lowest_fd HOT; /* when the bodies begin: the same for all, inherited */

/* As __fpending(3), which few tasks call: its page of libc would be mapped for that alone. */
static bool is_pending(const FILE *stream)
{
	return stream->_IO_write_ptr != stream->_IO_write_base;
}

/* As at a normal exit, but only if there is anything to flush: the look-up alone would copy a page.
 */
static void flush_streams(void)
{
	if (_IO_list_all != first_stream || is_pending(stdout) || is_pending(stderr))
		fflush(NULL);
}

static void judge_descriptors(const struct task *task)
{
	int fd = descriptor_left(task->lowest_fd);
	struct stat status;
	int object = -1;

	if (fd < 0)
		return;
	if (descriptor_look(fd, &status) != DESCRIPTOR_OTHER)
		object = descriptor_object_of(fd, &status);
	control_find(KIND_LEAK, task_number(task), "leak",
		     "%s ends with descriptor %d left open%s%s", task->name, fd,
		     object >= 0 ? ": " : "", object >= 0 ? object_label(object) : "");
}

/* What the end of its process would give back, a process that is kept would not. */
static void note_lasting(struct task *task)
{
	if (control->pool)
		task->lasting = mapping_is_any() || object_is_any_lent(task);
}

static void run_body(struct task *task)
{
	task->lowest_fd = lowest_fd;
	task->in_runtime = false;
	control->scenario->roles[task->role].body(api_task_handle(task));
	task = task_self; /* the body may return in a child */
	task->in_runtime = true;
	if (control->memory != SABOT_SC) {
		store_buffer_close(task);
		store_buffer_drain(task);
	}
	flush_streams();
	task->call = (struct call){ .op = OP_EXIT, .object = -1 };
	point_hold(task);
	process_children_left(task);
	if (task->parent < 0 && sysv_shm_attached() > 0)
		control_find(KIND_LEAK, task_number(task), "leak",
			     "%s ends with %d SysV segment%s attached", task->name,
			     sysv_shm_attached(), sysv_shm_attached() == 1 ? "" : "s");
	if (task->parent < 0)
		judge_descriptors(task);
	note_lasting(task);
	heap_end(task);
}

/* Runs after the scenario's own handlers: what the harness's libraries do at exit is no part of it.
 */
static void leave_scenario(void)
{
	if (task_self)
		task_self->in_runtime = true;
}

static bool guarded HOT;

void start_guard_again(void)
{
	guarded = false;
}

/*
 * Handlers run last in, first out: ours has to be registered after those of every library. Here,
 * since in each child it would cost several page faults.
 */
static void guard_exit(void)
{
	if (!guarded)
		(void)atexit(leave_scenario);
	guarded = true;
}

static _Noreturn void live(struct task *task)
{
	/* A read maps the pages around it as well; a write would map one. */
	(void)*(volatile const uint32_t *)&control->magic;
	task_self = task;
	task->in_runtime = true;
	(void)sys_close_range((unsigned)control->fd_base, ~0u);
	/* It opens a log of its own for each process. */
	if (checker_is_valgrind())
		lowest_fd = lowest_free();
	/* No namespace ends it with the supervisor. */
	if (!control->isolated)
		(void)sys_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0);
	gate_join();
	task->pid = task->tid = sys_getpid();
	point_wait(task);
	for (;;) {
		bool stays;

		run_body(task);
		/* Once it has left, without the gate, the next execution may have begun. */
		stays = control->pool && !task->lasting && task_self == task;
		point_leave(task_self);
		if (!stays)
			(void)sys_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
		if (control->free.on)
			point_wait(task);
		while (__atomic_load_n(&task->go, __ATOMIC_ACQUIRE) == 0)
			(void)sys_futex_wait(&task->go, 0, NULL);
	}
}

/* Its first park, of its process in a child; and in the parent that it is there. */
static int fork_task(struct task *task)
{
	pid_t pid = _Fork();

	if (pid == 0)
		live(task);
	if (pid < 0) {
		control->task_count--;
		return -errno;
	}
	task->pid = task->tid = pid;
	return 0;
}

int start_again(struct task *dead)
{
	struct task *task;
	int error;

	if (control->task_count == TASKS_MAX)
		return -E2BIG;
	if (strlen(dead->name) + 4 > sizeof(dead->name))
		return -ENAMETOOLONG;
	task = add_task(dead->role, dead->index);
	snprintf(task->name, sizeof(task->name), "%.27s/%u", dead->name, dead->children++ % 100);
	task->name_hash = random_text_hash(task->name);
	if (control->race.on)
		race_follows(task, dead);
	error = fork_task(task);
	if (!error)
		watch_births();
	return error;
}

int start_fork(void)
{
	const struct sabot_role *role;
	unsigned index;

	guard_exit();
	first_stream = _IO_list_all;
	lowest_fd = lowest_free();
	for (role = control->scenario->roles; role->name; role++)
		for (index = 0; index < (role->count ? role->count : 1); index++) {
			int error;

			if (control->task_count == TASKS_MAX)
				return -E2BIG;
			error = fork_task(
				add_task((unsigned)(role - control->scenario->roles), index));
			if (error)
				return error;
		}
	descriptor_inherited();
	watch_births();
	return 0;
}

bool start_can_reuse(void)
{
	uint32_t i;

	if (control->lasting)
		return false;
	/* What was done to its process may outlive the execution. */
	for (i = 0; i < control->shot_count; i++)
		if (control->shots[i].plan.kind == PLAN_LIMIT)
			return false;
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].state != TASK_ENDED || control->tasks[i].gone ||
		    control->tasks[i].lasting || control->tasks[i].parent >= 0)
			return false;
	return control->task_count > 0;
}

void start_reuse(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		/* Kept: who it is. All else is as after a fork. */
		task->op = task->pass = task->since = task->children = task->mappings = 0;
		task->slept = task->woke = 0;
		task->quiet = task->repeats = 0;
		task->spins = false;
		memset(task->last_loads, 0, sizeof(task->last_loads));
		task->loads_noted = 0;
		task->mark = 0;
		task->operation = 0;
		task->injured = task->expired = task->reported = false;
		task->struck = task->failed = task->gave_up = task->delayed = false;
		task->clock_ns = 0;
		task->handles = 0;
		task->expected = 0;
		task->held_count = 0;
		task->stack_count = 0;
		memset(task->random_used, 0, sizeof(task->random_used));
		fresh(task);
		task->state = TASK_PARKED;
	}
}

/* Of those that are no task: in a PID namespace of our own all are ours, else we adopt orphans. */
static void kill_the_rest(void)
{
	pid_t children[TASKS_MAX];
	size_t count, i;

	if (sys_getpid() == 1) {
		(void)sys_kill(-1, SIGKILL);
		return;
	}
	count = proc_children(sys_getpid(), children, TASKS_MAX);
	for (i = 0; i < count; i++)
		(void)sys_kill(children[i], SIGKILL);
}

void start_kill_all(void)
{
	unsigned round;
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		struct task *task = &control->tasks[i];

		/* Its maker may have died before it came to be. */
		if (task->gone || task->pid <= 0)
			continue;
		outside_kill(task);
		(void)sys_kill(task->pid, SIGKILL);
		if (task->state != TASK_PARKED)
			gate_release(task);
	}
	control->asleep = 0; /* nobody is held any more */
	for (round = 0;; round++) {
		siginfo_t info = { .si_pid = 0 };
		long left = sys_call(SYS_waitid, P_ALL, 0, (long)&info, WEXITED | WNOHANG, 0, 0);

		if (left == -ECHILD)
			break;
		if (info.si_pid)
			continue;
		if (round > 200)
			kill_the_rest();
		watch_pause(round);
	}
	watch_forget_all();
}
