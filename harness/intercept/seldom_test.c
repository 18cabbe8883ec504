/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that no scenario makes, each once: it is one point, of the operation that it should be, and
 * does what it does without us. What _FORTIFY_SOURCE makes of some is called by its own name.
 */
#include "intercept/run_test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room);
ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t room, int flags,
		       struct sockaddr *restrict address, socklen_t *restrict address_size);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

/* The expression holds, and was one point of this operation. */
#define POINT(operation, expression)                                                               \
	do {                                                                                       \
		const uint32_t before_ = task_self->op;                                            \
		const bool holds_ = (expression);                                                  \
                                                                                                   \
		sabot_assert(task, holds_, "%s: %s", #expression, strerror(errno));                \
		sabot_assert(task,                                                                 \
			     task_self->op == before_ + 1 && task_self->call.op == (operation),    \
			     "%s made %u points, the last of %s", #expression,                     \
			     task_self->op - before_, op_name(task_self->call.op));                \
	} while (0)

/* The expression holds, and is no point. */
#define NO_POINT(expression)                                                                       \
	do {                                                                                       \
		const uint32_t before_ = task_self->op;                                            \
		const bool holds_ = (expression);                                                  \
                                                                                                   \
		sabot_assert(task, holds_, "%s: %s", #expression, strerror(errno));                \
		sabot_assert(task, task_self->op == before_, "%s is a point", #expression);        \
	} while (0)

/* A scenario of one task. */
#define ALONE(id, body)                                                                            \
	static const struct sabot_role id##_roles[] = { { "one", 1, body }, { 0 } };               \
	static const struct sabot_scenario id = { .name = #id,                                     \
						  .group = "test",                                 \
						  .roles = id##_roles }

/* ---- Files --------------------------------------------------------------------------------- */

static void open_files(struct sabot_task *task)
{
	int fd = -1;

	/* What is not there may become anything. */
	POINT(OP_OPEN, (fd = creat64("file", 0600)) >= 0);
	POINT(OP_CLOSE, close(fd) == 0);
	POINT(OP_FILE_OPEN, (fd = open64("file", O_RDWR)) >= 0);
	POINT(OP_CLOSE, close_range((unsigned)fd, (unsigned)fd, 0) == 0);
	POINT(OP_FILE_OPEN, (fd = openat64(AT_FDCWD, "file", O_RDWR | O_CREAT, 0600)) >= 0);
	NO_POINT(dup3(fd, fd + 5, 0) == fd + 5);
	POINT(OP_DUP, dup3(fd, fd + 5, O_CLOEXEC) == fd + 5); /* closes one */
	sabot_assert(task, fcntl(fd + 5, F_GETFD) == FD_CLOEXEC, "dup3 sets no flag");
	closefrom(fd);
	sabot_assert(task, fcntl(fd, F_GETFD) == -1 && fcntl(fd + 5, F_GETFD) == -1,
		     "closefrom leaves descriptors open");
	POINT(OP_FILE_OPEN, (fd = __open_2("file", O_RDONLY)) >= 0);
	POINT(OP_CLOSE, close(fd) == 0);
	POINT(OP_FILE_OPEN, (fd = __open64_2("file", O_RDONLY)) >= 0);
	POINT(OP_CLOSE, close(fd) == 0);
	POINT(OP_FILE_OPEN, (fd = __openat_2(AT_FDCWD, "file", O_RDONLY)) >= 0);
	POINT(OP_CLOSE, close(fd) == 0);
	POINT(OP_FILE_OPEN, (fd = __openat64_2(AT_FDCWD, "file", O_RDONLY)) >= 0);
	POINT(OP_CLOSE, close(fd) == 0);
	POINT(OP_UNLINK, unlink("file") == 0);
	POINT(OP_OPEN, open64("file", O_RDONLY) == -1 && errno == ENOENT);
}
ALONE(opening, open_files);

static void transfer(struct sabot_task *task)
{
	char a[2], b[2], text[4];
	struct iovec out[] = { { (char[]){ 'a', 'b' }, 2 }, { (char[]){ 'c', 'd' }, 2 } };
	struct iovec in[] = { { a, 2 }, { b, 2 } };
	void *map;
	int fd = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));

	POINT(OP_FILE_WRITE, writev(fd, out, 2) == 4);
	POINT(OP_LSEEK, lseek64(fd, 0, SEEK_SET) == 0);
	POINT(OP_FILE_READ, readv(fd, in, 2) == 4 && a[0] == 'a' && b[1] == 'd');
	POINT(OP_PWRITE, pwrite64(fd, "xy", 2, 1) == 2);
	POINT(OP_PREAD, pread64(fd, text, 4, 0) == 4 && !memcmp(text, "axyd", 4));
	POINT(OP_PWRITE, pwritev(fd, out, 2, 1) == 4);
	POINT(OP_PWRITE, pwritev64(fd, out, 1, 5) == 2);
	POINT(OP_PREAD, preadv(fd, in, 2, 1) == 4 && a[0] == 'a' && b[1] == 'd');
	POINT(OP_PREAD, preadv64(fd, in, 2, 3) == 4 && a[0] == 'c' && b[1] == 'b');
	POINT(OP_PWRITE, pwritev2(fd, out, 1, 0, 0) == 2);
	POINT(OP_PREAD, preadv2(fd, in, 1, 0, 0) == 2 && a[1] == 'b');
	POINT(OP_PWRITE, pwritev64v2(fd, out, 1, 0, 0) == 2);
	POINT(OP_PREAD, preadv64v2(fd, in, 1, 0, 0) == 2 && a[1] == 'b');
	POINT(OP_LSEEK, lseek64(fd, 0, SEEK_END) == 7);
	POINT(OP_FILE_WRITE, pwritev2(fd, out, 2, -1, 0) == 4);
	POINT(OP_LSEEK, lseek64(fd, 7, SEEK_SET) == 7);
	POINT(OP_FILE_READ, preadv2(fd, in, 2, -1, 0) == 4 && a[0] == 'a' && b[1] == 'd');
	POINT(OP_LSEEK, lseek64(fd, 7, SEEK_SET) == 7);
	POINT(OP_FILE_WRITE, pwritev64v2(fd, out, 2, -1, 0) == 4);
	POINT(OP_LSEEK, lseek64(fd, 7, SEEK_SET) == 7);
	POINT(OP_FILE_READ, preadv64v2(fd, in, 2, -1, 0) == 4 && a[0] == 'a' && b[1] == 'd');
	POINT(OP_LSEEK, lseek64(fd, 0, SEEK_SET) == 0);
	POINT(OP_FILE_READ, __read_chk(fd, text, 2, sizeof(text)) == 2);
	POINT(OP_PREAD, __pread_chk(fd, text, 2, 0, sizeof(text)) == 2 && text[0] == 'a');
	POINT(OP_PREAD, __pread64_chk(fd, text, 2, 1, sizeof(text)) == 2 && text[0] == 'b');
	POINT(OP_FTRUNCATE, ftruncate64(fd, 1) == 0);
	POINT(OP_FSYNC, fsync(fd) == 0);
	POINT(OP_FSYNC, fdatasync(fd) == 0);
	map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	POINT(OP_MSYNC, msync(map, 1, MS_SYNC) == 0);
	munmap(map, 1);
	POINT(OP_FTRUNCATE, truncate64("file", 3) == 0);
	POINT(OP_LSEEK, lseek64(fd, 0, SEEK_END) == 3);
	close(fd);
	unlink("file");
}
ALONE(transferring, transfer);

static void name_files(struct sabot_task *task)
{
	struct stat64 status64;
	struct stat status;

	POINT(OP_MKDIR, mkdirat(AT_FDCWD, "folder", 0700) == 0);
	close(SABOT_OK(creat("folder/one", 0600)));
	POINT(OP_LINK, link("folder/one", "two") == 0);
	POINT(OP_LINK, linkat(AT_FDCWD, "two", AT_FDCWD, "three", 0) == 0);
	POINT(OP_STAT, stat("two", &status) == 0 && status.st_nlink == 3);
	POINT(OP_STAT, stat64("two", &status64) == 0 && status64.st_nlink == 3);
	POINT(OP_LINK, symlink("two", "four") == 0);
	POINT(OP_LINK, symlinkat("two", AT_FDCWD, "five") == 0);
	POINT(OP_STAT, lstat("four", &status) == 0 && S_ISLNK(status.st_mode));
	POINT(OP_STAT, lstat64("five", &status64) == 0 && S_ISLNK(status64.st_mode));
	POINT(OP_STAT, access("five", F_OK) == 0);
	POINT(OP_STAT, faccessat(AT_FDCWD, "none", F_OK, 0) == -1 && errno == ENOENT);
	POINT(OP_STAT, fstatat(AT_FDCWD, "four", &status, 0) == 0 && S_ISREG(status.st_mode));
	POINT(OP_STAT, fstatat64(AT_FDCWD, "four", &status64, AT_SYMLINK_NOFOLLOW) == 0 &&
			       S_ISLNK(status64.st_mode));
	POINT(OP_RENAME, renameat(AT_FDCWD, "four", AT_FDCWD, "six") == 0);
	POINT(OP_RENAME, renameat2(AT_FDCWD, "five", AT_FDCWD, "six", RENAME_NOREPLACE) == -1 &&
				 errno == EEXIST);
	POINT(OP_UNLINK, unlinkat(AT_FDCWD, "three", 0) == 0);
	POINT(OP_UNLINK, remove("two") == 0);
	POINT(OP_MKFIFO, mkfifoat(AT_FDCWD, "fifo", 0600) == 0);
	POINT(OP_MKFIFO, mknod("fifo", S_IFIFO | 0600, 0) == -1 && errno == EEXIST);
	POINT(OP_MKFIFO, mknodat(AT_FDCWD, "other", S_IFIFO | 0600, 0) == 0);
	POINT(OP_UNLINK, remove("fifo") == 0);
	unlink("other");
	unlink("five");
	unlink("six");
	unlink("folder/one");
	sabot_assert(task, rmdir("folder") == 0, "rmdir: %s", strerror(errno));
}
ALONE(naming, name_files);

/* ---- Pipes and sockets --------------------------------------------------------------------- */

static void move(struct sabot_task *task)
{
	struct iovec part = { (char[]){ 'a', 'b', 'c', 'd' }, 4 };
	int from[2], to[2], file;
	char text[8];
	off_t at = 1;

	file = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));
	unlink("file");
	SABOT_OK(pipe2(from, O_CLOEXEC));
	SABOT_OK(pipe(to));
	POINT(OP_SPLICE, vmsplice(from[1], &part, 1, 0) == 4);
	POINT(OP_SPLICE, tee(from[0], to[1], 4, 0) == 4);
	POINT(OP_READ, read(to[0], text, 8) == 4 && !memcmp(text, "abcd", 4));
	POINT(OP_SPLICE, splice(from[0], NULL, file, NULL, 4, 0) == 4);
	POINT(OP_SPLICE, sendfile(to[1], file, &at, 2) == 2 && at == 3);
	POINT(OP_SPLICE, sendfile64(to[1], file, &at, 2) == 1 && at == 4);
	POINT(OP_READ, read(to[0], text, 8) == 3 && !memcmp(text, "bcd", 3));
	POINT(OP_SPLICE, tee(from[0], to[1], 4, SPLICE_F_NONBLOCK) == -1 && errno == EAGAIN);
	closefrom(from[0] < file ? from[0] : file);
}
ALONE(moving, move);

