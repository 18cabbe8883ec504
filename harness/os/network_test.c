/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of the loopback are sent to another CPU to be processed there (receive packet steering),
 * which makes late what on one CPU is late only seldom. Skipped where that is not allowed.
 */
#include "os/network.h"

#include "os/sys.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMES = 400, LOWEST = 64 };

static struct sockaddr_in address;
static int listener = -1;
static bool steered;

static void give_way(unsigned round)
{
	(void)round;
	sys_yield();
}

/* This process on the first CPU, the loopback's packets on the second. */
static bool steer(void)
{
	static const char path[] = "sys/class/net/lo/queues/rx-0/rps_cpus";
	char folder[] = "/tmp/sabot_test_XXXXXX";
	cpu_set_t one;
	bool done;
	int fd;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0 || !mkdtemp(folder) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", folder, "tmpfs", 0, NULL) != 0 || chdir(folder) != 0 ||
	    mkdir("sys", 0700) != 0 || mount("sysfs", "sys", "sysfs", 0, NULL) != 0)
		return false;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "2", 1) == 1;
	if (fd >= 0)
		close(fd);
	(void)chdir("/");
	(void)umount2(folder, MNT_DETACH);
	(void)rmdir(folder);
	return done && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static int prepare(void **state)
{
	socklen_t size = sizeof(address);

	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
		return 0;
	assert_int_equal(network_begin(), 0);
	steered = steer();
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	return 0;
}

static void settle(void)
{
	(void)network_settle(LOWEST, give_way);
}

/* A connection, both ends of which know of it once all has arrived. */
static void connect_settled(int ends[2])
{
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	(void)connect(ends[0], (struct sockaddr *)&address, sizeof(address));
	settle();
	ends[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(ends[1] >= 0);
}

static void what_was_sent_has_arrived(void **state)
{
	char bytes[8];
	int i, ends[2];

	(void)state;
	if (listener < 0 || !steered)
		skip();
	for (i = 0; i < TIMES; i++) {
		connect_settled(ends);
		assert_int_equal(send(ends[0], "a", 1, 0), 1);
		assert_int_equal(send(ends[0], "b", 1, 0), 1);
		settle();
		assert_int_equal(recv(ends[1], bytes, sizeof(bytes), 0), 2);
		close(ends[0]);
		settle();
		assert_int_equal(recv(ends[1], bytes, sizeof(bytes), 0), 0);
		close(ends[1]);
	}
}

static void silence_is_told(void **state)
{
	int ends[2];

	(void)state;
	if (listener < 0)
		skip();
	connect_settled(ends);
	settle();
	assert_false(network_settle(LOWEST, give_way));
	assert_int_equal(send(ends[1], "a", 1, 0), 1);
	assert_true(network_settle(LOWEST, give_way));
	assert_false(network_settle(LOWEST, give_way));
	close(ends[0]);
	close(ends[1]);
}

/* Many small writes of both sides, with a question and an answer in between. */
static void nothing_waits_for_an_acknowledgement(void **state)
{
	int i, count, ends[2];
	char bytes[8];

	(void)state;
	if (listener < 0)
		skip();
	connect_settled(ends);
	for (i = 0; i < TIMES; i++) {
		assert_int_equal(send(ends[i % 2], "a", 1, 0), 1);
		assert_int_equal(send(ends[i % 2], "b", 1, 0), 1);
		settle();
		assert_int_equal(ioctl(ends[!(i % 2)], FIONREAD, &count), 0);
		assert_int_equal(count, 2);
		assert_int_equal(recv(ends[!(i % 2)], bytes, sizeof(bytes), 0), 2);
	}
	close(ends[0]);
	close(ends[1]);
}

/* The side that closes first would keep the port for a minute. */
static void the_port_is_free_after_cleaning(void **state)
{
	int ends[2], again;

	(void)state;
	if (listener < 0)
		skip();
	connect_settled(ends);
	close(ends[1]);
	settle();
	close(ends[0]);
	settle();
	close(listener);
	again = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(again, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(again);
	(void)network_clean();
	again = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(again, (struct sockaddr *)&address, sizeof(address)), 0);
	close(again);
}

/* Places in the table of connections; below 0: it is the one that the machine shares. */
static long table_of_connections(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_ehash_entries", "re");
	long places = -1;

	if (file && fscanf(file, "%ld", &places) != 1)
		places = -1;
	if (file)
		(void)fclose(file);
	return places;
}

/* Last: what the tests before it have made stays behind in the namespace that it leaves. */
static void the_next_namespace_has_a_small_table(void **state)
{
	(void)state;
	if (listener < 0 || access("/proc/sys/net/ipv4/tcp_child_ehash_entries", F_OK) != 0)
		skip();
	network_shrink_next();
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_in_range(table_of_connections(), 1, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sent_has_arrived),
		cmocka_unit_test(silence_is_told),
		cmocka_unit_test(nothing_waits_for_an_acknowledgement),
		cmocka_unit_test(the_port_is_free_after_cleaning),
		cmocka_unit_test(the_next_namespace_has_a_small_table),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
