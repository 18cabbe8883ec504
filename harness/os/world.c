/* SPDX-License-Identifier: Apache-2.0 */
#include "os/world.h"

#include "os/adopt.h"
#include "os/network.h"
#include "os/sys.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMESPACES = CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET };

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* As a user: the caller becomes root of a user namespace, which may make the others. */
static bool part_as_user(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | NAMESPACES) != 0)
		return false;
	(void)put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	if (!put("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	return put("/proc/self/gid_map", map);
}

/* Into a namespace whose table of connections is small: it is so from its beginning, or never. */
static void part_network(void)
{
	network_shrink_next();
	(void)unshare(CLONE_NEWNET);
}

static void part(struct world *world)
{
	*world = (struct world){ .what = "making namespaces" };
	if (unshare(NAMESPACES) == 0) {
		part_network();
		world->isolated = true;
		return;
	}
	world->error = errno;
	if (part_as_user()) {
		part_network();
		world->isolated = world->by_user = true;
		world->error = 0;
	}
}

/*
 * The working directory lies in the private /dev/shm, under a name that shm_open() cannot make: no
 * mount point is needed that would outlive the namespace.
 */
static int enter_isolated(const char **what)
{
	*what = "making mounts private";
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		return -errno;
	*what = "mounting /proc";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		return -errno;
	*what = "mounting /dev/shm";
	if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0)
		return -errno;
	*what = "making the working directory";
	if (mkdir("/dev/shm/.sabot", 0755) != 0 || mkdir("/dev/shm/.sabot/run", 0700) != 0 ||
	    mkdir("/dev/shm/.sabot/mq", 0755) != 0)
		return -errno;
	(void)mount("mqueue", "/dev/shm/.sabot/mq", "mqueue", 0, NULL);
	(void)network_begin();
	*what = "entering the working directory";
	return chdir("/dev/shm/.sabot/run") == 0 ? 0 : -errno;
}

/*
 * The first identifier of a kind in a new IPC namespace is 0, as memory is that nobody has written:
 * who stores it there changes nothing, and a case would take other steps as the first of a worker.
 */
static void pass_first_ids(void)
{
	int shm = shmget(IPC_PRIVATE, 1, 0600), sem = semget(IPC_PRIVATE, 1, 0600),
	    msg = msgget(IPC_PRIVATE, 0600);

	if (shm >= 0)
		(void)shmctl(shm, IPC_RMID, NULL);
	if (sem >= 0)
		(void)semctl(sem, 0, IPC_RMID);
	if (msg >= 0)
		(void)msgctl(msg, IPC_RMID, NULL);
}

int world_enter(const struct world *world, const char *fallback_directory, const char **what)
{
	pass_first_ids();
	if (world->isolated)
		return enter_isolated(what);
	adopt_orphans();
	*what = "entering the working directory";
	return chdir(fallback_directory) == 0 ? 0 : -errno;
}

/* In a child, which shares *world with its parent. */
static _Noreturn void rehearse(struct world *world)
{
	const char *what = "";
	pid_t worker;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	part(world);
	worker = world->isolated ? fork() : -1;
	if (worker == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		world->error = -world_enter(world, "", &what);
		world->what = what;
		_exit(0);
	}
	while (worker > 0 && waitpid(worker, NULL, 0) < 0 && errno == EINTR)
		continue;
	_exit(0);
}

void world_part(struct world *world)
{
	struct world *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = seen == MAP_FAILED ? -1 : fork();

	*world = (struct world){ .error = errno, .what = "rehearsing" };
	if (pid < 0)
		return;
	if (pid == 0)
		rehearse(seen);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	*world = *seen;
	(void)munmap(seen, sizeof(*seen));
	if (world->isolated && !world->error)
		part(world);
	else
		world->isolated = world->by_user = false;
}

void world_die_with(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
}

void world_tell_of_end(pid_t parent, int signo)
{
	(void)prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0);
	if (getppid() != parent)
		(void)sys_kill(sys_getpid(), signo);
}

void world_die_with_writer(int alive_fd)
{
	struct pollfd parent = { .fd = alive_fd, .events = POLLIN };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (poll(&parent, 1, 0) > 0 && (parent.revents & POLLHUP))
		_exit(1);
}

unsigned world_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* The n-th of the set, counted round and round, as a set; returns its number. */
static int nth_of(const cpu_set_t *set, unsigned n, cpu_set_t *one)
{
	size_t cpu;

	n %= (unsigned)CPU_COUNT(set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set) && n-- == 0)
			break;
	CPU_ZERO(one);
	CPU_SET(cpu, one);
	return (int)cpu;
}

int world_pin(unsigned n)
{
	cpu_set_t set, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -errno;
	cpu = nth_of(&set, n, &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0 ? cpu : -errno;
}

/* The address of a socket that has no file: the kernel gives it back by itself. */
int world_claim(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", name);
	if (bind(fd, (const struct sockaddr *)&address, size) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static cpu_set_t kept;

void world_keep_cpus(void)
{
	if (sched_getaffinity(0, sizeof(kept), &kept) != 0)
		CPU_ZERO(&kept);
}

static void run_on(const cpu_set_t *set)
{
	(void)sys_call(SYS_sched_setaffinity, 0, (long)sizeof(*set), (long)set, 0, 0, 0);
}

void world_run_on(unsigned n)
{
	cpu_set_t one;

	if (!CPU_COUNT(&kept))
		return;
	(void)nth_of(&kept, n, &one);
	run_on(&one);
}

void world_run_anywhere(void)
{
	if (CPU_COUNT(&kept))
		run_on(&kept);
}
