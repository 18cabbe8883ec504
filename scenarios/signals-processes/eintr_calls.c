/* SPDX-License-Identifier: Apache-2.0 */
#include "eintr_calls.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PERMIT, TIMED_PERMIT, PERMITS };
#define HOUR_S 3600

static int fds_held[3]; /* of the process that holds the locks */

static int failed(int error)
{
	errno = error;
	return error ? -1 : 0;
}

static struct timespec in_an_hour(void)
{
	struct timespec until;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += HOUR_S;
	return until;
}

/* ---- Descriptors ---------------------------------------------------------------------------- */

static int read_pipe(struct eintr_objects *objects)
{
	char byte;

	return read(objects->bytes[0], &byte, 1) == 1 ? 0 : -1;
}

static void write_pipe(struct eintr_objects *objects)
{
	SABOT_OK(write(objects->bytes[1], "", 1));
}

static int read_counter(struct eintr_objects *objects)
{
	eventfd_t value;

	return eventfd_read(objects->counter, &value);
}

static void add_counter(struct eintr_objects *objects)
{
	SABOT_OK(eventfd_write(objects->counter, 1));
}

static int receive(struct eintr_objects *objects)
{
	char byte;

	return recv(objects->sockets[0], &byte, 1, 0) == 1 ? 0 : -1;
}

static void send_byte(struct eintr_objects *objects)
{
	SABOT_OK(send(objects->sockets[1], "", 1, 0));
}

static int open_fifo(struct eintr_objects *objects)
{
	int fd = open("fifo", O_RDONLY);

	(void)objects;
	return fd < 0 ? -1 : close(fd);
}

static void open_other_end(struct eintr_objects *objects)
{
	(void)objects;
	fds_held[2] = SABOT_OK(open("fifo", O_RDWR)); /* and never waits itself */
}

/* What makes it ready is taken away again, for the next call that waits for it. */
static int drain(const struct eintr_objects *objects, int ready)
{
	char byte;

	if (ready == 1)
		SABOT_OK(read(objects->events[0], &byte, 1));
	return ready == 1 ? 0 : -1;
}

static int wait_poll(struct eintr_objects *objects)
{
	struct pollfd fd = { .fd = objects->events[0], .events = POLLIN };

	return drain(objects, poll(&fd, 1, -1));
}

static int wait_epoll(struct eintr_objects *objects)
{
	struct epoll_event event;

	return drain(objects, epoll_wait(objects->epoll, &event, 1, -1));
}

static int wait_select(struct eintr_objects *objects)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(objects->events[0], &set);
	return drain(objects, select(objects->events[0] + 1, &set, NULL, NULL, NULL));
}

static void write_events(struct eintr_objects *objects)
{
	SABOT_OK(write(objects->events[1], "", 1));
}

/* ---- Locks on files ------------------------------------------------------------------------- */

static int lock_range(int command, const char *name)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = SABOT_OK(open(name, O_RDWR)), result = fcntl(fd, command, &lock), saved = errno;

	SABOT_OK(close(fd));
	errno = saved;
	return result;
}

static int lock_record(struct eintr_objects *objects)
{
	(void)objects;
	return lock_range(F_SETLKW, "record");
}

static int lock_whole(struct eintr_objects *objects)
{
	int fd = SABOT_OK(open("whole", O_RDWR)), result = flock(fd, LOCK_EX), saved = errno;

	(void)objects;
	SABOT_OK(close(fd));
	errno = saved;
	return result;
}

static void unlock_record(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[0]));
}

static void unlock_whole(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[1]));
}

/* ---- Semaphores, queues, words -------------------------------------------------------------- */

static int take_posix(struct eintr_objects *objects)
{
	return sem_wait(&objects->permit);
}

static void post_posix(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->permit));
}

static int take_posix_timed(struct eintr_objects *objects)
{
	struct timespec until = in_an_hour();

	return sem_timedwait(&objects->timed_permit, &until);
}

static void post_posix_timed(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->timed_permit));
}

static void change(const struct eintr_objects *objects, unsigned short number, short by)
{
	struct sembuf operation = { number, by, 0 };

	SABOT_OK(semop(objects->sem, &operation, 1));
}

static int take_sysv(struct eintr_objects *objects)
{
	struct sembuf operation = { PERMIT, -1, 0 };

	return semop(objects->sem, &operation, 1);
}

