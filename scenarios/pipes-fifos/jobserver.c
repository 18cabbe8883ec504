/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens in a pipe, as GNU make's jobserver has them (its manual, "POSIX Jobserver Interaction"): a
 * client reads one to run a job, and writes it back. A keeper sees by the hang-up of a pipe that a
 * client is gone, counts, and puts back what is missing.
 *
 * Shows: the token of a client that is killed is gone, be it in its hand or on its way to it; a
 * keeper that puts one back for each client that dies makes more of them. Seen in the wild: ninja's
 * "exiting with 176 jobserver tokens available; should be 36". Does not show: the token that each
 * client of make has from the start.
 */
#include "tokens.h"

static const enum keeper counts = COUNTS, gives_always = GIVES_ALWAYS, absent = ABSENT;

static const char *const known[] = { "client blocks for ever in read",
				     "keeper blocks for ever in poll", NULL };

static void setup(struct sabot_env *env)
{
	struct tokens *shared = sabot_env_shared(env);
	unsigned i;

	ends_make(shared->tokens);
	SABOT_OK(write(shared->tokens[WRITE_END], "+", TOKENS));
	for (i = 0; i < CLIENTS; i++)
		ends_make(shared->alive[i]);
}

static void run_jobs(struct sabot_task *task)
{
	struct tokens *shared = sabot_shared(task);
	unsigned me = sabot_index(task);
	char token;

	tokens_keep_end(shared, me);
	while (shared->jobs[me] < JOBS) {
		SABOT_OK(read(shared->tokens[READ_END], &token, 1));
		shared->holds[me] = true;
		sabot_mark(task, RUNNING);
		sabot_point(task, "runs a job");
		sabot_mark(task, WAITING);
		SABOT_OK(write(shared->tokens[WRITE_END], &token, 1));
		shared->holds[me] = false;
		shared->jobs[me]++;
	}
	SABOT_OK(close(shared->alive[me][WRITE_END]));
}

static const struct sabot_role roles[] = {
	{ "client", CLIENTS, run_jobs },
	{ "keeper", 1, tokens_keep },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "no more jobs run than there are tokens", SABOT_WHEN_ALWAYS, tokens_bound },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &counts },
	{ .name = "kill-anywhere", .variant = &counts, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two-clients",
	  .variant = &counts,
	  .fault = { .kind = SABOT_KILL, .role = "client" },
	  .second = { .kind = SABOT_KILL, .role = "client" } },
	{ .name = "no-keeper",
	  .variant = &absent,
	  .fault = { .kind = SABOT_KILL, .role = "client" },
	  .caught_by = "deadlock" },
	{ .name = "one-for-each-death",
	  .variant = &gives_always,
	  .fault = { .kind = SABOT_KILL, .role = "client", .where = SABOT_ASLEEP },
	  .caught_by = "no more jobs run than there are tokens" },
	{ .name = "platform-held",
	  .variant = &absent,
	  .fault = { .kind = SABOT_KILL, .role = "client", .point = "runs a job" },
	  .characterises = "who has read a token from a pipe is killed",
	  .known = known },
	{ .name = "platform-woken",
	  .variant = &absent,
	  .fault = { .kind = SABOT_KILL, .role = "client", .where = SABOT_WOKEN },
	  .characterises = "who waits for a token from a pipe is killed when a write has woken it",
	  .known = known },
	{ 0 },
};

static const char *const points[] = { "runs a job", NULL };

const struct sabot_scenario jobserver = {
	.name = "jobserver",
	.group = "pipes-fifos",
	.about = "a killed client of a jobserver takes its token along; a keeper counts",
	.tags = "crash recovery platform",
	.shared_size = sizeof(struct tokens),
	.needs_priorities = true, /* who has read, and has not noted it, would look gone */
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
	.needs_steps = true,
};
