/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel does of itself with a signal that has no handler (signal(7)). Sets as those of
 * /proc/PID/status: bit signo - 1.
 */
#ifndef SABOT_OS_SIGNALS_H
#define SABOT_OS_SIGNALS_H

#include <signal.h>
#include <stdint.h>

static inline uint64_t signals_bit(int signo)
{
	return (uint64_t)1 << (signo - 1);
}

/* Those that stop a process; all that are in neither set end it. */
static inline uint64_t signals_that_stop(void)
{
	return signals_bit(SIGSTOP) | signals_bit(SIGTSTP) | signals_bit(SIGTTIN) |
	       signals_bit(SIGTTOU);
}

/* Those that do nothing to a process that runs. */
static inline uint64_t signals_that_pass(void)
{
	return signals_bit(SIGCHLD) | signals_bit(SIGURG) | signals_bit(SIGWINCH) |
	       signals_bit(SIGCONT);
}

#endif
