/* SPDX-License-Identifier: Apache-2.0 */
#include "os/network.h"

#include "os/hot.h"
#include "os/proc.h"
#include "os/proc_text.h"
#include "os/sockets.h"
#include "os/sys.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ROUNDS_MAX = 256, /* outside of a namespace of our own others may send for ever */
	TIMER_RETRANSMIT = 1,
	TIMER_PROBE = 4, /* for room, after the receiver had none */
	NOTED_MAX = 64,
};

/* ---- The namespace ------------------------------------------------------------------------- */

/*
 * Without a clock in them: how large a buffer is, how much may be on its way, what is remembered of
 * connections before.
 */
static const struct {
	const char *path, *value;
} settings[] = {
	{ "/proc/sys/net/ipv4/tcp_congestion_control", "reno" },
	{ "/proc/sys/net/ipv4/tcp_moderate_rcvbuf", "0" },
	{ "/proc/sys/net/ipv4/tcp_rmem", "4096 131072 131072" },
	{ "/proc/sys/net/ipv4/tcp_wmem", "4096 65536 65536" },
	{ "/proc/sys/net/ipv4/tcp_no_metrics_save", "1" },
	{ "/proc/sys/net/ipv4/tcp_slow_start_after_idle", "0" },
};

static int put(const char *path, const char *text)
{
	int fd = sys_open(path, O_WRONLY | O_CLOEXEC, 0);
	ssize_t done = fd < 0 ? fd : sys_write(fd, text, strlen(text));

	if (fd >= 0)
		(void)sys_close(fd);
	return done < 0 ? (int)done : 0;
}

static int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = (int)sys_call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0, 0);
	int error;

	if (fd < 0)
		return fd;
	error = (int)sys_call(SYS_ioctl, fd, SIOCSIFFLAGS, (long)&request, 0, 0, 0);
	(void)sys_close(fd);
	return error;
}

struct route {
	struct nlmsghdr header;
	struct rtmsg route;
	char attributes[96];
};

static void append(struct route *request, unsigned short type, const void *data, size_t size)
{
	struct rtattr *attribute =
		(struct rtattr *)(void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len =
		(uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

static int ask_route(const struct route *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[256];
	} answer;
	int fd = (int)sys_call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, 0, 0,
			       0);
	long done = fd;

	if (fd >= 0)
		done = sys_call(SYS_sendto, fd, (long)request, request->header.nlmsg_len, 0, 0, 0);
	if (done >= 0)
		done = sys_call(SYS_recvfrom, fd, (long)&answer, sizeof(answer), 0, 0, 0);
	if (fd >= 0)
		(void)sys_close(fd);
	if (done < 0)
		return (int)done;
	return answer.header.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EIO;
}

/*
 * Over this route every segment is acknowledged at once. Else the last of several small writes
 * lies in its sender's buffer until 40 ms have passed (Nagle's algorithm).
 */
static int acknowledge_at_once(uint32_t network, unsigned char bits)
{
	struct {
		struct rtattr header;
		uint32_t value;
	} quick = { { RTA_LENGTH(sizeof(uint32_t)), RTAX_QUICKACK }, 1 };
	uint32_t to = htonl(network), from = htonl(INADDR_LOOPBACK), device = if_nametoindex("lo");
	struct route request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.route)),
			    .nlmsg_type = RTM_NEWROUTE,
			    .nlmsg_flags =
				    NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE },
		.route = { .rtm_family = AF_INET,
			   .rtm_dst_len = bits,
			   .rtm_table = RT_TABLE_LOCAL,
			   .rtm_protocol = RTPROT_KERNEL,
			   .rtm_scope = RT_SCOPE_HOST,
			   .rtm_type = RTN_LOCAL },
	};

	append(&request, RTA_DST, &to, sizeof(to));
	append(&request, RTA_OIF, &device, sizeof(device));
	append(&request, RTA_PREFSRC, &from, sizeof(from));
	append(&request, RTA_METRICS, &quick, sizeof(quick));
	return ask_route(&request);
}

void network_shrink_next(void)
{
	(void)put("/proc/sys/net/ipv4/tcp_child_ehash_entries", "64");
}

int network_begin(void)
{
	int first = loopback_up(), error;
	size_t i;

	network_shrink_next();
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		error = put(settings[i].path, settings[i].value);
		first = first ? first : error;
	}
	error = acknowledge_at_once(INADDR_LOOPBACK, 32);
	first = first ? first : error;
	error = acknowledge_at_once(INADDR_LOOPBACK & IN_CLASSA_NET, 8);
	return first ? first : error;
}

/* ---- Settling ------------------------------------------------------------------------------ */

/* What is sent to oneself, and the count of all packets; descriptors + 1, 0: not open. */
static int own HOT, counts HOT;
static uint64_t settled_at HOT; /* the count when nothing was on its way */

static void forget(void)
{
	if (own)
		(void)sys_close(own - 1);
	if (counts)
		(void)sys_close(counts - 1);
	own = counts = 0;
	settled_at = 0;
}

