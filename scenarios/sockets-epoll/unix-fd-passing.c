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
#include "passed_ends.h"

static const struct passed_ends_way good = { .sent = 1 };
static const struct passed_ends_way both = { .sent = 2 };
static const struct passed_ends_way truncated = { .sent = 2, .small_buffer = true };
static const struct passed_ends_way forgets_one = { .sent = 2, .forgets_one = true };
static const struct passed_ends_way keeps_route = { .sent = 1, .keeps_route = true };

static void setup(struct sabot_env *env)
{
	struct passed_ends *shared = sabot_env_shared(env);

	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->channel));
	SABOT_OK(pipe(shared->ended));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->route));
}

static void read_all(struct sabot_task *task)
{
	struct passed_ends *shared = sabot_shared(task);
	char byte;

	ends_keep(shared, shared->channel[READ_END], shared->ended[WRITE_END]);
	while (SABOT_OK(read(shared->channel[READ_END], &byte, 1)) == 1)
		shared->read++;
	sabot_observe(task, "the reader sees the end of the channel");
	SABOT_OK(close(shared->channel[READ_END]));
	SABOT_OK(close(shared->ended[WRITE_END]));
}

/* Lives until the reader has ended. */
static void stand_by(struct sabot_task *task)
{
	const struct passed_ends_way *variant = sabot_variant(task);
	const struct passed_ends *shared = sabot_shared(task);
	char byte;

	ends_keep(shared, shared->ended[READ_END], variant->keeps_route ? shared->route[1] : -1);
	SABOT_OK(read(shared->ended[READ_END], &byte, 1));
	SABOT_OK(close(shared->ended[READ_END]));
	if (variant->keeps_route)
		SABOT_OK(close(shared->route[1]));
}

static const struct sabot_role roles[] = {
	{ "sender", 1, ends_send_end },
	{ "receiver", 1, ends_receive_end },
	{ "reader", 1, read_all },
	{ "bystander", 1, stand_by },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was passed is used once", SABOT_AT_END, ends_one_byte_came },
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
	.shared_size = sizeof(struct passed_ends),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
