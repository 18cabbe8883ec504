/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, children and threads, broken. */
#include "mutate/mutant.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int kill_noop(pid_t pid, int signo)
{
	return signo && mutant_acts() ? 0 : GENUINE(kill)(pid, signo);
}

static int queue_noop(pid_t pid, int signo, const union sigval value)
{
	return mutant_acts_now_and_then() ? 0 : GENUINE(sigqueue)(pid, signo, value);
}

static int queue_forgets_value(pid_t pid, int signo, const union sigval value)
{
	static const union sigval none;

	return GENUINE(sigqueue)(pid, signo, mutant_acts() ? none : value);
}

static int mask_noop(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return GENUINE(sigprocmask)(how, set && mutant_acts() ? NULL : set, old);
}

static int thread_mask_noop(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return GENUINE(pthread_sigmask)(how, set && mutant_acts() ? NULL : set, old);
}

/* It waits with the mask as it is: pause(). */
static int suspend_keeps_mask(const sigset_t *set)
{
	sigset_t now;

	if (!mutant_acts())
		return GENUINE(sigsuspend)(set);
	(void)GENUINE(sigprocmask)(SIG_SETMASK, NULL, &now);
	return GENUINE(sigsuspend)(&now);
}

static pid_t wait_tells_wrong(pid_t pid, int *status, int options, struct rusage *usage)
{
	pid_t result = GENUINE(wait4)(pid, status, options, usage);

	if (result > 0 && status && mutant_acts())
		*status = 0;
	return result;
}

/* Says that a child has ended, and leaves it a zombie. */
static pid_t wait_leaves(pid_t pid, int *status, int options, struct rusage *usage)
{
	siginfo_t told;

	if (!mutant_acts())
		return GENUINE(wait4)(pid, status, options, usage);
	memset(&told, 0, sizeof(told));
	if (GENUINE(waitid)(pid > 0 ? P_PID : P_ALL, (id_t)(pid > 0 ? pid : 0), &told,
			    WEXITED | WNOWAIT | (options & WNOHANG)) != 0)
		return -1;
	if (status && told.si_pid)
		*status = told.si_code == CLD_EXITED ? told.si_status << 8 : told.si_status;
	return told.si_pid;
}

static int join_noop(pthread_t thread, void **result)
{
	return mutant_acts() ? 0 : GENUINE(pthread_join)(thread, result);
}

static int cancel_noop(pthread_t thread)
{
	return mutant_acts() ? 0 : GENUINE(pthread_cancel)(thread);
}

const struct mutation mutant_process[] = {
	{ "kill-nothing", "kill sends nothing", { MUTANT(kill, kill_noop) } },
	{ "sigqueue-loses",
	  "every second signal queued is lost",
	  { MUTANT(sigqueue, queue_noop) } },
	{ "sigqueue-no-value",
	  "sigqueue forgets the value",
	  { MUTANT(sigqueue, queue_forgets_value) } },
	{ "sigprocmask-nothing",
	  "no signal is ever blocked",
	  { MUTANT(sigprocmask, mask_noop), MUTANT(pthread_sigmask, thread_mask_noop) } },
	{ "sigsuspend-keeps-mask",
	  "sigsuspend waits with the mask as it is",
	  { MUTANT(sigsuspend, suspend_keeps_mask) } },
	{ "wait-wrong-status",
	  "waitpid says that everybody ended with status 0",
	  { MUTANT(wait4, wait_tells_wrong) } },
	{ "wait-leaves-zombie",
	  "waitpid reports a child, and leaves it a zombie",
	  { MUTANT(wait4, wait_leaves) } },
	{ "pthread-join-nothing",
	  "pthread_join waits for nobody",
	  { MUTANT(pthread_join, join_noop) } },
	{ "pthread-cancel-nothing",
	  "pthread_cancel cancels nobody",
	  { MUTANT(pthread_cancel, cancel_noop) } },
	{ 0 },
};
