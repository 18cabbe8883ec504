/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, broken. */
#include "mutate/mutant.h"

#include <string.h>
#include <sys/socket.h>

static ssize_t send_loses(int fd, const void *buffer, size_t size, int flags)
{
	return mutant_acts_now_and_then() ? (ssize_t)size : GENUINE(send)(fd, buffer, size, flags);
}

static ssize_t send_claims_all(int fd, const void *buffer, size_t size, int flags)
{
	ssize_t result;

	if (size < 2 || !mutant_acts())
		return GENUINE(send)(fd, buffer, size, flags);
	result = GENUINE(send)(fd, buffer, size - 1, flags);
	return result == (ssize_t)size - 1 ? (ssize_t)size : result;
}

static ssize_t send_hides_epipe(int fd, const void *buffer, size_t size, int flags)
{
	ssize_t result = GENUINE(send)(fd, buffer, size, flags);

	return result < 0 && (errno == EPIPE || errno == ECONNRESET) && mutant_acts()
		       ? (ssize_t)size
		       : result;
}

static ssize_t receive_keeps(int fd, void *buffer, size_t size, int flags)
{
	return GENUINE(recv)(fd, buffer, size,
			     mutant_acts_now_and_then() ? flags | MSG_PEEK : flags);
}

static ssize_t receive_hides_reset(int fd, void *buffer, size_t size, int flags)
{
	ssize_t result = GENUINE(recv)(fd, buffer, size, flags);

	return result < 0 && errno == ECONNRESET && mutant_acts() ? 0 : result;
}

static int shutdown_noop(int fd, int how)
{
	return mutant_acts() ? 0 : GENUINE(shutdown)(fd, how);
}

static int no_reuse(int fd, int level, int option, const void *value, socklen_t size)
{
	if (level == SOL_SOCKET && option == SO_REUSEADDR && mutant_acts())
		return 0;
	return GENUINE(setsockopt)(fd, level, option, value, size);
}

/* The message goes, what it should carry does not. */
static ssize_t sends_no_descriptor(int fd, const struct msghdr *message, int flags)
{
	struct msghdr bare = *message;

	if (!message->msg_control || !mutant_acts())
		return GENUINE(sendmsg)(fd, message, flags);
	bare.msg_control = NULL;
	bare.msg_controllen = 0;
	return GENUINE(sendmsg)(fd, &bare, flags);
}

const struct mutation mutant_socket[] = {
	{ "send-loses", "every second send is lost", { MUTANT(send, send_loses) } },
	{ "send-claims-all",
	  "send loses the last byte, and does not say so",
	  { MUTANT(send, send_claims_all) } },
	{ "send-epipe-hidden",
	  "send to a peer that is gone succeeds",
	  { MUTANT(send, send_hides_epipe) } },
	{ "recv-keeps", "what was received is received again", { MUTANT(recv, receive_keeps) } },
	{ "recv-reset-hidden",
	  "recv takes a connection that was reset for one that has ended",
	  { MUTANT(recv, receive_hides_reset) } },
	{ "shutdown-nothing", "shutdown does nothing", { MUTANT(shutdown, shutdown_noop) } },
	{ "reuseaddr-nothing", "SO_REUSEADDR does nothing", { MUTANT(setsockopt, no_reuse) } },
	{ "scm-rights-lost",
	  "descriptors that are sent along are lost",
	  { MUTANT(sendmsg, sends_no_descriptor) } },
	{ 0 },
};
