/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of a thread. The file stays open: asking again costs one read. */
#ifndef SABOT_OS_PROC_H
#define SABOT_OS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens /proc/PID/task/TID/stat. Returns a descriptor at or above `lowest`, or -errno. */
int proc_open_stat(pid_t pid, pid_t tid, int lowest);

/*
 * The state letter of proc_pid_stat(5): R runs or could run, S sleeps and signals wake it, D sleeps
 * and they do not, T stopped, t traced, Z zombie, X dead. 'X' as well when the thread is gone.
 * `cpu_ticks` (may be NULL) receives user and system time in clock ticks.
 */
char proc_state(int stat_fd, uint64_t *cpu_ticks);

/* The wait status of a zombie, from the last field of its stat; -1 if it cannot be known. */
int proc_exit_status(int stat_fd);

/*
 * The system call that a sleeping thread is in, and its arguments, from /proc/TID/syscall. Returns
 * its number; -1 if it is in none or runs; -errno below -1 if that cannot be known (no permission).
 */
long proc_syscall(pid_t pid, pid_t tid, uint64_t arguments[6]);

/*
 * How often the thread has left a CPU so far, and its state letter, both from one look at
 * /proc/PID/task/TID/status. Who slept at two looks, and has not left a CPU in between, slept all
 * the time. Returns 0 or -errno: the thread is gone.
 */
struct proc_rest {
	char state;
	uint64_t switches;
};
int proc_rest(pid_t pid, pid_t tid, struct proc_rest *rest);

/* Sets of signals, bit n - 1 for signal n. */
struct proc_signals {
	uint64_t pending; /* for the thread or its process */
	uint64_t blocked, ignored, caught;
};

/* The signals of a thread, from /proc/TID/status. Returns 0, or -errno: the thread is gone. */
int proc_signals(pid_t pid, pid_t tid, struct proc_signals *signals);

/*
 * The children that the process's first thread has, as far as there is room; a kernel without
 * CONFIG_PROC_CHILDREN tells of none. Returns how many.
 */
size_t proc_children(pid_t pid, pid_t *children, size_t most);

/* Moves a descriptor to a number at or above `lowest`, close-on-exec. Returns it, or -errno. */
int proc_move_fd(int fd, int lowest);

#endif
