/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked for, what it costs when it is missing, and what to do about it. */
#include "cli/doctor.h"

const struct doctor_check doctor_checks[] = {
	{ .name = "real-time priorities",
	  .try = doctor_try_priorities,
	  .cost = "a task cannot be held or killed between being woken and running; "
		  "runs take half as long again",
	  .remedy = "run as root, or raise the limit: ulimit -r 10 "
		    "(docker run --ulimit rtprio=10)" },
	{ .name = "namespaces",
	  .try = doctor_try_namespaces,
	  .cost = "objects are private by name only: others can see them",
	  .remedy = "run as root, or allow user namespaces (docker run --privileged)" },
	{ .name = "loopback",
	  .try = doctor_try_network,
	  .cost = "ports are everybody's, and stay in use for a minute; small writes to a TCP "
		  "socket may arrive 40 ms late, so traces can differ",
	  .remedy = "as for namespaces" },
	{ .name = "private files",
	  .try = doctor_try_overlay,
	  .cost = "what a program (`sabot run -- PROGRAM`) does to files stays, for the next "
		  "execution and after the last",
	  .remedy = "as for namespaces; and a kernel with overlayfs" },
	{ .name = "fixed layout",
	  .try = doctor_try_fixed_layout,
	  .cost = "addresses differ from run to run: a scenario that orders or hashes "
		  "them may not replay",
	  .remedy = "allow personality(ADDR_NO_RANDOMIZE) (docker run --security-opt "
		    "seccomp=unconfined)" },
	{ .name = "states of tasks",
	  .needed = true,
	  .try = doctor_try_states,
	  .cost = "nobody can tell who is asleep",
	  .remedy = "mount /proc, without hidepid" },
	{ .name = "calls of sleepers",
	  .try = doctor_try_syscalls,
	  .cost = "without real-time priorities, a short sleep inside a call can pass "
		  "for a long one",
	  .remedy = "allow to trace processes of the same user "
		    "(docker run --cap-add SYS_PTRACE)" },
	{ .name = "anonymous files",
	  .needed = true,
	  .try = doctor_try_memfd,
	  .cost = "there is nothing that tasks and supervisor could share",
	  .remedy = "allow memfd_create" },
	{ .name = "fixed addresses",
	  .needed = true,
	  .try = doctor_try_fixed_address,
	  .cost = "the control block cannot lie at the same place in each task",
	  .remedy = "raise the limit of address space: ulimit -v unlimited" },
	{ .name = "CPUs",
	  .try = doctor_try_cpus,
	  .cost = "a task and its supervisor may run at once, on two CPUs: nobody can "
		  "be held as woken",
	  .remedy = "allow sched_setaffinity" },
	{ .name = "lines",
	  .try = doctor_try_lines,
	  .cost = "stories name functions, but neither files nor lines",
	  .remedy = "apt-get install libdw1" },
	{ .name = "gdb",
	  .try = doctor_try_gdb,
	  .cost = "nothing can attach where `sabot replay --gdb` stops",
	  .remedy = "apt-get install gdb" },
	{ .name = "attaching",
	  .try = doctor_try_attach,
	  .cost = "where `sabot replay --gdb` stops, only root can attach",
	  .remedy = "sysctl kernel.yama.ptrace_scope=0 (docker run --cap-add SYS_PTRACE)" },
	{ .name = "valgrind",
	  .try = doctor_try_valgrind,
	  .cost = "`sabot run --leaks=valgrind` is skipped: lost memory is found by a build "
		  "with LeakSanitizer only",
	  .remedy = "apt-get install valgrind; if Sabot was built without it, build again" },
	{ .name = "core files",
	  .try = doctor_try_cores,
	  .cost = "a role that crashes leaves no core file; `sabot replay --gdb` stops "
		  "at the same place",
	  .remedy = "ulimit -c unlimited, and an absolute path in "
		    "/proc/sys/kernel/core_pattern" },
	{ .name = "output directory",
	  .try = doctor_try_output,
	  .cost = "plans and reports may not be written",
	  .remedy = "make room, or give another directory: sabot run --out DIR" },
	{ 0 },
};