static void send_and_receive(struct sabot_task *task)
{
	struct iovec part = { (char[]){ 'a', 'b' }, 2 };
	char text[4];
	struct iovec room = { text, sizeof(text) };
	struct mmsghdr out[2] = { { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } },
				  { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } } };
	struct mmsghdr in = { .msg_hdr = { .msg_iov = &room, .msg_iovlen = 1 } };
	struct timespec second = { .tv_sec = 1 };
	int ends[2];

	SABOT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	POINT(OP_SENDTO, sendto(ends[0], "ab", 2, 0, NULL, 0) == 2);
	POINT(OP_RECVFROM, recvfrom(ends[1], text, 4, 0, NULL, NULL) == 2 && text[1] == 'b');
	POINT(OP_SENDMSG, sendmsg(ends[0], &out[0].msg_hdr, 0) == 2);
	POINT(OP_RECVMSG, recvmsg(ends[1], &in.msg_hdr, 0) == 2 && text[0] == 'a');
	POINT(OP_SENDMMSG, sendmmsg(ends[0], out, 2, 0) == 2 && out[1].msg_len == 2);
	POINT(OP_RECVMMSG, recvmmsg(ends[1], &in, 1, 0, &second) == 1 && in.msg_len == 2);
	POINT(OP_RECVMMSG, recvmmsg(ends[1], &in, 1, 0, NULL) == 1);
	POINT(OP_SEND, send(ends[0], "cd", 2, 0) == 2);
	POINT(OP_RECV, __recv_chk(ends[1], text, 2, sizeof(text), 0) == 2 && text[0] == 'c');
	POINT(OP_SEND, send(ends[0], "ef", 2, 0) == 2);
	POINT(OP_RECVFROM,
	      __recvfrom_chk(ends[1], text, 2, sizeof(text), 0, NULL, NULL) == 2 && text[0] == 'e');
	POINT(OP_RECV, recv(ends[1], text, 2, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	close(ends[0]);
	close(ends[1]);
}
ALONE(messages, send_and_receive);

/* ---- Signals ------------------------------------------------------------------------------- */

static volatile sig_atomic_t handled;

static void handle(int signo)
{
	(void)signo;
	handled++;
}

static void send_signals(struct sabot_task *task)
{
	const union sigval value = { .sival_int = 1 };
	struct sigaction action = { .sa_handler = handle };

	handled = 0;
	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	POINT(OP_KILL, raise(SIGUSR1) == 0);
	POINT(OP_KILL, sigqueue(getpid(), SIGUSR1, value) == 0);
	POINT(OP_KILL, tgkill(getpid(), gettid(), SIGUSR1) == 0);
	POINT(OP_KILL, pthread_kill(pthread_self(), SIGUSR1) == 0);
	POINT(OP_KILL, pthread_sigqueue(pthread_self(), SIGUSR1, value) == 0);
	POINT(OP_KILL, kill(0, SIGUSR1) == 0);
	sabot_assert(task, handled == 6, "%d signals came, of 6", (int)handled);
	SABOT_OK(setpgid(0, 0));
	POINT(OP_KILL, killpg(getpid(), SIGUSR1) == 0);
	POINT(OP_KILL, kill(-getpid(), SIGUSR1) == 0);
	sabot_assert(task, handled == 8, "%d signals came, of 8", (int)handled);
	/* What a task may not ask for. */
	NO_POINT(raise(-1) == -1 && errno == EINVAL);
	NO_POINT(sigqueue(getpid(), 65, value) == -1 && errno == EINVAL);
	NO_POINT(tgkill(getpid(), gettid(), 65) == -1 && errno == EINVAL);
	NO_POINT(pthread_kill(pthread_self(), 65) == EINVAL);
	NO_POINT(pthread_sigqueue(pthread_self(), 65, value) == EINVAL);
	NO_POINT(killpg(-2, SIGUSR1) == -1 && errno == EINVAL);
	NO_POINT(kill(getppid(), SIGUSR1) == -1 && errno == EPERM);
	NO_POINT(sigqueue(getppid(), SIGUSR1, value) == -1 && errno == EPERM);
	NO_POINT(tgkill(getppid(), getppid(), SIGUSR1) == -1 && errno == EPERM);
}
ALONE(signals, send_signals);

/* ---- Clocks and memory --------------------------------------------------------------------- */

static void read_clocks(struct sabot_task *task)
{
	const struct timespec bad = { .tv_nsec = 1000000000 }, second = { .tv_sec = 1 };
	struct timespec now, again, later, resolution;
	struct timeval day;
	time_t seconds;

	NO_POINT(clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_nsec == 1);
	NO_POINT(clock_gettime(CLOCK_REALTIME, &now) == 0);
	NO_POINT(gettimeofday(&day, NULL) == 0 && day.tv_sec == now.tv_sec);
	NO_POINT(timespec_get(&again, TIME_UTC) == TIME_UTC && again.tv_sec == now.tv_sec);
	NO_POINT(time(&seconds) == now.tv_sec); /* tidy-allow calls: it is what is tested */
	NO_POINT(seconds == now.tv_sec);
	NO_POINT(clock_settime(CLOCK_REALTIME, &now) == -1 && errno == EPERM);
	NO_POINT(settimeofday(&day, NULL) == -1 && errno == EPERM);
	NO_POINT(nanosleep(&bad, NULL) == -1); /* tidy-allow calls: it is what is tested */
	NO_POINT(errno == EINVAL);
	NO_POINT(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL) == EINVAL);
	POINT(OP_SLEEP, sleep(1) == 0);	       /* tidy-allow calls: it is what is tested */
	POINT(OP_SLEEP, usleep(1000000) == 0); /* tidy-allow calls: it is what is tested */
	POINT(OP_SLEEP, clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL) == 0);
	NO_POINT(clock_gettime(CLOCK_REALTIME, &later) == 0 && later.tv_sec >= now.tv_sec + 3);
}
ALONE(clocks, read_clocks);

