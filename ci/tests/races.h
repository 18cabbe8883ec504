/* SPDX-License-Identifier: Apache-2.0 */
/* For races.c: the ways in which one process tells another, or keeps it out. */
#ifndef CI_TESTS_RACES_H
#define CI_TESTS_RACES_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
	unsigned word;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool told;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	sem_t sem;
	int semid, msgid, file, pipe[2], pair[2], event;
	mqd_t queue;
	atomic_uint flag;
	uint32_t futex;
	atomic_int taker;
	unsigned sum; /* of those who come one after the other */
};

/* ---- Told, once ---------------------------------------------------------------------------- */

static void post(struct shared *shared)
{
	SABOT_OK(sem_post(&shared->sem));
}

static void await_post(struct shared *shared)
{
	SABOT_OK(sem_wait(&shared->sem));
}

static void change(const struct shared *shared, unsigned short number, short by)
{
	struct sembuf operation = { number, by, 0 };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static void add(struct shared *shared)
{
	change(shared, 0, 1);
}

static void subtract(struct shared *shared)
{
	change(shared, 0, -1);
}

/* The second of two semaphores that one call changes. */
static void add_second(struct shared *shared)
{
	struct sembuf both[] = { { 0, 1, 0 }, { 1, 1, 0 } };

	SABOT_OK(semop(shared->semid, both, 2));
}

static void subtract_second(struct shared *shared)
{
	change(shared, 1, -1);
}

static void to_zero(struct shared *shared)
{
	change(shared, 2, -1);
}

static void await_zero(struct shared *shared)
{
	change(shared, 2, 0);
}

static void set_zero(struct shared *shared)
{
	SABOT_OK(semctl(shared->semid, 2, SETVAL, 0));
}

static void remove_set(struct shared *shared)
{
	SABOT_OK(semctl(shared->semid, 0, IPC_RMID));
}

static void await_removal(struct shared *shared)
{
	struct sembuf operation = { 0, -1, 0 };

	if (semop(shared->semid, &operation, 1) == 0 || (errno != EIDRM && errno != EINVAL))
		abort();
}

static void send_message(struct shared *shared)
{
	long message[2] = { 1, 0 };

	SABOT_OK(msgsnd(shared->msgid, message, sizeof(long), 0));
}

static void receive_message(struct shared *shared)
{
	long message[2];

	SABOT_OK(msgrcv(shared->msgid, message, sizeof(long), 0, 0));
}

static void send_posix(struct shared *shared)
{
	SABOT_OK(mq_send(shared->queue, "x", 1, 0));
}

static void receive_posix(struct shared *shared)
{
	char byte;

	SABOT_OK(mq_receive(shared->queue, &byte, 1, NULL));
}

static void write_pipe(struct shared *shared)
{
	SABOT_OK(write(shared->pipe[1], "x", 1));
}

static void read_pipe(struct shared *shared)
{
	char byte;

	SABOT_OK(read(shared->pipe[0], &byte, 1));
}

static void poll_pipe(struct shared *shared)
{
	struct pollfd fds = { .fd = shared->pipe[0], .events = POLLIN };

	SABOT_OK(poll(&fds, 1, -1));
}

static void close_pipe(struct shared *shared)
{
	SABOT_OK(close(shared->pipe[1]));
}

/* Its own copy of the end that is written to first, or no end would come. */
static void await_end(struct shared *shared)
{
	char byte;

	SABOT_OK(close(shared->pipe[1]));
	SABOT_OK(read(shared->pipe[0], &byte, 1));
}

static void nothing(struct shared *shared)
{
	(void)shared;
}

static void write_socket(struct shared *shared)
{
	SABOT_OK(send(shared->pair[0], "x", 1, 0));
}

static void read_socket(struct shared *shared)
{
	char byte;

	SABOT_OK(recv(shared->pair[1], &byte, 1, 0));
}

static void write_event(struct shared *shared)
{
	SABOT_OK(eventfd_write(shared->event, 1));
}

static void read_event(struct shared *shared)
{
	eventfd_t value;

	SABOT_OK(eventfd_read(shared->event, &value));
}

static void arrive(struct shared *shared)
{
	(void)pthread_barrier_wait(&shared->barrier);
}

static void signal_cond(struct shared *shared)
{
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	shared->told = true;
	SABOT_ZERO(pthread_cond_signal(&shared->cond));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void await_cond(struct shared *shared)
{
	SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
	while (!shared->told)
		SABOT_ZERO(pthread_cond_wait(&shared->cond, &shared->mutex));
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void wake(struct shared *shared)
{
	__atomic_store_n(&shared->futex, 1, __ATOMIC_RELEASE);
	SABOT_OK(syscall(SYS_futex, &shared->futex, FUTEX_WAKE, 1));
}

static void await_wake(struct shared *shared)
{
	while (!__atomic_load_n(&shared->futex, __ATOMIC_ACQUIRE))
		(void)syscall(SYS_futex, &shared->futex, FUTEX_WAIT, 0, NULL);
}

static void release(struct shared *shared)
{
	atomic_store_explicit(&shared->flag, 1, memory_order_release);
}

static void acquire(struct shared *shared)
{
	while (!atomic_load_explicit(&shared->flag, memory_order_acquire))
		(void)sched_yield();
}

static void relax(struct shared *shared)
{
	atomic_store_explicit(&shared->flag, 1, memory_order_relaxed);
}

static void fence_before(struct shared *shared)
{
	atomic_thread_fence(memory_order_release);
	relax(shared);
}

static void look(struct shared *shared)
{
	while (!atomic_load_explicit(&shared->flag, memory_order_relaxed))
		(void)sched_yield();
}

static void fence_after(struct shared *shared)
{
	look(shared);
	atomic_thread_fence(memory_order_acquire);
}

static void make_name(struct shared *shared)
{
	(void)shared;
	SABOT_OK(close(SABOT_OK(open("name", O_WRONLY | O_CREAT | O_EXCL, 0600))));
}

static void await_name(struct shared *shared)
{
	(void)shared;
	while (access("name", F_OK) != 0)
		(void)sched_yield();
	SABOT_OK(unlink("name"));
}

static void remove_name(struct shared *shared)
{
	(void)shared;
	SABOT_OK(unlink("file"));
}

static void await_no_name(struct shared *shared)
{
	(void)shared;
	while (access("file", F_OK) == 0)
		(void)sched_yield();
}

static void signal_taker(struct shared *shared)
{
	while (!shared->taker)
		(void)sched_yield();
	SABOT_OK(kill(shared->taker, SIGUSR1));
}

static void await_signal(struct shared *shared)
{
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	shared->taker = getpid();
	SABOT_ZERO(sigwait(&set, &signo));
}

static volatile sig_atomic_t handled;

static void on_signal(int signo)
{
	(void)signo;
	handled = 1;
}

static void await_handler(struct shared *shared)
{
	struct sigaction action = { .sa_handler = on_signal };

	handled = 0;
	SABOT_OK(sigaction(SIGUSR1, &action, NULL));
	shared->taker = getpid();
	while (!handled)
		(void)sched_yield();
}

/* Whoever is found dead has done all that it did. */
static void await_death(struct shared *shared)
{
	while (!shared->taker)
		(void)sched_yield();
	while (kill(shared->taker, 0) == 0)
		(void)sched_yield();
}

static void say_pid(struct shared *shared)
{
	shared->taker = getpid();
	shared->word = 1; /* after it was said: only the end of the process comes later */
}

/* ---- Kept out ------------------------------------------------------------------------------ */

static void lock_mutex(struct shared *shared)
{
	int error = pthread_mutex_lock(&shared->mutex);

	SABOT_ZERO(error == EOWNERDEAD ? pthread_mutex_consistent(&shared->mutex) : error);
}

static void unlock_mutex(struct shared *shared)
{
	SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
}

static void lock_rwlock(struct shared *shared)
{
	SABOT_ZERO(pthread_rwlock_wrlock(&shared->rwlock));
}

static void lock_shared(struct shared *shared)
{
	SABOT_ZERO(pthread_rwlock_rdlock(&shared->rwlock));
}

static void unlock_rwlock(struct shared *shared)
{
	SABOT_ZERO(pthread_rwlock_unlock(&shared->rwlock));
}

static void lock_spin(struct shared *shared)
{
	SABOT_ZERO(pthread_spin_lock(&shared->spin));
}

static void unlock_spin(struct shared *shared)
{
	SABOT_ZERO(pthread_spin_unlock(&shared->spin));
}

static void subtract_undo(struct shared *shared)
{
	struct sembuf operation = { 2, -1, SEM_UNDO };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static void add_undo(struct shared *shared)
{
	struct sembuf operation = { 2, 1, SEM_UNDO };

	SABOT_OK(semop(shared->semid, &operation, 1));
}

static void lock_record(struct shared *shared)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };

	SABOT_OK(fcntl(shared->file, F_SETLKW, &lock));
}

static void unlock_record(struct shared *shared)
{
	struct flock lock = { .l_type = F_UNLCK, .l_len = 1 };

	SABOT_OK(fcntl(shared->file, F_SETLK, &lock));
}

/* Each has an open file description of its own, which the lock ends with. */
static int own;

static void lock_ofd(struct shared *shared)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };

	(void)shared;
	own = SABOT_OK(open("file", O_RDWR));
	SABOT_OK(fcntl(own, F_OFD_SETLKW, &lock));
}

static void lock_flock(struct shared *shared)
{
	(void)shared;
	own = SABOT_OK(open("file", O_RDWR));
	SABOT_OK(flock(own, LOCK_EX));
}

static void close_own(struct shared *shared)
{
	(void)shared;
	SABOT_OK(close(own));
}

#endif
