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
#include "loopback.h"

#include <signal.h>
#include <string.h>

enum { RECORDS = 4, WORDS = 2500, SMALL = 4608 /* bytes: the least that a Unix socket takes */ };
enum { READER, WRITER };

struct record {
	int word[WORDS]; /* each is the record's number */
};

struct shared {
	int end[2];
	int whole; /* records that the reader took for whole */
	struct record record[RECORDS];
};

struct variant {
	int domain;
	bool one_read;	/* takes what one recv() gives for a record */
	bool one_write; /* takes it for granted that send() sends all */
	bool no_eintr;	/* gives up at EINTR */
};

static const struct variant local = { .domain = AF_UNIX };
static const struct variant tcp = { .domain = AF_INET };
static const struct variant one_read = { .domain = AF_UNIX, .one_read = true };
static const struct variant one_write = { .domain = AF_UNIX, .one_write = true };
static const struct variant no_eintr = { .domain = AF_UNIX, .no_eintr = true };

static void setup(struct sabot_env *env)
{
	const struct variant *variant = sabot_env_variant(env);
	struct shared *shared = sabot_env_shared(env);
	int i, size = SMALL;

	if (variant->domain == AF_INET)
		loopback_pair(shared->end);
	else
		SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->end));
	for (i = 0; i < 2; i++)
		SABOT_OK(setsockopt(shared->end[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
}

static void interrupted(int signo)
{
	(void)signo;
}

static int begin(struct sabot_task *task, int end)
{
	const struct shared *shared = sabot_shared(task);
	struct sigaction action = { .sa_handler = interrupted }; /* without SA_RESTART */

	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	SABOT_OK(close(shared->end[!end]));
	return shared->end[end];
}

/* Whether to go on after a call that moved nothing. */
static bool goes_on(const struct variant *variant, ssize_t result)
{
	return result < 0 && errno == EINTR && !variant->no_eintr;
}

static void write_records(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = begin(task, WRITER), number, i;
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
			 (part > 0 || goes_on(variant, part)));
	}
	SABOT_OK(close(fd));
}

/* Returns whether the record came, as far as the reader knows. */
static bool read_record(const struct variant *variant, int fd, struct record *record)
{
	size_t got = 0;
	ssize_t part;

	do {
		part = recv(fd, (char *)record + got, sizeof(*record) - got, 0);
		got += part > 0 ? (size_t)part : 0;
	} while (got < sizeof(*record) && !variant->one_read &&
		 (part > 0 || goes_on(variant, part)));
	return variant->one_read ? got > 0 : got == sizeof(*record);
}

static void read_records(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	int fd = begin(task, READER);

	while (shared->whole < RECORDS &&
	       read_record(sabot_variant(task), fd, &shared->record[shared->whole]))
		shared->whole++;
	SABOT_OK(close(fd));
}

static void records_are_whole(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int number, i;

	for (number = 0; number < shared->whole; number++)
		for (i = 0; i < WORDS; i++)
			if (shared->record[number].word[i] != number) {
				sabot_require(check, false, "word %d of record %d is of record %d",
					      i, number, shared->record[number].word[i]);
				return;
			}
}

static void all_came(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->whole == RECORDS || sabot_killed(check, NULL),
		      "%d of %d records came", shared->whole, RECORDS);
}

static const struct sabot_role roles[] = {
	{ "reader", 1, read_records },
	{ "writer", 1, write_records },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each record that was read is the next one, whole", SABOT_AT_END, records_are_whole },
	{ "all records come while both live", SABOT_AT_END, all_came },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