/* A datagram socket that is connected to itself. */
static int open_own(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = (int)sys_call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0,
			       0, 0);

	if (fd >= 0 && sys_call(SYS_bind, fd, (long)&address, size, 0, 0, 0) == 0 &&
	    sys_call(SYS_getsockname, fd, (long)&address, (long)&size, 0, 0, 0) == 0 &&
	    sys_call(SYS_connect, fd, (long)&address, size, 0, 0, 0) == 0)
		return fd;
	if (fd >= 0)
		(void)sys_close(fd);
	return -1;
}

static bool prepare(int lowest_fd)
{
	if (!own)
		own = proc_move_fd(open_own(), lowest_fd) + 1;
	if (!counts)
		counts = proc_move_fd(sys_open("/proc/net/dev", O_RDONLY | O_CLOEXEC, 0),
				      lowest_fd) +
			 1;
	if (own > 0 && counts > 0)
		return true;
	own = own > 0 ? own : 0;
	counts = counts > 0 ? counts : 0;
	return false;
}

/* How many packets the loopback has been given. */
static uint64_t sent_packets(void)
{
	char text[4096];
	ssize_t got = sys_pread(counts - 1, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	return proc_text_sent(text);
}

/* False: it cannot be sent, or does not come. */
static bool send_own(void (*pause)(unsigned round))
{
	unsigned round;
	char byte = 0;

	if (sys_write(own - 1, &byte, 1) != 1)
		return false;
	for (round = 0; sys_read(own - 1, &byte, 1) != 1; round++)
		pause(round);
	return true;
}

bool network_settle(int lowest_fd, void (*pause)(unsigned round))
{
	uint64_t before, after;
	unsigned round;

	if (!prepare(lowest_fd))
		return false;
	before = sent_packets();
	if (before == settled_at)
		return false;
	for (round = 0; round < ROUNDS_MAX && send_own(pause); round++) {
		after = sent_packets();
		if (after == before + 1)
			break;
		before = after;
	}
	settled_at = sent_packets();
	return true;
}

/*
 * Nothing comes of a retry while the queue of the listener is still full, and nothing of a probe
 * for room while the receiver has data that nobody reads.
 */
struct retries {
	uint32_t full_count, drained_count;
	uint16_t full[NOTED_MAX];		    /* listeners, by their ports */
	struct inet_diag_sockid drained[NOTED_MAX]; /* connections with nothing to read */
	bool found;
};

/* Of a listener the two numbers are how many wait to be accepted, and how many may. */
static bool note_receiver(const struct inet_diag_msg *socket, void *argument)
{
	struct retries *retries = argument;

	if (socket->idiag_state == TCP_LISTEN) {
		if (socket->idiag_rqueue > socket->idiag_wqueue && retries->full_count < NOTED_MAX)
			retries->full[retries->full_count++] = socket->id.idiag_sport;
	} else if (!socket->idiag_rqueue && retries->drained_count < NOTED_MAX) {
		retries->drained[retries->drained_count++] = socket->id;
	}
	return true;
}

static bool is_refused(const struct retries *retries, const struct inet_diag_sockid *id)
{
	uint32_t i;

	for (i = 0; i < retries->full_count; i++)
		if (id->idiag_dport == retries->full[i] || id->idiag_sport == retries->full[i])
			return true;
	return false;
}

static bool is_read(const struct retries *retries, const struct inet_diag_sockid *id)
{
	uint32_t i;

	for (i = 0; i < retries->drained_count; i++)
		if (id->idiag_dport == retries->drained[i].idiag_sport &&
		    id->idiag_sport == retries->drained[i].idiag_dport)
			return true;
	return false;
}

/* Other programs may have connections to elsewhere, with timers of their own. */
static bool is_local(const struct inet_diag_msg *socket)
{
	const uint8_t *to = (const uint8_t *)socket->id.idiag_dst;
	static const uint8_t itself[16] = { [15] = 1 };

	return socket->idiag_family == AF_INET ? to[0] == IN_LOOPBACKNET
					       : !memcmp(to, itself, sizeof(itself));
}

static bool note_retry(const struct inet_diag_msg *socket, void *argument)
{
	struct retries *retries = argument;

	if (!is_local(socket))
		return true;
	if (socket->idiag_timer == TIMER_RETRANSMIT)
		retries->found |= !is_refused(retries, &socket->id);
	else if (socket->idiag_timer == TIMER_PROBE)
		retries->found |= is_read(retries, &socket->id);
	return !retries->found;
}

bool network_retries(void)
{
	static struct retries retries;

	retries.full_count = retries.drained_count = 0;
	retries.found = false;
	return sockets_each_tcp(note_receiver, &retries) == 0 &&
	       sockets_each_tcp(note_retry, &retries) == 0 && retries.found;
}

bool network_clean(void)
{
	if (sockets_end_tcp() == 0)
		return false;
	forget();
	if (sys_call(SYS_unshare, CLONE_NEWNET, 0, 0, 0, 0, 0) != 0)
		return false;
	(void)network_begin();
	return true;
}
