/* SPDX-License-Identifier: Apache-2.0 */
/* What Sabot would like of a machine, and how to find out whether it has it. */
#ifndef SABOT_CLI_DOCTOR_H
#define SABOT_CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum { DOCTOR_DETAIL_MAX = 160 };

struct doctor_check {
	const char *name;
	bool needed; /* without it the stepped mode cannot run at all */
	/*
	 * Really does it. Runs in a child of its own, may change anything about itself, and is
	 * killed after ten seconds. `detail` receives what is there, or why it is not.
	 */
	bool (*try)(char *detail, size_t size);
	const char *cost;   /* when it is missing */
	const char *remedy; /* what to do about it */
};

extern const struct doctor_check doctor_checks[]; /* ends with a NULL name */

/* Of the kernel, in doctor_kernel.c. */
bool doctor_try_priorities(char *detail, size_t size);
bool doctor_try_namespaces(char *detail, size_t size);
bool doctor_try_overlay(char *detail, size_t size);
bool doctor_try_fixed_layout(char *detail, size_t size);
bool doctor_try_states(char *detail, size_t size);
bool doctor_try_syscalls(char *detail, size_t size);
bool doctor_try_memfd(char *detail, size_t size);
bool doctor_try_fixed_address(char *detail, size_t size);
bool doctor_try_network(char *detail, size_t size);
bool doctor_try_cpus(char *detail, size_t size);

/* Of what is installed and allowed, in doctor_tools.c. */
bool doctor_try_lines(char *detail, size_t size);
bool doctor_try_gdb(char *detail, size_t size);
bool doctor_try_attach(char *detail, size_t size);
bool doctor_try_valgrind(char *detail, size_t size);
bool doctor_try_cores(char *detail, size_t size);
bool doctor_try_output(char *detail, size_t size);

#endif
