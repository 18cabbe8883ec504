/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients send messages through a FIFO to a server that opens it anew after each of its lives.
 *
 * Shows: a FIFO keeps its bytes only while anybody has it open (fifo(7)): a server that holds a
 * second read end through its restarts loses nothing, one that does not loses what came between
 * two lives; to open for writing without a reader is ENXIO with O_NONBLOCK and waits for ever
 * without. Does not show: a queue that outlives its server; what the server had taken, or nobody
 * had read when it died, dies with it.
 */
#include "door.h"

static const struct door_way good = { .keeps = true };
static const struct door_way reopens = { .keeps = false };
static const struct door_way renews = { .keeps = true, .waits = true, .renews = true };
static const struct door_way waits = { .keeps = true, .waits = true };

static const char *const known_refused[] = { "open for writing is refused: no reader",
					     "write is refused: no reader", NULL };
static const char *const known_waits[] = { "client blocks for ever in open",
					   "write is refused: no reader", NULL };
static const char *const known_renews[] = { "client blocks for ever in open",
					    "not so: each message that was sent is received once",
					    "write is refused: no reader", NULL };

static void setup(struct sabot_env *env)
{
	struct door *shared = sabot_env_shared(env);
	int reader;

	SABOT_OK(mkfifo("door", 0600));
	reader = SABOT_OK(open("door", O_RDONLY | O_NONBLOCK));
	shared->present = SABOT_OK(open("door", O_WRONLY));
	SABOT_OK(close(reader));
}

/* One life. False: the stream has ended. */
static bool serve(struct sabot_task *task)
{
	struct door *shared = sabot_shared(task);
	int fd = SABOT_OK(open("door", O_RDONLY | O_NONBLOCK)), i;
	struct message message;
	bool more = true;

	SABOT_OK(fcntl(fd, F_SETFL, 0)); /* it was for open(2) alone */
	for (i = 0; i < LIFE && more; i++) {
		more = SABOT_OK(read(fd, &message, sizeof(message))) > 0;
		if (more)
			shared->received[message.client][message.number]++;
	}
	SABOT_OK(close(fd));
	return more;
}

static void restart(struct sabot_task *task)
{
	const struct door_way *variant = sabot_variant(task);
	struct door *shared = sabot_shared(task);
	int kept = -1;

	if (variant->renews) {
		SABOT_OK(mkfifo("new", 0600));
		SABOT_OK(rename("new", "door"));
	}
	if (variant->keeps)
		kept = SABOT_OK(open("door", O_RDONLY | O_NONBLOCK));
	SABOT_OK(close(shared->present));
	while (serve(task))
		continue;
	if (kept >= 0)
		SABOT_OK(close(kept));
}

static const struct sabot_role roles[] = {
	{ "client", CLIENTS, door_send_messages },
	{ "server", 1, restart },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each message that was sent is received once", SABOT_AT_END, door_check },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "no-fault-waits", .variant = &waits },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-client-waits",
	  .variant = &waits,
	  .fault = { .kind = SABOT_KILL, .role = "client" } },
	{ .name = "reopens",
	  .variant = &reopens,
	  .caught_by = "each message that was sent is received once" },
	{ .name = "waits-for-the-dead",
	  .variant = &waits,
	  .fault = { .kind = SABOT_KILL, .role = "server" },
	  .caught_by = "deadlock" },
	{ .name = "renews-the-door", .variant = &renews, .caught_by = "deadlock" },
	{ .name = "platform-refused",
	  .variant = &good,
	  .fault = { .kind = SABOT_KILL, .role = "server" },
	  .characterises = "the reader of a FIFO is killed, and its writers open with O_NONBLOCK",
	  .known = known_refused },
	{ .name = "platform-waits",
	  .variant = &waits,
	  .fault = { .kind = SABOT_KILL, .role = "server" },
	  .characterises = "the reader of a FIFO is killed before others open it for writing",
	  .known = known_waits },
	{ .name = "platform-renews",
	  .variant = &renews,
	  .characterises =
		  "a FIFO is replaced by another of its name while others wait for a reader",
	  .known = known_renews },
	{ 0 },
};

const struct sabot_scenario fifo_rendezvous = {
	.name = "fifo-rendezvous",
	.group = "pipes-fifos",
	.about = "a FIFO loses what nobody has open, between two lives of its reader",
	.tags = "crash recovery platform",
	.shared_size = sizeof(struct door),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
