/* SPDX-License-Identifier: Apache-2.0 */
/* Where a test that runs executions by itself does so: on one CPU, in a directory of its own. */
#ifndef SABOT_INTERCEPT_PLACE_TEST_H
#define SABOT_INTERCEPT_PLACE_TEST_H

#include "core/control.h"
#include "exec/audit.h"	    /* tidy-allow layers: the engine that runs the processes */
#include "exec/execution.h" /* tidy-allow layers: the engine that runs the processes */
#include "os/sys.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A group's set-up, and its tear-down. All orphans are the caller's. */
static inline int place_prepare(void **state)
{
	static char folder[] = "/tmp/sabot_test_XXXXXX";
	cpu_set_t allowed, one;
	size_t cpu = 0;

	*state = folder;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return -1;
	while (!CPU_ISSET(cpu, &allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0 || !mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (execution_prepare(-1, false) != 0)
		return -1;
	/* What was inherited would count as left open in the first run, and be closed after it. */
	(void)sys_close_range(3, (unsigned)control->fd_base - 1);
	return audit_open(false);
}

static inline int place_clean(void **state)
{
	return rmdir(*state);
}

#endif
