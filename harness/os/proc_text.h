/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in files of /proc, given their text: it ends with NUL, and may hold any other bytes
 * or be cut off anywhere, since names in it are the processes' own.
 */
#ifndef SABOT_OS_PROC_TEXT_H
#define SABOT_OS_PROC_TEXT_H

#include "os/proc.h"

/* Of /proc/PID/stat: as proc_state(), proc_exit_status(), and the parent's number (0: none). */
char proc_text_state(const char *stat, uint64_t *cpu_ticks);
int proc_text_exit_status(const char *stat);
pid_t proc_text_parent(const char *stat);

/* Of /proc/TID/syscall: the call's number, or -1. Arguments that are not there stay as they are. */
long proc_text_syscall(const char *syscall, uint64_t arguments[6]);

/* Of /proc/TID/status. */
void proc_text_rest(const char *status, struct proc_rest *rest);
void proc_text_signals(const char *status, struct proc_signals *signals);

/* Of /proc/TID/children: how many. */
size_t proc_text_children(const char *children, pid_t *numbers, size_t most);

/* Of a file in /proc/PID/fdinfo: the number behind a name as "\nticks:". False: it is not there. */
bool proc_text_number(const char *fdinfo, const char *name, int base, int64_t *number);

/* Of /proc/net/dev: how many packets the loopback has been given. */
uint64_t proc_text_sent(const char *dev);

/* A line of /proc/PID/maps. */
struct proc_range {
	uintptr_t first, end;
	char mode[5];	  /* "rw-p" */
	uint64_t inode;	  /* 0: no file */
	const char *path; /* in the line, to its end; "" if there is none */
};
/* False: that is none. */
bool proc_text_range(const char *line, struct proc_range *range);

#endif
