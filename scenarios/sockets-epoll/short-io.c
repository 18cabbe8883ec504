/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer sends numbered records through a stream that holds less than one of them, in parts; a
 * reader puts them together again. A signal interrupts either wherever it is.
 *
 * Shows: one send() is not one recv(), a call on a stream may move less than asked, and a signal
 * may end it early, with what was moved or with EINTR (socket(7), signal(7), "Interruption of
 * system calls"). A reader must see whole records in order, or a rest that it knows is torn. Does
 * not show: which of these a kernel does by itself; it need not for a reader to be ready for them.
 */
#include "stream.h"

static const struct stream_way local = { .domain = AF_UNIX };
static const struct stream_way tcp = { .domain = AF_INET };
static const struct stream_way one_read = { .domain = AF_UNIX, .one_read = true };
static const struct stream_way one_write = { .domain = AF_UNIX, .one_write = true };
static const struct stream_way no_eintr = { .domain = AF_UNIX, .no_eintr = true };

static void setup(struct sabot_env *env)
{
	const struct stream_way *variant = sabot_env_variant(env);
	struct stream *shared = sabot_env_shared(env);
	int i, size = SMALL;

	if (variant->domain == AF_INET)
		loopback_pair(shared->end);
	else
		SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->end));
	for (i = 0; i < 2; i++)
		SABOT_OK(setsockopt(shared->end[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
}

static void write_records(struct sabot_task *task)
{
	const struct stream_way *variant = sabot_variant(task);
	int fd = stream_begin(task, WRITER), number, i;
	struct record record;

	for (number = 0; number < RECORDS; number++) {
		size_t sent = 0;
		ssize_t part;

		for (i = 0; i < WORDS; i++)
			record.word[i] = number;
		do {
			part = send(fd, (char *)&record + sent, sizeof(record) - sent,
				    MSG_NOSIGNAL);
			sent += part > 0 ? (size_t)part : 0;
		} while (sent < sizeof(record) && !variant->one_write &&
			 (part > 0 || stream_goes_on(variant, part)));
	}
	SABOT_OK(close(fd));
}

static void read_records(struct sabot_task *task)
{
	struct stream *shared = sabot_shared(task);
	int fd = stream_begin(task, READER);

	while (shared->whole < RECORDS &&
	       stream_read(sabot_variant(task), fd, &shared->record[shared->whole]))
		shared->whole++;
	SABOT_OK(close(fd));
}

static const struct sabot_role roles[] = {
	{ "reader", 1, read_records },
	{ "writer", 1, write_records },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each record that was read is the next one, whole", SABOT_AT_END, stream_whole },
	{ "all records come while both live", SABOT_AT_END, stream_all_came },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &local },
	{ .name = "tcp", .variant = &tcp },
	{ .name = "kill-anywhere", .variant = &local, .fault = { .kind = SABOT_KILL } },
	{ .name = "tcp-kill-anywhere", .variant = &tcp, .fault = { .kind = SABOT_KILL } },
	{ .name = "signal-anywhere",
	  .variant = &local,
	  .fault = { .kind = SABOT_SIGNAL, .signo = SIGUSR1 } },
	{ .name = "eintr-anywhere",
	  .variant = &local,
	  .fault = { .kind = SABOT_ERRNO, .error = EINTR } },
	{ .name = "short-anywhere", .variant = &local, .fault = { .kind = SABOT_SHORT } },
	{ .name = "tcp-short-anywhere",
	  .variant = &tcp,
	  .fault = { .kind = SABOT_SHORT, .times = SABOT_ONCE } },
	{ .name = "one-read",
	  .variant = &one_read,
	  .caught_by = "each record that was read is the next one, whole" },
	{ .name = "one-write",
	  .variant = &one_write,
	  .fault = { .kind = SABOT_SIGNAL, .role = "writer", .signo = SIGUSR1 },
	  .caught_by = "each record that was read is the next one, whole" },
	{ .name = "one-write-short",
	  .variant = &one_write,
	  .fault = { .kind = SABOT_SHORT, .role = "writer" },
	  .caught_by = "each record that was read is the next one, whole" },
	{ .name = "no-eintr-at-all",
	  .variant = &no_eintr,
	  .fault = { .kind = SABOT_ERRNO, .role = "reader", .error = EINTR },
	  .caught_by = "all records come while both live" },
	{ .name = "no-eintr",
	  .variant = &no_eintr,
	  .fault = { .kind = SABOT_SIGNAL, .role = "reader", .signo = SIGUSR1 },
	  .caught_by = "all records come while both live" },
	{ 0 },
};

const struct sabot_scenario short_io = {
	.name = "short-io",
	.group = "sockets-epoll",
	.about = "records over a stream that takes and gives less than was asked for",
	.tags = "crash signal",
	.shared_size = sizeof(struct stream),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