static void move_memory(struct sabot_task *task)
{
	const int shared = MAP_SHARED | MAP_ANONYMOUS;
	char *memory = mmap64(NULL, 4096, PROT_READ | PROT_WRITE, shared, -1, 0);
	char *moved;

	sabot_assert(task, memory != MAP_FAILED, "mmap64: %s", strerror(errno));
	memory[0] = 'a';
	moved = mremap(memory, 4096, 8192, MREMAP_MAYMOVE);
	sabot_assert(task, moved != MAP_FAILED && moved[0] == 'a', "mremap: %s", strerror(errno));
	SABOT_OK(munmap(moved, 8192));
	sabot_assert(task, mremap(moved, 8192, 4096, 0) == MAP_FAILED && errno == EFAULT,
		     "what is not mapped is moved");
}
ALONE(memory, move_memory);

/* ---- The tests ----------------------------------------------------------------------------- */

static void check(const struct sabot_scenario *scenario)
{
	run(scenario, NULL, 1);
	run_assert_free();
}

static void files_are_opened(void **state)
{
	(void)state;
	check(&opening);
}

static void files_are_read_and_written(void **state)
{
	(void)state;
	check(&transferring);
}

static void files_are_named(void **state)
{
	(void)state;
	check(&naming);
}

static void data_is_moved(void **state)
{
	(void)state;
	check(&moving);
}

static void messages_are_sent_and_received(void **state)
{
	(void)state;
	check(&messages);
}

static void signals_are_sent(void **state)
{
	(void)state;
	check(&signals);
}

static void clocks_are_read(void **state)
{
	(void)state;
	check(&clocks);
}

static void memory_is_moved(void **state)
{
	(void)state;
	check(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_opened),
		cmocka_unit_test(files_are_read_and_written),
		cmocka_unit_test(files_are_named),
		cmocka_unit_test(data_is_moved),
		cmocka_unit_test(messages_are_sent_and_received),
		cmocka_unit_test(signals_are_sent),
		cmocka_unit_test(clocks_are_read),
		cmocka_unit_test(memory_is_moved),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