static void post_sysv(struct eintr_objects *objects)
{
	change(objects, PERMIT, 1);
}

static int take_sysv_timed(struct eintr_objects *objects)
{
	struct sembuf operation = { TIMED_PERMIT, -1, 0 };
	struct timespec hour = { .tv_sec = HOUR_S };

	return semtimedop(objects->sem, &operation, 1, &hour);
}

static void post_sysv_timed(struct eintr_objects *objects)
{
	change(objects, TIMED_PERMIT, 1);
}

struct message {
	long type;
	char byte;
};

static int receive_sysv(struct eintr_objects *objects)
{
	struct message message;

	return msgrcv(objects->queue, &message, 1, 0, 0) == 1 ? 0 : -1;
}

static void send_sysv(struct eintr_objects *objects)
{
	struct message message = { .type = 1 };

	SABOT_OK(msgsnd(objects->queue, &message, 1, 0));
}

static mqd_t open_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };

	return SABOT_OK(mq_open("/eintr", O_RDWR | O_CREAT, 0600, &attr));
}

static int receive_posix(struct eintr_objects *objects)
{
	mqd_t queue = open_queue();
	char byte;
	int result = mq_receive(queue, &byte, 1, NULL) == 1 ? 0 : -1, saved = errno;

	(void)objects;
	SABOT_OK(mq_close(queue));
	errno = saved;
	return result;
}

static void send_posix(struct eintr_objects *objects)
{
	mqd_t queue = open_queue();

	(void)objects;
	SABOT_OK(mq_send(queue, "", 1, 0));
	SABOT_OK(mq_close(queue));
}

static int await_word(uint32_t *word, const struct timespec *limit)
{
	if (syscall(SYS_futex, word, FUTEX_WAIT, 0, limit) == 0 || errno == EAGAIN)
		return 0;
	return -1;
}

static void set_word(uint32_t *word)
{
	__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
	SABOT_OK(syscall(SYS_futex, word, FUTEX_WAKE, 1));
}

static int wait_word(struct eintr_objects *objects)
{
	return await_word(&objects->word, NULL);
}

static void wake_word(struct eintr_objects *objects)
{
	set_word(&objects->word);
}

static int wait_word_timed(struct eintr_objects *objects)
{
	struct timespec hour = { .tv_sec = HOUR_S };

	return await_word(&objects->timed_word, &hour);
}

static void wake_word_timed(struct eintr_objects *objects)
{
	set_word(&objects->timed_word);
}

static int lock_mutex(struct eintr_objects *objects)
{
	int error = pthread_mutex_lock(&objects->mutex);

	return failed(error ? error : pthread_mutex_unlock(&objects->mutex));
}

static void unlock_mutex(struct eintr_objects *objects)
{
	SABOT_ZERO(pthread_mutex_unlock(&objects->mutex));
}

static void enter(pthread_mutex_t *mutex)
{
	int error = pthread_mutex_lock(mutex);

	SABOT_ZERO(error == EOWNERDEAD ? pthread_mutex_consistent(mutex) : error);
}

static int wait_cond(struct eintr_objects *objects)
{
	int error = 0;

	enter(&objects->cond_mutex);
	while (!objects->signalled && !error)
		error = pthread_cond_wait(&objects->cond, &objects->cond_mutex);
	SABOT_ZERO(pthread_mutex_unlock(&objects->cond_mutex));
	return failed(error);
}

static void signal_cond(struct eintr_objects *objects)
{
	enter(&objects->cond_mutex);
	objects->signalled = true;
	SABOT_ZERO(pthread_cond_signal(&objects->cond));
	SABOT_ZERO(pthread_mutex_unlock(&objects->cond_mutex));
}

/* ---- Children, signals, time ---------------------------------------------------------------- */

static pid_t child;

static int wait_child(struct eintr_objects *objects)
{
	if (!child) {
		child = SABOT_OK(fork());
		if (child == 0) {
			while (sem_wait(&objects->child) != 0)
				continue;
			_exit(0);
		}
	}
	if (waitpid(child, NULL, 0) == -1)
		return -1;
	child = 0;
	return 0;
}

static void release_child(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->child));
}

