/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the kernel gives what the engine asks of it, in the order in which the engine asks. */
#include "cli/doctor.h"

#include "core/control.h"
#include "exec/gate.h"
#include "os/network.h"
#include "os/overlay.h"
#include "os/proc.h"
#include "os/sys.h"
#include "os/world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Fills in the detail; returns `ok`. */
__attribute__((format(printf, 4, 5))) static bool say(bool ok, char *detail, size_t size,
						      const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(detail, size, format, list);
	va_end(list);
	return ok;
}

static bool refused(char *detail, size_t size, const char *what, int error)
{
	return say(false, detail, size, "%s: %s", what, strerror(error < 0 ? -error : error));
}

/* A process that sleeps in pause() until it is killed, or -errno. Never outlives its parent. */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			pause();
	}
	return pid < 0 ? -errno : pid;
}

static void end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* As a worker: its world first, since a user namespace takes the right to priorities away. */
bool doctor_try_priorities(char *detail, size_t size)
{
	struct world world;
	pid_t task;
	int error;

	world_part(&world);
	error = sys_set_priority(0, GATE_SUPERVISOR);
	if (error)
		return refused(detail, size, "SCHED_FIFO", error);
	task = sleeper();
	if (task < 0)
		return refused(detail, size, "fork", task);
	error = sys_set_priority(task, GATE_RUN);
	if (!error)
		error = sys_set_priority(task, GATE_HELD);
	end(task);
	if (error)
		return refused(detail, size, "SCHED_FIFO of another process", error);
	return say(true, detail, size, "SCHED_FIFO %d to %d", GATE_HELD, GATE_RUN);
}

bool doctor_try_namespaces(char *detail, size_t size)
{
	struct world world;

	world_part(&world);
	if (world.isolated)
		return say(true, detail, size, "IPC, PID, mount and network, %s",
			   world.by_user ? "through a user namespace" : "as root");
	if (world.error == ENOSPC)
		return say(false, detail, size, "the limit in /proc/sys/user/max_*_namespaces");
	return refused(detail, size, world.what, world.error);
}

/* What no rule tells is said here as well: it is so on every kernel. */
bool doctor_try_network(char *detail, size_t size)
{
	struct world world;
	int error;

	world_part(&world);
	if (!world.isolated)
		return say(false, detail, size, "no network namespace");
	error = network_begin();
	if (error)
		return refused(detail, size, "a loopback without timers", error);
	return say(true, detail, size,
		   "packets arrive in step; descriptors lost in cycles (unix_gc) go later");
}

/* In a world as a worker has it: exit status 0, or an errno. */
static _Noreturn void mount_overlay(const struct world *world)
{
	const char *what;
	int error = world_enter(world, "", &what);

	if (!error)
		error = overlay_renew(0, "/tmp");
	_exit(-error & 0xff);
}

bool doctor_try_overlay(char *detail, size_t size)
{
	struct world world;
	int status = 0;
	pid_t pid;

	world_part(&world);
	if (!world.isolated)
		return say(false, detail, size, "no mount namespace");
	pid = fork();
	if (pid == 0)
		mount_overlay(&world);
	if (pid < 0)
		return refused(detail, size, "fork", errno);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return say(false, detail, size, "mounting one was ended by a signal");
	if (WEXITSTATUS(status))
		return refused(detail, size, "overlayfs over /tmp", WEXITSTATUS(status));
	return say(true, detail, size, "overlayfs, in memory");
}

bool doctor_try_fixed_layout(char *detail, size_t size)
{
	int persona = personality(0xffffffff);

	if (persona == -1 || personality((unsigned)persona | ADDR_NO_RANDOMIZE) == -1)
		return refused(detail, size, "personality", errno);
	persona = personality(0xffffffff);
	if (persona == -1 || !(persona & ADDR_NO_RANDOMIZE))
		return say(false, detail, size, "the kernel ignores ADDR_NO_RANDOMIZE");
	return say(true, detail, size, "address-space randomisation can be switched off");
}

/* Waits until the process is seen asleep; the time limit of all checks ends this otherwise. */
static char settled_state(int stat_fd)
{
	char state = proc_state(stat_fd, NULL);

	while (state == 'R' || state == 'D') {
		sys_nap(1000000);
		state = proc_state(stat_fd, NULL);
	}
	return state;
}

bool doctor_try_states(char *detail, size_t size)
{
	pid_t pid = sleeper();
	int stat_fd;
	char state;

	if (pid < 0)
		return refused(detail, size, "fork", pid);
	stat_fd = proc_open_stat(pid, pid, 0);
	state = stat_fd < 0 ? '?' : settled_state(stat_fd);
	end(pid);
	if (stat_fd < 0)
		return refused(detail, size, "/proc/PID/task/TID/stat", stat_fd);
	if (state != 'S')
		return say(false, detail, size, "/proc/PID/task/TID/stat says %c of a sleeper",
			   state);
	return say(true, detail, size, "/proc/PID/task/TID/stat");
}

bool doctor_try_syscalls(char *detail, size_t size)
{
	uint64_t arguments[6];
	pid_t pid = sleeper();
	long number;
	int stat_fd;

	if (pid < 0)
		return refused(detail, size, "fork", pid);
	stat_fd = proc_open_stat(pid, pid, 0);
	if (stat_fd >= 0)
		(void)settled_state(stat_fd);
	number = proc_syscall(pid, pid, arguments);
	end(pid);
	if (number < -1)
		return refused(detail, size, "/proc/PID/task/TID/syscall", (int)number);
	if (number != SYS_pause)
		return say(false, detail, size, "/proc/PID/task/TID/syscall says %ld, not %d",
			   number, SYS_pause);
	return say(true, detail, size, "/proc/PID/task/TID/syscall");
}

bool doctor_try_memfd(char *detail, size_t size)
{
	int fd = memfd_create("sabot-doctor", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)sizeof(struct control)) != 0)
		return refused(detail, size, "memfd_create", errno);
	return say(true, detail, size, "memfd_create, %zu KiB", sizeof(struct control) / 1024);
}

bool doctor_try_fixed_address(char *detail, size_t size)
{
	static const struct {
		uintptr_t address;
		size_t size;
	} parts[] = { { CONTROL_ADDRESS, sizeof(struct control) }, { SHARED_ADDRESS, 1 << 20 } };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		void *at = mmap((void *)parts[i].address, parts[i].size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (at == MAP_FAILED)
			return refused(detail, size, "mmap with MAP_FIXED_NOREPLACE", errno);
		if (at != (void *)parts[i].address)
			return say(false, detail, size,
				   "the kernel does not know MAP_FIXED_NOREPLACE");
	}
	return say(true, detail, size, "%#" PRIxPTR " and %#" PRIxPTR, CONTROL_ADDRESS,
		   SHARED_ADDRESS);
}

bool doctor_try_cpus(char *detail, size_t size)
{
	unsigned count = world_cpus();
	int cpu = world_pin(0);

	if (cpu < 0)
		return refused(detail, size, "sched_setaffinity", cpu);
	return say(true, detail, size, "%u: as many workers run at once, each on its own", count);
}
