/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sender passes one end of a channel over a Unix socket and closes its own copy; the reader at
 * the other end waits for all that comes.
 *
 * Shows: a descriptor in a message keeps the channel alive when no process has it any more, and
 * goes with the last descriptor of the socket that it was sent to (unix(7), SCM_RIGHTS); what does
 * not fit the receiver's control buffer is closed (recvmsg(2), MSG_CTRUNC). Does not show: a socket
 * that lies in its own queue, which the kernel collects in a work queue (unix_gc), at a time that
 * no rule tells.
 */
#include "passing.h"

#include <unistd.h>

enum { READ_END, WRITE_END };

struct shared {
	int channel[2]; /* WRITE_END is passed */
	int route[2];	/* the sender's end, the receiver's */
	int ended[2];	/* ends when the reader does */
	int read;	/* bytes that came through the channel */
};

struct variant {
	int sent;	   /* copies of the descriptor in one message */
	bool forgets_one;  /* the receiver leaves the first one open */
	bool keeps_route;  /* the bystander has the receiver's end as well */
	bool small_buffer; /* the receiver has room for one */
};

static const struct variant good = { .sent = 1 };
static const struct variant both = { .sent = 2 };
static const struct variant truncated = { .sent = 2, .small_buffer = true };
static const struct variant forgets_one = { .sent = 2, .forgets_one = true };
static const struct variant keeps_route = { .sent = 1, .keeps_route = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->channel));
	SABOT_OK(pipe(shared->ended));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->route));
}

/* Closes all copies that the task has from setup but these two. */
static void keep(const struct shared *shared, int one, int other)
{
	const int all[] = { shared->channel[0], shared->channel[1], shared->route[0],
			    shared->route[1],	shared->ended[0],   shared->ended[1] };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != one && all[i] != other)
			SABOT_OK(close(all[i]));
}

static void send_end(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);

	keep(shared, shared->channel[WRITE_END], shared->route[0]);
	(void)passing_send(shared->route[0], shared->channel[WRITE_END], variant->sent);
	SABOT_OK(close(shared->channel[WRITE_END]));
	SABOT_OK(close(shared->route[0]));
}

static void receive_end(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);
	int fds[PASSED_MAX], count, room = variant->small_buffer ? 1 : PASSED_MAX;
	bool more;

	keep(shared, shared->route[1], -1);
	count = passing_receive(shared->route[1], fds, room, &more);
	if (count > 0) {
		sabot_assert(task, more == variant->small_buffer, "%d came, more: %d", count, more);
		(void)send(fds[0], "x", 1, MSG_NOSIGNAL); /* EPIPE: the reader is gone */
		while (--count >= variant->forgets_one)
			SABOT_OK(close(fds[count]));
	}
	SABOT_OK(close(shared->route[1]));
}

static void read_all(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	char byte;

	keep(shared, shared->channel[READ_END], shared->ended[WRITE_END]);
	while (SABOT_OK(read(shared->channel[READ_END], &byte, 1)) == 1)
		shared->read++;
	sabot_observe(task, "the reader sees the end of the channel");
	SABOT_OK(close(shared->channel[READ_END]));
	SABOT_OK(close(shared->ended[WRITE_END]));
}

/* Lives until the reader has ended. */
static void stand_by(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	const struct shared *shared = sabot_shared(task);
	char byte;

	keep(shared, shared->ended[READ_END], variant->keeps_route ? shared->route[1] : -1);
	SABOT_OK(read(shared->ended[READ_END], &byte, 1));
	SABOT_OK(close(shared->ended[READ_END]));
	if (variant->keeps_route)
		SABOT_OK(close(shared->route[1]));
}

static void one_byte_came(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->read == 1 || (shared->read == 0 && sabot_killed(check, NULL)),
		      "%d bytes came", shared->read);
}

static const struct sabot_role roles[] = {
	{ "sender", 1, send_end },
	{ "receiver", 1, receive_end },
	{ "reader", 1, read_all },
	{ "bystander", 1, stand_by },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was passed is used once", SABOT_AT_END, one_byte_came },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "two-at-once", .variant = &both },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "truncated", .variant = &truncated, .fault = { .kind = SABOT_KILL } },
	{ .name = "forgets-one", .variant = &forgets_one, .caught_by = "leak" },
	{ .name = "socket-kept",
	  .variant = &keeps_route,
	  .fault = { SABOT_KILL, .role = "receiver" },
	  .caught_by = "deadlock" },
	{ .name = "platform",
	  .variant = &good,
	  .fault = { SABOT_KILL, .role = "receiver", .where = SABOT_ASLEEP | SABOT_WOKEN },
	  .characterises = "a process is killed with a descriptor in its socket's queue",
	  .known = (const char *const[]){ "the reader sees the end of the channel", NULL } },
	{ 0 },
};

const struct sabot_scenario unix_fd_passing = {
	.name = "unix-fd-passing",
	.group = "sockets-epoll",
	.about = "a descriptor in a message that nobody receives lives as long as the socket",
	.tags = "crash leak platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
