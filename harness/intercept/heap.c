/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/heap.h"

#include "core/ending.h"
#include "core/point.h"
#include "os/checker.h"
#include "os/proc_text.h"
#include "os/sys.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { HIDDEN_MAX = 128, LSAN_DESCRIPTORS = 4 };

/* Of LeakSanitizer, in builds that have it. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
extern void __lsan_register_root_region(const void *begin, size_t size) __attribute__((weak));
extern void __lsan_unregister_root_region(const void *begin, size_t size) __attribute__((weak));
extern void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

struct range {
	uintptr_t begin;
	size_t size;
};

static enum heap_checker used;
static char report_path[PATH_MAX];
/* The harness's own memory that a task maps: what it has noted of a block does not keep that. */
static struct range hidden[HIDDEN_MAX];
static size_t hidden_count;

static const char *const names[HEAP_CHECKERS] = { "off", "valgrind", "lsan" };

void heap_use(enum heap_checker checker, const char *path)
{
	used = checker;
	snprintf(report_path, sizeof(report_path), "%s", path);
}

enum heap_checker heap_checker(void)
{
	return used;
}

const char *heap_path(void)
{
	return report_path;
}

const char *heap_checker_name(enum heap_checker checker)
{
	return names[checker];
}

enum heap_checker heap_checker_find(const char *name)
{
	unsigned i;

	for (i = 0; i < HEAP_CHECKERS && strcmp(names[i], name) != 0; i++)
		continue;
	return (enum heap_checker)i;
}

/* All that is mapped to be shared by now is the harness's: the scenario's is not there yet. */
static void find_hidden(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t size = 0;

	while (maps && hidden_count < HIDDEN_MAX && getline(&line, &size, maps) > 0) {
		struct proc_range range;

		if (proc_text_range(line, &range) && range.mode[1] == 'w' && range.mode[3] == 's')
			hidden[hidden_count++] =
				(struct range){ range.first, range.end - range.first };
	}
	free(line);
	if (maps)
		fclose(maps);
}

static off_t report_size(void)
{
	struct stat status;

	if (sys_call(SYS_newfstatat, AT_FDCWD, (long)report_path, (long)&status, 0, 0, 0) != 0)
		return 0;
	return status.st_size;
}

/* Its own words go to the file that it was started with. */
static bool ask_valgrind(bool birth)
{
#if CHECKER_KNOWS_VALGRIND
	size_t i;

	for (i = 0; i < hidden_count; i++)
		VALGRIND_MAKE_MEM_NOACCESS(hidden[i].begin, hidden[i].size);
	if (birth)
		VALGRIND_DO_QUICK_LEAK_CHECK;
	else
		VALGRIND_DO_ADDED_LEAK_CHECK;
	for (i = 0; i < hidden_count; i++)
		VALGRIND_MAKE_MEM_DEFINED(hidden[i].begin, hidden[i].size);
#endif
	(void)birth;
	return true;
}

/* It stops the other threads of the process, which would end some of their calls. */
static bool is_alone(const struct task *task)
{
	uint32_t i;

	for (i = 0; task && i < control->task_count; i++)
		if (&control->tasks[i] != task && control->tasks[i].process == task->process &&
		    !task_is_over(&control->tasks[i]))
			return false;
	return true;
}

/* It reads of the process in /proc, and ends it with status 1 if it cannot. */
static bool has_descriptors(int fd)
{
	int fds[LSAN_DESCRIPTORS], count = 0, i;

	while (count < LSAN_DESCRIPTORS && (fds[count] = sys_fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	for (i = 0; i < count; i++)
		(void)sys_close(fds[i]);
	return count == LSAN_DESCRIPTORS;
}

static void write_lsan(int fd)
{
	__sanitizer_set_report_fd((void *)(intptr_t)fd);
	(void)__lsan_do_recoverable_leak_check();
	__sanitizer_set_report_fd((void *)(intptr_t)STDERR_FILENO);
}

/* Also of a process that has reached its limit of descriptors. */
static bool ask_lsan(const struct task *task)
{
	struct rlimit limit = { 0 }, lifted;
	bool looked = false;
	int fd;

	if (!is_alone(task))
		return false;
	(void)sys_call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0, 0);
	lifted = (struct rlimit){ limit.rlim_max, limit.rlim_max };
	(void)sys_call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&lifted, 0, 0, 0);
	fd = sys_open(report_path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
	if (fd >= 0 && has_descriptors(fd)) {
		write_lsan(fd);
		looked = true;
	}
	if (fd >= 0)
		(void)sys_close(fd);
	(void)sys_call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0, 0, 0);
	return looked;
}

