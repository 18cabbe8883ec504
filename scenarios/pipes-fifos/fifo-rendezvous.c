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
#include <sabot/sabot.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIENTS = 2, MESSAGES = 2, LIFE = 1 /* messages that the server reads in one life */ };
enum fate { UNSENT, SENT, REFUSED };

struct message {
	int client, number;
};

struct shared {
	int present; /* setup's write end: while a client has its copy, the stream does not end */
	enum fate fate[CLIENTS][MESSAGES]; /* as the client knows it */
	int received[CLIENTS][MESSAGES];
};

struct variant {
	bool keeps;  /* the server holds a read end through all its lives */
	bool waits;  /* the clients open without O_NONBLOCK */
	bool renews; /* the server begins with a FIFO of its own under that name */
};

static const struct variant good = { .keeps = true };
static const struct variant reopens = { .keeps = false };
static const struct variant renews = { .keeps = true, .waits = true, .renews = true };
static const struct variant waits = { .keeps = true, .waits = true };

static const char *const known_refused[] = { "open for writing is refused: no reader",
					     "write is refused: no reader", NULL };
static const char *const known_waits[] = { "client blocks for ever in open",
					   "write is refused: no reader", NULL };
static const char *const known_renews[] = { "client blocks for ever in open",
					    "not so: each message that was sent is received once",
					    "write is refused: no reader", NULL };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	int reader;

	SABOT_OK(mkfifo("door", 0600));
	reader = SABOT_OK(open("door", O_RDONLY | O_NONBLOCK));
	shared->present = SABOT_OK(open("door", O_WRONLY));
	SABOT_OK(close(reader));
}

/* Returns -1 if there is no reader. */
static int enter(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = open("door", O_WRONLY | (variant->waits ? 0 : O_NONBLOCK));

	if (fd < 0) {
		sabot_assert(task, errno == ENXIO, "open fails with errno %d", errno);
		sabot_observe(task, "open for writing is refused: no reader");
	}
	return fd;
}

static void send_messages(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	struct message message = { .client = (int)sabot_index(task) };
	int fd = enter(task);

	SABOT_OK(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0);
	for (; message.number < MESSAGES; message.number++) {
		enum fate *fate = &shared->fate[message.client][message.number];

		*fate = fd >= 0 && write(fd, &message, sizeof(message)) > 0 ? SENT : REFUSED;
		if (fd >= 0 && *fate == REFUSED)
			sabot_observe(task, "write is refused: no reader");
	}
	if (fd >= 0)
		SABOT_OK(close(fd));
	SABOT_OK(close(shared->present));
}

/* One life. False: the stream has ended. */
static bool serve(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
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
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
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

static void sent_are_received(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int i, j;

	for (i = 0; i < CLIENTS; i++)
		for (j = 0; j < MESSAGES; j++) {
			int least = shared->fate[i][j] == SENT && !sabot_killed(check, "server");
			int most = shared->fate[i][j] != REFUSED;

			sabot_require(check,
				      shared->received[i][j] >= least &&
					      shared->received[i][j] <= most,
				      "message %d of client %d came %d times, and was %s", j, i,
				      shared->received[i][j],
				      shared->fate[i][j] == SENT      ? "sent"
				      : shared->fate[i][j] == REFUSED ? "refused"
								      : "not sent");
		}
}

static const struct sabot_role roles[] = {
	{ "client", CLIENTS, send_messages },
	{ "server", 1, restart },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "each message that was sent is received once", SABOT_AT_END, sent_are_received },
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
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
