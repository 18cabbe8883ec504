/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/program.h"

#include "core/object.h"
#include "core/point.h"
#include "intercept/call.h"
#include "intercept/crash.h"
#include "intercept/exec.h"
#include "intercept/process.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "memory/race.h"
#include "os/overlay.h"
#include "os/signals.h"
#include "os/sys.h"
#include "os/tree.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the control block can be opened; in the environment of a program that is to join. */
#define CONTROL_VARIABLE "SABOT_CONTROL"

enum { SIGNALS_END = 64, PATH_BYTES = 64 };

/* Its address tells where libsabot lies. */
static const char anchor;

static const struct program_command *command;

void program_use(const struct program_command *to_run)
{
	command = to_run;
}

bool program_is_scenario(const struct sabot_scenario *scenario)
{
	return scenario->roles[0].body == program_body;
}

void program_prepare(void)
{
	control->program.harness = sys_getpid();
	control->program.anchor = &anchor;
	image_know(&control->images);
}

/* ---- In the supervisor --------------------------------------------------------------------- */

/* Programs write their numbers into files and names: in a world of our own they are the same. */
static void renew_numbers(void)
{
	static char last[24];
	static ssize_t length;
	int fd = sys_open("/proc/sys/kernel/ns_last_pid", O_RDWR | O_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (length <= 0)
		length = sys_read(fd, last, sizeof(last));
	else
		(void)sys_write(fd, last, (size_t)length);
	(void)sys_close(fd);
}

/* What begins to be private covers what is below it. */
void program_setup(struct sabot_env *env)
{
	static const char temporary[] = "/tmp";
	const char *directory = command->directory;
	bool writable = access(directory, W_OK) == 0;
	int error = control->isolated ? overlay_renew(0, temporary) : -EPERM;

	(void)env;
	if (control->isolated)
		renew_numbers();
	if (!error && !tree_holds(temporary, directory) && strcmp(directory, "/") != 0)
		error = overlay_renew(1, directory);
	/* Else the program would meet errors that are ours. */
	if (!error && writable && !overlay_takes(directory))
		error = -EOVERFLOW;
	if (error) {
		overlay_drop(1, directory);
		overlay_drop(0, temporary);
	}
	control->program.shares_files = error != 0;
}

/* ---- In the harness's image: a task is about to become a program ----------------------------- */

/* What stands there already is preloaded after us. Returns whether the variable is set. */
static bool preload_ourselves(void)
{
	const char *others = getenv("LD_PRELOAD");
	char text[PATH_MAX * 2];
	Dl_info info;

	if (!dladdr(&anchor, &info) || !realpath(info.dli_fname, text))
		return false;
	if (others && others[0]) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, ":%s", others);
	}
	return setenv("LD_PRELOAD", text, 1) == 0;
}

static const char *path_of(const struct control *block, int fd, char *path)
{
	snprintf(path, PATH_BYTES, "/proc/%d/fd/%d", (int)block->program.harness, fd);
	return path;
}

static bool tell_where(void)
{
	char path[PATH_BYTES];

	return setenv(CONTROL_VARIABLE, path_of(control, control->program.memory_fd, path), 1) == 0;
}

void program_body(struct sabot_task *handle)
{
	struct task *task = task_self;
	int error = 0;

	(void)handle;
	task->in_runtime = true;
	if (!preload_ourselves() || !tell_where() || chdir(command->directory) != 0)
		error = errno ? errno : ENOENT;
	task->in_runtime = false;
	if (!error) {
		(void)exec_program(command->path, command->arguments, environ);
		error = errno;
	}
	control_find(KIND_BROKEN, task_number(task), "broken", "%s cannot be run: %s",
		     command->path, strerror(error));
	point_request(task, REQUEST_FINDING);
}

/* ---- In the program's own image -------------------------------------------------------------- */

typedef int main_function(int argc, char **argv, char **environment);

static main_function *main_of_program;

static struct control *map_control(const char *path)
{
	int fd = sys_open(path, O_RDWR | O_CLOEXEC, 0);
	struct stat status;
	void *at = MAP_FAILED;

