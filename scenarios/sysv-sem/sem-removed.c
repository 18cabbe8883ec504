/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of semaphores is removed while processes wait in it; or they are told to stop waiting.
 *
 * Shows: whoever sleeps in semop() gets EIDRM, whoever comes later EINVAL (semop(2), semctl(2));
 * both mean the end, and not another try. A signal ends the wait as well, whatever SA_RESTART says
 * (signal(7)). There are two owners, so that one is left to remove it. Does not show: a set that is
 * made again under the same key; where that one is must be told by other means. Seen in the wild:
 * systemd's RemoveIPC took the semaphores of a running PostgreSQL away.
 */
#include "removed_set.h"

static const struct removed_set_way good;
static const struct removed_set_way stubborn = { .tries_again = true };
static const struct removed_set_way by_signal = { .by_signal = true };

static void setup(struct sabot_env *env)
{
	struct removed_set *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
}

static void wait_in_it(struct sabot_task *task)
{
	const struct removed_set_way *variant = sabot_variant(task);
	struct removed_set *shared = sabot_shared(task);
	struct sembuf take = { 0, -1, SEM_UNDO };

	if (variant->by_signal) {
		removed_wait_for_signal(task);
		return;
	}
	while (semop(shared->semid, &take, 1) != 0) {
		if (variant->tries_again)
			continue;
		sabot_observe(task, "semop() says %s", strerrorname_np(errno));
		shared->is_told[sabot_index(task)] = errno == EIDRM || errno == EINVAL;
		(void)semop(shared->semid, &take, 1);
		sabot_observe(task, "a later one says %s", strerrorname_np(errno));
		return;
	}
	sabot_assert(task, false, "there was nothing to take, and it has it");
}

static void remove_it(struct sabot_task *task)
{
	const struct removed_set_way *variant = sabot_variant(task);
	struct removed_set *shared = sabot_shared(task);
	int result;

	if (variant->by_signal) {
		removed_signal_all(shared);
		return;
	}
	result = semctl(shared->semid, 0, IPC_RMID);
	sabot_assert(task, result == 0 || errno == EINVAL || errno == EIDRM,
		     "removal is refused, errno %d", errno);
}

static const struct sabot_role roles[] = {
	{ "waiter", WAITERS, wait_in_it },
	{ "owner", 2, remove_it },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "whoever waits is told of the end", SABOT_AT_END, removed_all_are_told },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "by-signal", .variant = &by_signal },
	{ .name = "removed-anywhere",
	  .variant = &good,
	  .fault = { .kind = SABOT_REMOVE_OBJECT, .role = "waiter" } },
	{ .name = "knows-signals-only",
	  .variant = &by_signal,
	  .fault = { .kind = SABOT_REMOVE_OBJECT, .role = "waiter" },
	  .caught_by = "assertion" },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-waiter-and-owner",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "owner" },
	  .second = { SABOT_KILL, .role = "waiter" } },
	{ .name = "try-again", .variant = &stubborn, .caught_by = "livelock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "owner" },
	  .characterises = "a set of semaphores is removed while processes wait in it",
	  .known = (const char *const[]){ "semop() says EIDRM", "semop() says EINVAL",
					  "a later one says EINVAL", NULL } },
	{ 0 },
};

const struct sabot_scenario sem_removed = {
	.name = "sem-removed",
	.group = "sysv-sem",
	.about = "whoever waits in a set that is removed is told so, and must not try again",
	.tags = "deadlock livelock removal platform",
	.shared_size = sizeof(struct removed_set),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
