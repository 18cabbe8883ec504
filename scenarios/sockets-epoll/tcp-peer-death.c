/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client asks a server that may die at any moment, and must know of each request whether it was
 * acknowledged or has failed.
 *
 * Shows: after the server's death a first write succeeds, into the void; the next fails (EPIPE,
 * SIGPIPE), and a read ends in end of file or, if the server left something unread, in ECONNRESET
 * (tcp(7); RFC 9293, 3.10.4; Linux net/ipv4/tcp_input.c, tcp_reset()). Does not show: loss in a
 * network; on a loopback what was sent before a reset arrives before it.
 */
#include "peers.h"

#define TCP .domain = AF_INET, .type = SOCK_STREAM

static const struct peers_variant good = { TCP, .ignores_sigpipe = true };
static const struct peers_variant default_action = { TCP };
static const struct peers_variant ignores_reset = { TCP, .ignores_sigpipe = true,
						    .trusts_receive = true };
static const struct peers_variant idle = { TCP, .platform = true };
static const struct peers_variant unread = { TCP, .platform = true, .unread = true };

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

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "stop-anywhere", .variant = &good, .fault = { .kind = SABOT_STOP } },
	{ .name = "default-sigpipe",
	  .variant = &default_action,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "crash" },
	{ .name = "ignores-reset",
	  .variant = &ignores_reset,
	  .fault = { SABOT_KILL, .role = "server" },
	  .caught_by = "what was acknowledged is done" },
	{ .name = "platform-idle",
	  .variant = &idle,
	  .fault = { SABOT_KILL, .role = "server", .point = "connected" },
	  .characterises = "the peer of a TCP connection dies, and has read all",
	  .known = (const char *const[]){ "reads: 0, 0; writes: 4, EPIPE; read: 0", NULL } },
	{ .name = "platform-unread",
	  .variant = &unread,
	  .fault = { SABOT_KILL, .role = "server", .point = "connected" },
	  .characterises = "the peer of a TCP connection dies, and leaves data unread",
	  .known = (const char *const[]){ "reads: 4, ECONNRESET, 0, 0; writes: EPIPE, EPIPE; "
					  "read: 0",
					  NULL } },
	{ 0 },
};

const struct sabot_scenario tcp_peer_death = {
	.name = "tcp-peer-death",
	.group = "sockets-epoll",
	.about = "what a client learns of the death of its TCP server",
	.tags = "crash platform",
	.shared_size = sizeof(struct peers),
	.setup = peers_setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
