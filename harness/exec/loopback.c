/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/loopback.h"

#include "exec/watch.h"
#include "os/network.h"
#include "os/sys.h"

enum {
	RETRY_MS = 1500, /* the first of a connection that was not answered comes after 1 s */
	NS_PER_MS = 1000000,
};

bool loopback_settle(void)
{
	return control->network && network_settle(control->fd_base, watch_pause);
}

/* Whoever was woken may be on its way out of its call, or parked after it. */
static bool anybody_woken(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];
		char state;

		if (!task->counted || task->state == TASK_SPINNING || task->state == TASK_WOKEN)
			continue;
		state = watch_state(task);
		if (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) != TASK_ASLEEP ||
		    (state != 'S' && state != 'T'))
			return true;
	}
	return false;
}

bool loopback_retry(void)
{
	bool woken = false;
	unsigned ms;

	if (!control->network)
		return false;
	for (ms = 0; ms < RETRY_MS && !woken && network_retries(); ms++) {
		sys_nap(NS_PER_MS);
		woken = anybody_woken();
	}
	/* What came after the last look at sleepers leaves nothing to be sent again. */
	woken = woken || anybody_woken();
	control->settle_due |= woken;
	return woken;
}