static int take_signal(struct eintr_objects *objects)
{
	sigset_t set;

	(void)objects;
	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, SIGUSR2));
	return sigwaitinfo(&set, NULL) == SIGUSR2 ? 0 : -1;
}

static void send_signal(struct eintr_objects *objects)
{
	(void)kill(objects->waiter, SIGUSR2); /* it may be dead */
}

static int rest(struct eintr_objects *objects)
{
	struct timespec second = { .tv_sec = 1 };

	(void)objects;
	return nanosleep(&second, NULL); /* tidy-allow calls: it is what is interrupted */
}

/* Time ends this one: by then nobody waits for the other end. */
static void close_other_end(struct eintr_objects *objects)
{
	(void)objects;
	SABOT_OK(close(fds_held[2]));
}

const struct eintr_call eintr_calls[] = {
	{ "read from a pipe", read_pipe, write_pipe },
	{ "read from an eventfd", read_counter, add_counter },
	{ "recv", receive, send_byte },
	{ "open of a FIFO", open_fifo, open_other_end },
	{ "poll", wait_poll, write_events },
	{ "epoll_wait", wait_epoll, write_events },
	{ "select", wait_select, write_events },
	{ "fcntl(F_SETLKW)", lock_record, unlock_record },
	{ "flock", lock_whole, unlock_whole },
	{ "sem_wait", take_posix, post_posix },
	{ "sem_timedwait", take_posix_timed, post_posix_timed },
	{ "semop", take_sysv, post_sysv },
	{ "semtimedop", take_sysv_timed, post_sysv_timed },
	{ "msgrcv", receive_sysv, send_sysv },
	{ "mq_receive", receive_posix, send_posix },
	{ "futex wait", wait_word, wake_word },
	{ "futex wait with a limit", wait_word_timed, wake_word_timed },
	{ "pthread_mutex_lock", lock_mutex, unlock_mutex },
	{ "pthread_cond_wait", wait_cond, signal_cond },
	{ "waitpid", wait_child, release_child },
	{ "sigwaitinfo", take_signal, send_signal },
	{ "nanosleep", rest, close_other_end },
	{ 0 },
};

/* ---- Before anybody waits ------------------------------------------------------------------- */

static void init_mutexes(struct eintr_objects *objects)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	SABOT_ZERO(pthread_mutexattr_init(&mutex));
	SABOT_ZERO(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST));
	SABOT_ZERO(pthread_mutex_init(&objects->mutex, &mutex));
	SABOT_ZERO(pthread_mutex_init(&objects->cond_mutex, &mutex));
	SABOT_ZERO(pthread_condattr_init(&cond));
	SABOT_ZERO(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_cond_init(&objects->cond, &cond));
}

static void make_file(const char *name)
{
	int fd = SABOT_OK(open(name, O_RDWR | O_CREAT, 0600));

	SABOT_OK(close(fd));
}

void eintr_setup(struct eintr_objects *objects)
{
	struct epoll_event event = { .events = EPOLLIN };
	mqd_t queue;

	SABOT_OK(pipe(objects->bytes));
	SABOT_OK(pipe(objects->events));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, objects->sockets));
	objects->counter = SABOT_OK(eventfd(0, 0));
	objects->epoll = SABOT_OK(epoll_create1(0));
	SABOT_OK(epoll_ctl(objects->epoll, EPOLL_CTL_ADD, objects->events[0], &event));
	SABOT_OK(mkfifo("fifo", 0600));
	make_file("record");
	make_file("whole");
	objects->sem = SABOT_OK(semget(IPC_PRIVATE, PERMITS, 0600));
	objects->queue = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	queue = open_queue();
	SABOT_OK(mq_close(queue));
	SABOT_OK(sem_init(&objects->permit, 1, 0));
	SABOT_OK(sem_init(&objects->timed_permit, 1, 0));
	SABOT_OK(sem_init(&objects->child, 1, 0));
	init_mutexes(objects);
}

void eintr_hold(struct eintr_objects *objects)
{
	struct flock lock = { .l_type = F_WRLCK };

	fds_held[0] = SABOT_OK(open("record", O_RDWR));
	SABOT_OK(fcntl(fds_held[0], F_SETLK, &lock));
	fds_held[1] = SABOT_OK(open("whole", O_RDWR));
	SABOT_OK(flock(fds_held[1], LOCK_EX));
	enter(&objects->mutex);
}