/* What the checker calls for that is none of the task's calls. */
static void look(struct task *task, enum heap_look_kind kind)
{
	struct heap_look spare, *report = &spare;
	struct heap *heap = &control->heap;
	bool in_runtime = !task || task->in_runtime;
	bool looked;

	if (heap->look_count++ < HEAP_LOOKS_MAX)
		report = &heap->looks[heap->look_count - 1];
	*report = (struct heap_look){ .kind = kind,
				      .task = (int16_t)(task ? task_number(task) : -1),
				      .op = task ? task->op : 0,
				      .begin = (uint64_t)report_size() };
	if (task)
		task->in_runtime = true;
	__atomic_store_n(&heap->looking, true, __ATOMIC_RELEASE);
	if (heap->checker == HEAP_VALGRIND)
		looked = ask_valgrind(kind == HEAP_AT_BIRTH);
	else
		looked = ask_lsan(task);
	__atomic_store_n(&heap->looking, false, __ATOMIC_RELEASE);
	if (task)
		task->in_runtime = in_runtime;
	report->end = (uint64_t)report_size();
	if (looked)
		return;
	report->kind = HEAP_REFUSED;
	report->crowded = !is_alone(task);
}

void heap_crashed(struct task *task)
{
	if (used && !control->heap.looking)
		look(task, HEAP_AT_CRASH);
}

/* In this operation the task may be struck by what may end its process. */
static bool may_be_struck(const struct task *task)
{
	uint32_t i;

	for (i = 0; i < control->shot_count; i++) {
		const struct shot *shot = &control->shots[i];

		if (shot->state == SHOT_ARMED && shot->plan.op == task->op &&
		    shot->victim_hash == task->name_hash &&
		    (shot->plan.kind == PLAN_KILL || shot->plan.kind == PLAN_SIGNAL ||
		     shot->plan.kind == PLAN_RESTART))
			return true;
	}
	return false;
}

static bool is_wanted(const struct task *task)
{
	const struct heap *heap = &control->heap;
	uint32_t i;

	for (i = 0; i < heap->wanted_count; i++)
		if (heap->wanted[i].op == task->op && heap->wanted[i].victim == task->name_hash)
			return true;
	return false;
}

static void look_before_strike(struct task *task)
{
	int saved = errno;

	if (may_be_struck(task))
		look(task, HEAP_AT_FAULT);
	else if (is_wanted(task))
		look(task, HEAP_AT_LAST);
	errno = saved;
}

/* A file that goes with this process; tasks have the same /proc. */
static void open_report(void)
{
	int fd = memfd_create("sabot-leaks", MFD_CLOEXEC);

	if (fd >= 0 && fd < control->fd_base) {
		int high = sys_fcntl(fd, F_DUPFD_CLOEXEC, control->fd_base);

		(void)sys_close(fd);
		fd = high;
	}
	snprintf(report_path, sizeof(report_path), "/proc/%d/fd/%d", sys_getpid(), fd);
}

void heap_prepare(void)
{
	if (!used)
		return;
	if (used == HEAP_LSAN)
		open_report();
	control->heap.checker = used;
	control->looks_at_heap = true;
	point_before_strike = look_before_strike;
	find_hidden();
#if CHECKER_KNOWS_VALGRIND
	/* It would look again as each process ends, at all that its parents have lost as well. */
	VALGRIND_CLO_CHANGE("--leak-check=no");
#endif
}

/* LeakSanitizer knows of no shared memory that may point to a block. */
static void tell_of_shared(void)
{
	static void *told;
	static size_t told_size;

	if (told)
		__lsan_unregister_root_region(told, told_size);
	told = control->shared;
	told_size = control->shared_size;
	__lsan_register_root_region(told, told_size);
}

void heap_begin(void)
{
	control->heap.look_count = 0;
	if (!used)
		return;
	if (used == HEAP_LSAN) {
		/* What was said of the execution before is read. Valgrind would leave a hole. */
		(void)sys_call(SYS_truncate, (long)report_path, 0, 0, 0, 0, 0);
		tell_of_shared();
	}
	look(NULL, HEAP_AT_BIRTH);
}

void heap_born(struct task *task)
{
	if (used)
		look(task, HEAP_AT_BIRTH);
}

void heap_end(struct task *task)
{
	if (used && task)
		look(task, HEAP_AT_END);
	if (task)
		ending_release(task);
}

bool heap_lsan_works(void)
{
	int status = -1;
	pid_t pid;

	if (!__lsan_do_recoverable_leak_check || !__sanitizer_set_report_fd ||
	    !__lsan_register_root_region || !__lsan_unregister_root_region)
		return false;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		__sanitizer_set_report_fd((void *)(intptr_t)null);
		(void)__lsan_do_recoverable_leak_check();
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && status == 0;
}
