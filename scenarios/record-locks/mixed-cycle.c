/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clerk, a teller and an auditor use a record lock, a semaphore, a pipe and a child's end.
 *
 * Shows: the kernel sees cycles of record locks alone (EDEADLK, fcntl(2); Linux fs/locks.c,
 * posix_locks_deadlock()), and none that leads through anything else; the waits-for graph shows two
 * tasks that hold one mechanism and want another, and four that wait by a semaphore, a pipe,
 * waitpid(2) and a record lock. Does not show: cycles that a time-out would break.
 */
#include "ranges.h"

#include <sys/sem.h>
#include <sys/wait.h>

struct shared {
	int fd, semid;
	int report[2]; /* a pipe, from the auditor to the teller */
};

/* What the teller does before it books, in this order. */
struct variant {
	enum step { DONE, READS_REPORT, TAKES_LOCK, TAKES_SEMAPHORE } steps[4];
};

static const struct variant ordered = { { READS_REPORT, TAKES_LOCK, TAKES_SEMAPHORE } };
static const struct variant crossed = { { TAKES_SEMAPHORE, TAKES_LOCK } };
static const struct variant four = { { TAKES_SEMAPHORE, READS_REPORT } };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->fd = ranges_make("accounts", 1);
	shared->semid = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->semid, 0, SETVAL, 1));
	SABOT_OK(pipe(shared->report));
}

static void semaphore(const struct shared *shared, bool take)
{
	struct sembuf operation = { 0, take ? -1 : +1, SEM_UNDO };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static void be_clerk(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);

	SABOT_OK(close(shared->report[0]));
	SABOT_OK(close(shared->report[1]));
	ranges_lock(F_SETLKW, shared->fd, true);
	semaphore(shared, true);
	sabot_point(task, "booking");
	semaphore(shared, false);
	ranges_lock(F_SETLKW, shared->fd, false);
}

static void read_report(const struct shared *shared)
{
	char byte;

	while (SABOT_OK(read(shared->report[0], &byte, 1)) > 0)
		continue;
}

static void be_teller(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);
	const enum step *step;

	SABOT_OK(close(shared->report[1]));
	for (step = variant->steps; *step != DONE; step++)
		if (*step == READS_REPORT)
			read_report(shared);
		else if (*step == TAKES_LOCK)
			ranges_lock(F_SETLKW, shared->fd, true);
		else
			semaphore(shared, true);
	sabot_point(task, "booking");
	semaphore(shared, false);
	ranges_lock(F_SETLKW, shared->fd, false);
	SABOT_OK(close(shared->report[0]));
}

/* Its report is complete when its child has looked at the accounts. */
static void be_auditor(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);
	pid_t child;

	SABOT_OK(close(shared->report[0]));
	child = SABOT_OK(fork());
	if (child == 0) {
		SABOT_OK(close(shared->report[1]));
		ranges_lock(F_SETLKW, shared->fd, true);
		sabot_point(task, "booking");
		ranges_lock(F_SETLKW, shared->fd, false);
		_exit(0);
	}
	SABOT_OK(waitpid(child, NULL, 0));
	SABOT_OK(close(shared->report[1]));
}

static const struct sabot_role roles[] = {
	{ "clerk", 1, be_clerk },
	{ "teller", 1, be_teller },
	{ "auditor", 1, be_auditor },
	{ 0 },
};

static const char *const points[] = { "booking", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &ordered },
	{ .name = "kill-anywhere", .variant = &ordered, .fault = { .kind = SABOT_KILL } },
	{ .name = "crossed", .variant = &crossed, .caught_by = "deadlock" },
	{ .name = "four-mechanisms", .variant = &four, .caught_by = "deadlock" },
	{ 0 },
};

const struct sabot_scenario mixed_cycle = {
	.name = "mixed-cycle",
	.group = "record-locks",
	.about = "a cycle through several mechanisms, which the kernel cannot see",
	.tags = "lock deadlock crash",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.cases = cases,
	.points = points,
};
