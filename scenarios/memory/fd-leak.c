/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server copies a file for each request, and goes on if it cannot: every way out of a function
 * has to give back what was taken on the way in.
 *
 * Shows: the error paths that nobody takes by hand, each once and for good: open(2) fails with
 * EMFILE by a limit that is reached or an error that is injected, fork(2) fails, a read or write is
 * interrupted or short; and close(2) fails with EINTR, when the descriptor is gone (close(2),
 * "Dealing with error returns from close()"): what a retry closes is somebody else's. Found by the
 * audit of open descriptors as the process ends. Does not show: memory that leaks.
 */
#include "copy.h"
#include "served.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

struct variant {
	bool leaks; /* the error path forgets the first descriptor */
	bool forks; /* a child does the copying, and the parent has a pipe to it */
};

static const struct variant good;
static const struct variant leaks = { .leaks = true };
static const struct variant forks = { .forks = true };
static const struct variant forks_and_leaks = { .forks = true, .leaks = true };

static void setup(struct sabot_env *env)
{
	int fd = SABOT_OK(open("original", O_WRONLY | O_CREAT, 0600));

	(void)env;
	SABOT_OK(ftruncate(fd, BYTES));
	SABOT_OK(close(fd));
}

static bool copy_file(const struct variant *variant)
{
	int from = open("original", O_RDONLY | O_CLOEXEC), to;
	bool done = false;

	if (from < 0)
		return false;
	to = open("copy", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to < 0 && variant->leaks)
		return false;
	if (to >= 0) {
		done = copy_all(from, to);
		(void)close(to); /* it is closed whatever it says */
	}
	(void)close(from);
	return done;
}

/* The child's answer comes as its exit status; the pipe tells it that the parent is gone. */
static bool copy_in_child(const struct variant *variant)
{
	int ends[2], status = -1;
	pid_t child;

	if (pipe(ends) != 0)
		return false;
	child = fork();
	if (child == 0)
		_exit(copy_file(&good) ? 0 : 1);
	if (child < 0 && variant->leaks)
		return false;
	(void)close(ends[0]);
	(void)close(ends[1]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void serve(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct served *served = sabot_shared(task);
	int i;

	for (i = 0; i < REQUESTS; i++) {
		bool done = variant->forks ? copy_in_child(variant) : copy_file(variant);

		served_note(served, done);
		(void)unlink("copy");
	}
}

static const struct sabot_role roles[] = { { "server", 1, serve }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each request is answered", SABOT_AT_END, served_each },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "errno-anywhere", .variant = &good, .fault = { .kind = SABOT_ERRNO } },
	{ .name = "short-anywhere", .variant = &good, .fault = { .kind = SABOT_SHORT } },
	{ .name = "limit-anywhere", .variant = &good, .fault = { .kind = SABOT_LIMIT } },
	{ .name = "no-child", .variant = &forks, .fault = { .kind = SABOT_SPAWN } },
	{ .name = "leaks-at-an-error",
	  .variant = &leaks,
	  .fault = { .kind = SABOT_ERRNO, .error = EMFILE },
	  .caught_by = "leak" },
	{ .name = "leaks-at-the-limit",
	  .variant = &leaks,
	  .fault = { .kind = SABOT_LIMIT },
	  .caught_by = "leak" },
	{ .name = "leaks-without-a-child",
	  .variant = &forks_and_leaks,
	  .fault = { .kind = SABOT_SPAWN },
	  .caught_by = "leak" },
	{ 0 },
};

const struct sabot_scenario fd_leak = {
	.name = "fd-leak",
	.group = "memory",
	.about = "error paths give back the descriptors that they have",
	.tags = "leak",
	.shared_size = sizeof(struct served),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
