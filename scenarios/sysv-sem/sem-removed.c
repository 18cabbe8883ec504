/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of semaphores is removed while processes wait in it; or they are told to stop waiting.
 *
 * Shows: whoever sleeps in semop() gets EIDRM, whoever comes later EINVAL (semop(2), semctl(2));
 * both mean the end, and not another try. A signal ends the wait as well, whatever SA_RESTART says
 * (signal(7)). There are two owners, so that one is left to remove it. Does not show: a set that is
 * made again under the same key; where that one is must be told by other means.
 */
#include <sabot/sabot.h>

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

enum { WAITERS = 2 };

struct shared {
	int semid;
	bool is_told[WAITERS];
	pid_t pid[WAITERS]; /* once it can be told to stop */
};

struct variant {
	bool tries_again, by_signal;
};

static const struct variant good;
static const struct variant stubborn = { .tries_again = true };
static const struct variant by_signal = { .by_signal = true };

static volatile sig_atomic_t is_to_stop;

static void stop(int signo)
{
	(void)signo;
	is_to_stop = true;
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
}

/* A signal that comes before the wait does not end it, but the next one does. */
static void wait_for_signal(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };
	struct sembuf take = { 0, -1, SEM_UNDO };
	struct shared *shared = sabot_shared(task);
	unsigned index = sabot_index(task);

	SABOT_OK(sigaction(SIGTERM, &action, NULL));
	shared->pid[index] = getpid();
	while (!is_to_stop)
		sabot_assert(task, semop(shared->semid, &take, 1) != 0 && errno == EINTR,
			     "semop() ends with errno %d", errno);
	shared->is_told[index] = true;
}

static void signal_all(struct shared *shared)
{
	unsigned i, waiting;

	do {
		for (waiting = 0, i = 0; i < WAITERS; i++) {
			waiting += !shared->is_told[i];
			if (shared->pid[i] && !shared->is_told[i])
				(void)kill(shared->pid[i], SIGTERM); /* it may have ended */
		}
		(void)sched_yield();
	} while (waiting);
}

static void wait_in_it(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	struct sembuf take = { 0, -1, SEM_UNDO };

	if (variant->by_signal) {
		wait_for_signal(task);
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
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int result;

	if (variant->by_signal) {
		signal_all(shared);
		return;
	}
	result = semctl(shared->semid, 0, IPC_RMID);
	sabot_assert(task, result == 0 || errno == EINVAL || errno == EIDRM,
		     "removal is refused, errno %d", errno);
}

static void all_are_told(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	unsigned i, waiting = 0;

	for (i = 0; i < WAITERS; i++)
		waiting += !shared->is_told[i];
	sabot_require(check, waiting <= sabot_killed(check, "waiter"),
		      "%u were not told, %u were killed", waiting, sabot_killed(check, "waiter"));
}

static const struct sabot_role roles[] = {
	{ "waiter", WAITERS, wait_in_it },
	{ "owner", 2, remove_it },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "whoever waits is told of the end", SABOT_AT_END, all_are_told },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
