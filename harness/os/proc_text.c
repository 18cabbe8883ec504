/* SPDX-License-Identifier: Apache-2.0 */
#include "os/proc_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * From the state on, which is field 3 and follows the ')' of the name; NULL: it is not there. The
 * name may hold a ')' of its own, what follows it cannot.
 */
static const char *behind_name(const char *stat)
{
	const char *after = strrchr(stat, ')');

	return after && after[1] == ' ' && after[2] ? after + 2 : NULL;
}

/* The field of that number, with the blank before it. */
static const char *field_of(const char *state, int wanted)
{
	const char *at = state;
	int field;

	for (field = 3; field < wanted && at; field++)
		at = strchr(at + 1, ' ');
	return at;
}

/* utime and stime are fields 14 and 15. */
char proc_text_state(const char *stat, uint64_t *cpu_ticks)
{
	const char *state = behind_name(stat);
	const char *at = state && cpu_ticks ? field_of(state, 14) : NULL;
	char *end;

	if (state && cpu_ticks)
		*cpu_ticks = 0;
	if (at) {
		*cpu_ticks = strtoull(at, &end, 10);
		*cpu_ticks += strtoull(end, NULL, 10);
	}
	return state ? state[0] : 'X';
}

int proc_text_exit_status(const char *stat)
{
	const char *last = strrchr(stat, ' ');

	return last ? (int)strtol(last + 1, NULL, 10) : -1;
}

pid_t proc_text_parent(const char *stat)
{
	const char *state = behind_name(stat);
	const char *at = state ? field_of(state, 4) : NULL;

	return at ? (pid_t)strtol(at, NULL, 10) : 0;
}

long proc_text_syscall(const char *syscall, uint64_t arguments[6])
{
	long number = -1;

	if (sscanf(syscall,
		   "%ld %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
		   &number, &arguments[0], &arguments[1], &arguments[2], &arguments[3],
		   &arguments[4], &arguments[5]) < 1)
		return -1;
	return number;
}

/* The number after a line's name; 0 if there is no such line. */
static uint64_t number_of(const char *text, const char *name, int base)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

void proc_text_rest(const char *status, struct proc_rest *rest)
{
	const char *state = strstr(status, "\nState:\t");

	rest->state = state ? state[strlen("\nState:\t")] : 'X';
	rest->switches = number_of(status, "\nvoluntary_ctxt_switches:", 10) +
			 number_of(status, "\nnonvoluntary_ctxt_switches:", 10);
}

void proc_text_signals(const char *status, struct proc_signals *signals)
{
	signals->pending = number_of(status, "\nSigPnd:", 16) | number_of(status, "\nShdPnd:", 16);
	signals->blocked = number_of(status, "\nSigBlk:", 16);
	signals->ignored = number_of(status, "\nSigIgn:", 16);
	signals->caught = number_of(status, "\nSigCgt:", 16);
}

size_t proc_text_children(const char *children, pid_t *numbers, size_t most)
{
	const char *at = children;
	size_t count = 0;
	char *end;

	for (; count < most; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		numbers[count++] = (pid_t)child;
	}
	return count;
}

bool proc_text_number(const char *fdinfo, const char *name, int base, int64_t *number)
{
	const char *at = strstr(fdinfo, name);

	if (at)
		*number = strtoll(at + strlen(name), NULL, base);
	return at;
}

/* Field 9, from 0 after the name. */
uint64_t proc_text_sent(const char *dev)
{
	const char *at = strstr(dev, " lo:");
	char *end;
	int field;

	if (!at)
		return 0;
	at += strlen(" lo:");
	for (field = 0; field < 9; field++) {
		(void)strtoull(at, &end, 10);
		at = end;
	}
	return strtoull(at, NULL, 10);
}

bool proc_text_range(const char *line, struct proc_range *range)
{
	int path = 0;

	memset(range, 0, sizeof(*range));
	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %" SCNu64 " %n", &range->first,
		   &range->end, range->mode, &range->inode, &path) < 3)
		return false;
	range->path = path ? line + path : "";
	return strlen(range->mode) == 4;
}
