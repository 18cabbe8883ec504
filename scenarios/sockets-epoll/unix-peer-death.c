/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client asks a server over a Unix socket, and must know of each request whether it was
 * acknowledged or has failed; with datagrams it cannot.
 *
 * Shows: streams and packets end with the peer's death, in ECONNRESET instead of end of file if it
 * left something unread, for packets even before what it had sent (unix(7); Linux
 * net/unix/af_unix.c, unix_release_sock()): so an end of file acknowledges all; a receiver of
 * datagrams is never told. Does not show: whether a request that has failed was done.
 */
#include "peers.h"

#define STREAM	 .domain = AF_UNIX, .type = SOCK_STREAM
#define PACKET	 .domain = AF_UNIX, .type = SOCK_SEQPACKET
#define DATAGRAM .domain = AF_UNIX, .type = SOCK_DGRAM

static const struct peers_variant stream = { STREAM, .ignores_sigpipe = true };
static const struct peers_variant packet = { PACKET, .ignores_sigpipe = true };
static const struct peers_variant one_way = { STREAM, .one_way = true };
static const struct peers_variant datagram = { DATAGRAM, .ignores_sigpipe = true };
static const struct peers_variant default_action = { STREAM };
static const struct peers_variant ignores_reset = { STREAM, .ignores_sigpipe = true,
						    .trusts_receive = true };
static const struct peers_variant idle_stream = { STREAM, .platform = true };
static const struct peers_variant unread_stream = { STREAM, .platform = true, .unread = true };
static const struct peers_variant unread_packet = { PACKET, .platform = true, .unread = true };
static const struct peers_variant idle_datagram = { DATAGRAM, .platform = true };

static const struct sabot_role roles[] = {
	{ "client", 1, peers_client },
	{ "server", 1, peers_server },
	{ 0 },
};

static const struct sabot_invariant invariants[] = {
	{ "what was acknowledged is done", SABOT_WHEN_SETTLED, peers_acknowledged_is_done },
	{ "the client knows the fate of each request", SABOT_AT_END, peers_every_fate_is_known },
	{ 0 },
};

static const char *const points[] = { "connected", NULL };

#define KILL_CONNECTED                                                                             \
	{                                                                                          \
		SABOT_KILL, .role = "server", .point = "connected"                                 \
	}

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &stream },
	{ .name = "kill-anywhere", .variant = &stream, .fault = { .kind = SABOT_KILL } },
	{ .name = "packets", .variant = &packet, .fault = { .kind = SABOT_KILL } },
	{ .name = "one-way", .variant = &one_way, .fault = { .kind = SABOT_KILL } },
	{ .name = "default-sigpipe",
	  .variant = &default_action,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "crash" },
	{ .name = "ignores-reset",
	  .variant = &ignores_reset,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "what was acknowledged is done" },
	{ .name = "datagrams",
	  .variant = &datagram,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "deadlock" },
	{ .name = "platform-stream",
	  .variant = &idle_stream,
	  .fault = KILL_CONNECTED,
	  .characterises = "the peer of a Unix stream dies, and has read all",
	  .known = (const char *const[]){ "reads: 0, 0; writes: EPIPE, EPIPE; read: 0", NULL } },
	{ .name = "platform-stream-unread",
	  .variant = &unread_stream,
	  .fault = KILL_CONNECTED,
	  .characterises = "the peer of a Unix stream dies, and leaves data unread",
	  .known = (const char *const[]){ "reads: 4, ECONNRESET, 0, 0; writes: EPIPE, EPIPE; "
					  "read: 0",
					  NULL } },
	{ .name = "platform-packet-unread",
	  .variant = &unread_packet,
	  .fault = KILL_CONNECTED,
	  .characterises = "the peer of Unix packets (SOCK_SEQPACKET) dies, and leaves some unread",
	  .known = (const char *const[]){ "reads: ECONNRESET, 4, 0, 0; writes: EPIPE, EPIPE; "
					  "read: 0",
					  NULL } },
	{ .name = "platform-datagram",
	  .variant = &idle_datagram,
	  .fault = KILL_CONNECTED,
	  .characterises = "the peer of a pair of Unix datagram sockets dies",
	  .known = (const char *const[]){ "client blocks for ever in recv", NULL } },
	{ 0 },
};

const struct sabot_scenario unix_peer_death = {
	.name = "unix-peer-death",
	.group = "sockets-epoll",
	.about =
		"what a client learns of the death of its server at the other end of a Unix socket",
	.tags = "crash platform",
	.shared_size = sizeof(struct peers),
	.setup = peers_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
