/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dispatcher writes job numbers into a pipe that two workers read. Those that nobody has done by
 * the time that the workers are gone it does itself.
 *
 * Shows: a worker that is killed when a job has woken it, before it runs, takes the job along: the
 * kernel copies before it looks for signals (Linux fs/pipe.c), and nobody else sees the bytes. Does
 * not show: jobs done only once; a worker may die between doing one and saying so.
 */
#include "ends.h"

#include <signal.h>

enum { JOBS = 3, WORKERS = 2 };

struct shared {
	int jobs[2], gone[2]; /* the second ends when the last worker does */
	int done[JOBS];
};

struct variant {
	bool trusts; /* the dispatcher: what was written is done */
};

static const struct variant looks = { .trusts = false };
static const struct variant trusts = { .trusts = true };

static const char *const known_asleep[] = { "all jobs are done", NULL };
static const char *const known_woken[] = { "a job is lost", "all jobs are done",
					   "not so: each job is done", NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ends_make(shared->jobs);
	ends_make(shared->gone);
}

static void dispatch(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int fd = ends_keep(shared->jobs, WRITE_END), gone = ends_keep(shared->gone, READ_END), job;
	bool lost = false;
	char byte;

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (job = 0; job < JOBS; job++)
		(void)write(fd, &job, sizeof(job));
	SABOT_OK(close(fd));
	SABOT_OK(read(gone, &byte, 1));
	SABOT_OK(close(gone));
	for (job = 0; job < JOBS; job++) {
		lost |= !shared->done[job];
		if (!shared->done[job] && !variant->trusts)
			shared->done[job]++;
	}
	sabot_observe(task, lost ? "a job is lost" : "all jobs are done");
}

static void work(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int fd = ends_keep(shared->jobs, READ_END), gone = ends_keep(shared->gone, WRITE_END), job;

	while (read(fd, &job, sizeof(job)) == sizeof(job))
		shared->done[job]++;
	SABOT_OK(close(fd));
	SABOT_OK(close(gone));
}

static void jobs_are_done(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int job;

	for (job = 0; job < JOBS && !sabot_killed(check, "dispatcher"); job++)
		sabot_require(check, shared->done[job] == 1, "job %d is done %d times", job,
			      shared->done[job]);
}

static const struct sabot_role roles[] = {
	{ "dispatcher", 1, dispatch },
	{ "worker", WORKERS, work },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each job is done", SABOT_AT_END, jobs_are_done },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &looks },
	{ .name = "kill-anywhere", .variant = &looks, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &looks,
	  .fault = { .kind = SABOT_KILL },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "trusts-the-pipe",
	  .variant = &trusts,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .caught_by = "each job is done" },
	{ .name = "platform-asleep",
	  .variant = &trusts,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_ASLEEP },
	  .characterises = "one of two readers of a pipe is killed asleep in read",
	  .known = known_asleep },
	{ .name = "platform-woken",
	  .variant = &trusts,
	  .fault = { .kind = SABOT_KILL, .role = "worker", .where = SABOT_WOKEN },
	  .characterises = "one of two readers of a pipe is killed when a write has woken it",
	  .known = known_woken },
	{ 0 },
};

const struct sabot_scenario pipe_workers = {
	.name = "pipe-workers",
	.group = "pipes-fifos",
	.about = "a reader of a pipe that dies woken, before it runs, takes the bytes along",
	.tags = "crash recovery producer-consumer platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
