/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader reads lines until the end of file, which comes when the last writer has closed its end
 * or died.
 *
 * Shows: the death of a writer closes its end like close(2) does, what it had written stays to be
 * read, and one forgotten copy of a write end anywhere keeps the reader waiting (pipe(7)); the
 * reader's own is the classic. Does not show: who died; end of file tells no reason.
 */
#include "lines.h"

static const struct lines_way good;
static const struct lines_way reader_keeps = { .reader_keeps = true };
static const struct lines_way bystander_keeps = { .bystander_keeps = true };
static const struct lines_way impatient = { .impatient = true };

static const char *const known_end[] = { "the reader gets what was written, then end of file",
					 NULL };
static const char *const known_kept[] = { "reader blocks for ever in read", NULL };

static void setup(struct sabot_env *env)
{
	struct lines *shared = sabot_env_shared(env);

	ends_make(shared->pipe);
	ends_make(shared->done);
}

static void write_lines(struct sabot_task *task)
{
	struct lines *shared = sabot_shared(task);
	struct line line = { .writer = (int)sabot_index(task) };
	int fd = ends_keep(shared->pipe, WRITE_END);

	ends_close(shared->done);
	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (; line.number < LINES; line.number++) {
		if (write(fd, &line, sizeof(line)) < 0)
			break; /* EPIPE: the reader is dead */
		shared->written[line.writer]++;
	}
	shared->closing[line.writer] = true;
	SABOT_OK(close(fd));
}

static void read_lines(struct sabot_task *task)
{
	const struct lines_way *variant = sabot_variant(task);
	struct lines *shared = sabot_shared(task);
	int fd = shared->pipe[READ_END], done = ends_keep(shared->done, WRITE_END);
	struct line line;

	if (!variant->reader_keeps)
		(void)ends_keep(shared->pipe, READ_END);
	if (variant->impatient)
		SABOT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	while (read(fd, &line, sizeof(line)) == sizeof(line)) {
		sabot_assert(task, line.number == shared->read[line.writer],
			     "line %d of writer %d comes, and %d is next", line.number, line.writer,
			     shared->read[line.writer]);
		shared->read[line.writer]++;
	}
	shared->ended = true;
	sabot_observe(task, "the reader gets what was written, then end of file");
	SABOT_OK(close(fd));
	SABOT_OK(close(done));
	if (variant->reader_keeps)
		SABOT_OK(close(shared->pipe[WRITE_END]));
}

static const struct sabot_role roles[] = {
	{ "writer", WRITERS, write_lines },
	{ "reader", 1, read_lines },
	{ "bystander", 1, lines_stand_by },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "end of file comes when no writer is left", SABOT_WHEN_SETTLED,
	  lines_end_is_after_writers },
	{ "what was written before the end is read", SABOT_WHEN_SETTLED,
	  lines_all_written_are_read },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-two",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .second = { .kind = SABOT_KILL } },
	{ .name = "own-write-end", .variant = &reader_keeps, .caught_by = "self-deadlock" },
	{ .name = "bystander-keeps-end", .variant = &bystander_keeps, .caught_by = "deadlock" },
	{ .name = "nothing-now-is-end",
	  .variant = &impatient,
	  .caught_by = "end of file comes when no writer is left" },
	{ .name = "platform-writer-dies",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "writer" },
	  .characterises = "a writer to a pipe is killed",
	  .known = known_end },
	{ .name = "platform-end-kept",
	  .variant = &reader_keeps,
	  .characterises = "all writers to a pipe are gone, and its reader has a write end itself",
	  .known = known_kept },
	{ 0 },
};

const struct sabot_scenario pipe_eof = {
	.name = "pipe-eof",
	.group = "pipes-fifos",
	.about = "end of file on a pipe comes when all writers died, and not before",
	.tags = "crash leak platform",
	.shared_size = sizeof(struct lines),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