	/* Of another size, it is another version's. */
	if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size == (off_t)sizeof(struct control))
		at = mmap((void *)CONTROL_ADDRESS, sizeof(struct control), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
	if (fd >= 0)
		(void)sys_close(fd);
	return at == MAP_FAILED ? NULL : at;
}

static bool map_races(const struct control *block)
{
	char path[PATH_BYTES];
	bool mapped;
	int fd;

	if (!block->race.on)
		return true;
	fd = sys_open(path_of(block, block->program.race_fd, path), O_RDWR | O_CLOEXEC, 0);
	mapped = fd >= 0 && race_map(fd) == 0;
	if (fd >= 0)
		(void)sys_close(fd);
	return mapped;
}

/* The task that this process was before it became a program, or was born as. */
static struct task *find_task(struct control *block)
{
	const pid_t self = sys_getpid();
	uint32_t i;

	for (i = 0; i < block->task_count; i++)
		if (block->tasks[i].pid == self && block->tasks[i].outside &&
		    !task_is_over(&block->tasks[i]))
			return &block->tasks[i];
	return NULL;
}

/* Somebody makes a process now, and has not said yet which. */
static bool is_being_made(const struct control *block)
{
	uint32_t i;

	for (i = 0; i < block->task_count; i++)
		if (__atomic_load_n(&block->tasks[i].state, __ATOMIC_ACQUIRE) == TASK_BORN)
			return true;
	return false;
}

/* Without the gate, posix_spawn() may return to the maker after this process has come to be here.
 */
static struct task *find_task_in_time(struct control *block)
{
	struct task *task;

	/* A nap would be a sleep of the task's to the supervisor, once it knows the process. */
	while (!(task = find_task(block)) && is_being_made(block))
		sys_yield();
	return task;
}

static bool is_of_process(const struct task *task, pid_t pid)
{
	return task->pid == pid && !task_is_over(task);
}

/*
 * execve() ended the other threads of its process, and made its caller the first. The supervisor
 * sees that as soon as it runs; a nap would be a sleep of the task's to it.
 */
static struct task *await_end_of_others(struct control *block, struct task *caller)
{
	struct task *first = &block->tasks[caller->process];
	uint32_t i;

	for (i = 0; i < block->task_count; i++) {
		const struct task *other = &block->tasks[i];

		if (other == first || !is_of_process(other, first->pid))
			continue;
		if (block->gated)
			(void)sys_set_priority(0, GATE_HELD);
		while (!task_is_over(other))
			sys_yield();
	}
	return first;
}

/* execve() leaves none of the handlers. */
static uint64_t find_ignored(void)
{
	uint64_t ignored = 0;
	int signo;

	for (signo = 1; signo < SIGNALS_END; signo++) {
		struct sigaction action;

		if (REAL(sigaction)(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			ignored |= task_bit(signo);
	}
	return ignored;
}

static void name_image(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		length = snprintf(path, sizeof(path), "%s", (const char *)getauxval(AT_EXECFN));
	path[length] = '\0';
	image_enter(&control->images, path, random_text_hash(path));
}

static void join(void)
{
	const char *path = getenv(CONTROL_VARIABLE);
	struct control *block = path && !control ? map_control(path) : NULL;
	struct task *task = block && control_valid(block) ? find_task_in_time(block) : NULL;

	if (!task || !map_races(block)) {
		if (block)
			(void)munmap(block, sizeof(*block));
		return;
	}
	control = block;
	image_shift = &anchor - (const char *)block->program.anchor;
	name_image();
	task = await_end_of_others(block, task);
	object_program_ended(task);
	if (signal_prepare(block->program.harness) != 0 || crash_prepare() != 0)
		abort();
	task->handles = find_ignored();
	task->tid = task->pid;
	control->program.joined++;
	call_arrive(task);
}

static int run_main(int argc, char **argv, char **environment)
{
	join();
	/* Ours: that the program ends is a step. */
	process_exit(main_of_program(argc, argv, environment));
}

/* Of libc's start code: calls the program's main(), and exit() with what that returns. */
int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

INTERPOSE int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void),
				void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	main_of_program = program;
	if (getenv(CONTROL_VARIABLE))
		program = run_main;
	return REAL(__libc_start_main)(program, argc, argv, init, fini, rtld_fini, stack_end);
}
