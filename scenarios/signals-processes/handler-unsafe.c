/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler takes a lock that the code which it interrupts may have, as one that logs, allocates or
 * prints does: it waits for itself.
 *
 * Shows: the self-deadlock, with what the handler waits for and what it interrupted; blocking the
 * signal around the lock, or only noting it in the handler, prevents it (signal-safety(7)). Does
 * not show: malloc(3) and stdio(3) themselves, whose locks are libc's own: between two of their
 * instructions there is no point.
 */
#include "ready.h"

#include <pthread.h>

enum { ENTRIES = 6 };

enum way { TAKES_LOCK, BLOCKS_SIGNAL, NOTES_ONLY };

struct shared {
	struct ready writer;
	int written, logged, noted;
};

static const enum way takes_lock = TAKES_LOCK;
static const enum way blocks_signal = BLOCKS_SIGNAL;
static const enum way notes_only = NOTES_ONLY;

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static struct shared *ours; /* the handler has no other way to know */
static enum way way;

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	ready_init(&shared->writer);
}

static void append(int *count)
{
	SABOT_ZERO(pthread_mutex_lock(&journal));
	(*count)++;
	SABOT_ZERO(pthread_mutex_unlock(&journal));
}

static void log_signal(int signo)
{
	(void)signo;
	if (way == NOTES_ONLY)
		ours->noted++;
	else
		append(&ours->logged);
}

static void keep_journal(struct sabot_task *task)
{
	const enum way *variant = sabot_variant(task);
	int i;

	ours = sabot_shared(task);
	ready_begin(&ours->writer);
	way = *variant;
	ready_handle(SIGUSR1, log_signal, SA_RESTART);
	ready_tell(&ours->writer);
	for (i = 0; i < ENTRIES; i++) {
		if (way == BLOCKS_SIGNAL)
			(void)ready_mask(SIG_BLOCK, SIGUSR1);
		append(&ours->written);
		if (way == BLOCKS_SIGNAL)
			(void)ready_mask(SIG_UNBLOCK, SIGUSR1);
	}
}

static void interrupt(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	pid_t pid = ready_await(&shared->writer);

	if (pid)
		(void)kill(pid, SIGUSR1); /* it may be gone */
}

static void all_entries_are_there(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, sabot_killed(check, "writer") || shared->written == ENTRIES,
		      "%d entries of %d were written", shared->written, ENTRIES);
}

static const struct sabot_role roles[] = {
	{ "writer", 1, keep_journal },
	{ "sender", 1, interrupt },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "all entries are there", SABOT_AT_END, all_entries_are_there },
	{ 0 },
};

static const char *const stuck[] = { "writer blocks for ever in pthread_mutex_lock", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &blocks_signal },
	{ .name = "kill-anywhere", .variant = &blocks_signal, .fault = { .kind = SABOT_KILL } },
	{ .name = "signal-anywhere",
	  .variant = &notes_only,
	  .fault = { .kind = SABOT_SIGNAL, .role = "writer", .signo = SIGUSR1 } },
	{ .name = "takes-lock", .variant = &takes_lock, .caught_by = "self-deadlock" },
	{ .name = "platform",
	  .variant = &takes_lock,
	  .fault = { .kind = SABOT_SIGNAL, .role = "writer", .signo = SIGUSR1 },
	  .characterises = "a handler takes a mutex that its own thread has",
	  .known = stuck },
	{ 0 },
};

const struct sabot_scenario handler_unsafe = {
	.name = "handler-unsafe",
	.group = "signals-processes",
	.about = "a handler takes the lock of what it interrupted",
	.tags = "signal lock platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
