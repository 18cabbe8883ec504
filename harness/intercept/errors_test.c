/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of errors against the calls: whatever faults/calls.c allows, the call returns as it
 * returns errors, and is not made.
 */
#include "intercept/run_test.h"

#include "faults/calls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/pidfd.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

/* All that calls are made on: setup makes it, the harness takes it away. */
struct shared {
	int set, segment, queue, messages, ends[2], peers[2], file, epoll;
	void *memory; /* the file's */
	sem_t semaphore;
	pthread_mutex_t mutex;
	pthread_rwlock_t lock;
	pthread_spinlock_t spin;
	uint32_t word;
	int error; /* of the call: 0 if it went well */
};

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	pthread_mutexattr_t kind;

	shared->set = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
	SABOT_OK(semctl(shared->set, 0, SETVAL, 3));
	shared->segment = SABOT_OK(shmget(IPC_PRIVATE, 100, 0600));
	shared->queue = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	SABOT_OK(msgsnd(shared->queue, &(struct msgbuf){ 1, { 'x' } }, 1, 0));
	SABOT_OK(pipe(shared->ends));
	SABOT_OK(write(shared->ends[1], "x", 1));
	SABOT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, shared->peers));
	SABOT_OK(write(shared->peers[1], "x", 1));
	shared->file = SABOT_OK(open("file", O_RDWR | O_CREAT, 0600));
	shared->memory = mmap(NULL, 1, PROT_READ, MAP_SHARED, shared->file, 0);
	SABOT_OK(mkfifo("fifo", 0600));
	shared->messages = SABOT_OK(mq_open("/messages", O_RDWR | O_CREAT, 0600,
					    &(struct mq_attr){ .mq_maxmsg = 2, .mq_msgsize = 8 }));
	SABOT_OK(mq_send(shared->messages, "x", 1, 0));
	shared->epoll = SABOT_OK(epoll_create1(0));
	SABOT_OK(sem_init(&shared->semaphore, 1, 3));
	SABOT_ZERO(pthread_mutexattr_init(&kind));
	SABOT_ZERO(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &kind));
	SABOT_ZERO(pthread_rwlock_init(&shared->lock, NULL));
	SABOT_ZERO(pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED));
}

/* The descriptor, from now on one that does not wait. */
static int at_once(int fd)
{
	SABOT_OK(fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK));
	return fd;
}

static void *never_run(void *argument)
{
	return argument;
}

/* Of a call that returns -1, of one that returns an error, and of one that returns a pointer. */
#define MINUS(call)   return (call) == -1 ? errno : 0
#define ERROR(call)   return (call)
#define IS_NULL(call) return (call) == SEM_FAILED ? errno : 0

/* X(operation, how it returns errors, the call) */
#define CALLS(X)                                                                                   \
	X(SEMOP, MINUS, semop(on->set, &(struct sembuf){ 0, -1, 0 }, 1))                           \
	X(SEMTIMEDOP, MINUS,                                                                       \
	  semtimedop(on->set, &(struct sembuf){ 0, -1, 0 }, 1, &(struct timespec){ 1, 0 }))        \
	X(SEMGET, MINUS, semget(1, 1, 0600))                                                       \
	X(SEMCTL, MINUS, semctl(on->set, 0, GETVAL))                                               \
	X(SHMGET, MINUS, shmget(1, 1, 0600))                                                       \
	X(SHMAT, MINUS, (intptr_t)shmat(on->segment, NULL, 0))                                     \
	X(SHMCTL, MINUS, shmctl(on->segment, IPC_STAT, &(struct shmid_ds){ 0 }))                   \
	X(MSGGET, MINUS, msgget(1, 0600))                                                          \
	X(MSGCTL, MINUS, msgctl(on->queue, IPC_STAT, &(struct msqid_ds){ 0 }))                     \
	X(MSGSND, MINUS, msgsnd(on->queue, &(struct msgbuf){ 1, { 'x' } }, 1, 0))                  \
	X(MSGRCV, MINUS, msgrcv(on->queue, &(struct msgbuf){ 0 }, 1, 0, 0))                        \
	X(MQ_OPEN, MINUS, mq_open("/none", O_RDWR))                                                \
	X(MQ_SEND, MINUS, mq_send(on->messages, "x", 1, 0))                                        \
	X(MQ_TIMEDSEND, MINUS, mq_timedsend(on->messages, "x", 1, 0, &(struct timespec){ 0, 0 }))  \
	X(MQ_RECEIVE, MINUS, mq_receive(on->messages, (char[8]){ 0 }, 8, NULL))                    \
	X(MQ_TIMEDRECEIVE, MINUS,                                                                  \
	  mq_timedreceive(on->messages, (char[8]){ 0 }, 8, NULL, &(struct timespec){ 0, 0 }))      \
	X(MQ_NOTIFY, MINUS,                                                                        \
	  mq_notify(on->messages, &(struct sigevent){ .sigev_notify = SIGEV_NONE }))               \
	X(SEM_INIT, MINUS, sem_init(&(sem_t){ 0 }, 0, 0))                                          \
	X(SEM_OPEN, IS_NULL, sem_open("/none", 0))                                                 \
	X(SEM_WAIT, MINUS, sem_wait(&on->semaphore))                                               \
	X(SEM_TRYWAIT, MINUS, sem_trywait(&on->semaphore))                                         \
	X(SEM_TIMEDWAIT, MINUS, sem_timedwait(&on->semaphore, &(struct timespec){ 1 << 30, 0 }))   \
	X(SHM_OPEN, MINUS, shm_open("/none", O_RDWR, 0))                                           \
	X(MUTEX_INIT, ERROR, pthread_mutex_init(&(pthread_mutex_t){ 0 }, NULL))                    \
	X(MUTEX_TRYLOCK, ERROR, pthread_mutex_trylock(&on->mutex))                                 \
	X(COND_INIT, ERROR, pthread_cond_init(&(pthread_cond_t){ 0 }, NULL))                       \
	X(RWLOCK_INIT, ERROR, pthread_rwlock_init(&(pthread_rwlock_t){ 0 }, NULL))                 \
	X(RWLOCK_RDLOCK, ERROR, pthread_rwlock_rdlock(&on->lock))                                  \
	X(RWLOCK_TIMEDRDLOCK, ERROR,                                                               \
	  pthread_rwlock_timedrdlock(&on->lock, &(struct timespec){ 1 << 30, 0 }))                 \
	X(RWLOCK_TRYRDLOCK, ERROR, pthread_rwlock_tryrdlock(&on->lock))                            \
	X(RWLOCK_TRYWRLOCK, ERROR, pthread_rwlock_trywrlock(&on->lock))                            \
	X(BARRIER_INIT, ERROR, pthread_barrier_init(&(pthread_barrier_t){ 0 }, NULL, 1))           \
	X(SPIN_INIT, ERROR, pthread_spin_init(&(pthread_spinlock_t){ 0 }, 0))                      \
	X(SPIN_TRYLOCK, ERROR, pthread_spin_trylock(&on->spin))                                    \
	X(FUTEX_WAIT, MINUS, syscall(SYS_futex, &on->word, FUTEX_WAIT, 1, NULL, NULL, 0))          \
	X(SETLK, MINUS, fcntl(on->file, F_SETLK, &(struct flock){ .l_type = F_UNLCK }))            \
	X(SETLKW, MINUS, fcntl(on->file, F_SETLKW, &(struct flock){ .l_type = F_WRLCK }))          \
	X(OFD_SETLK, MINUS, fcntl(on->file, F_OFD_SETLK, &(struct flock){ .l_type = F_UNLCK }))    \
	X(OFD_SETLKW, MINUS, fcntl(on->file, F_OFD_SETLKW, &(struct flock){ .l_type = F_WRLCK }))  \
	X(FLOCK, MINUS, flock(on->file, LOCK_EX))                                                  \
	X(LOCKF, MINUS, lockf(on->file, F_LOCK, 0))                                                \
	X(OPEN, MINUS, open("fifo", O_RDWR))                                                       \
	X(FILE_OPEN, MINUS, open("file", O_RDONLY))                                                \
	X(CLOSE, MINUS, close(on->epoll))                                                          \
	X(DUP, MINUS, fcntl(on->ends[0], F_DUPFD, 9))                                              \
	X(PIPE, MINUS, pipe((int[2]){ 0 }))                                                        \
	X(READ, MINUS, read(on->peers[0], (char[1]){ 0 }, 1))                                      \
	X(WRITE, MINUS, write(on->peers[0], "x", 1))                                               \
	X(FILE_READ, MINUS, read(on->file, (char[1]){ 0 }, 1))                                     \
	X(FILE_WRITE, MINUS, write(on->file, "x", 1))                                              \
	X(PREAD, MINUS, pread(on->file, (char[1]){ 0 }, 1, 0))                                     \
	X(PWRITE, MINUS, pwrite(on->file, "x", 1, 0))                                              \
	X(SPLICE, MINUS, splice(on->ends[0], NULL, on->file, NULL, 1, 0))                          \
	X(SETPIPE_SZ, MINUS, fcntl(on->ends[0], F_SETPIPE_SZ, 4096))                               \
	X(FTRUNCATE, MINUS, ftruncate(on->file, 1))                                                \
	X(FSYNC, MINUS, fsync(on->file))                                                           \
	X(MSYNC, MINUS, msync(on->memory, 1, MS_SYNC))                                             \
	X(MEMFD, MINUS, memfd_create("x", 0))                                                      \
	X(STAT, MINUS, stat("file", &(struct stat){ 0 }))                                          \
	X(MKFIFO, MINUS, mkfifo("none/none", 0600))                                                \
	X(MKDIR, MINUS, mkdir("none/none", 0700))                                                  \
	X(LINK, MINUS, link("none", "none/none"))                                                  \
	X(RENAME, MINUS, rename("none", "none/none"))                                              \
	X(POLL, MINUS, poll(&(struct pollfd){ on->ends[0], POLLIN, 0 }, 1, -1))                    \
	X(SELECT, MINUS, select(0, NULL, NULL, NULL, &(struct timeval){ 1, 0 }))                   \
	X(EPOLL_CREATE, MINUS, epoll_create1(0))                                                   \
	X(EPOLL_CTL, MINUS,                                                                        \
	  epoll_ctl(on->epoll, EPOLL_CTL_ADD, on->ends[0], &(struct epoll_event){ 0 }))            \
	X(EPOLL_WAIT, MINUS, epoll_wait(on->epoll, &(struct epoll_event){ 0 }, 1, 0))              \
	X(EVENTFD, MINUS, eventfd(0, 0))                                                           \
	X(SIGNALFD, MINUS, signalfd(-1, &(sigset_t){ 0 }, 0))                                      \
	X(TIMERFD_CREATE, MINUS, timerfd_create(CLOCK_MONOTONIC, 0))                               \
	X(PIDFD_OPEN, MINUS, pidfd_open(getpid(), 0))                                              \
	X(PIDFD_GETFD, MINUS, pidfd_getfd(on->file, 0, 0))                                         \
	X(SOCKET, MINUS, socket(AF_UNIX, SOCK_STREAM, 0))                                          \
	X(SOCKETPAIR, MINUS, socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 }))                   \
	X(BIND, MINUS, bind(on->peers[0], NULL, 0))                                                \
	X(LISTEN, MINUS, listen(on->peers[0], 1))                                                  \
	X(ACCEPT, MINUS, accept(on->peers[0], NULL, NULL))                                         \
	X(CONNECT, MINUS, connect(on->peers[0], NULL, 0))                                          \
	X(SETSOCKOPT, MINUS, setsockopt(on->peers[0], SOL_SOCKET, SO_SNDBUF, &(int){ 9999 }, 4))   \
	X(GETSOCKOPT, MINUS,                                                                       \
	  getsockopt(on->peers[0], SOL_SOCKET, SO_SNDBUF, &(int){ 0 }, &(socklen_t){ 4 }))         \
	X(SEND, MINUS, send(on->peers[0], "x", 1, 0))                                              \
	X(SENDTO, MINUS, sendto(on->peers[0], "x", 1, 0, NULL, 0))                                 \
	X(SENDMSG, MINUS, sendmsg(on->peers[0], &(struct msghdr){ 0 }, 0))                         \
	X(SENDMMSG, MINUS, sendmmsg(on->peers[0], &(struct mmsghdr){ 0 }, 1, 0))                   \
	X(RECV, MINUS, recv(on->peers[0], (char[1]){ 0 }, 1, 0))                                   \
	X(RECVFROM, MINUS, recvfrom(on->peers[0], (char[1]){ 0 }, 1, 0, NULL, NULL))               \
	X(RECVMSG, MINUS, recvmsg(on->peers[0], &(struct msghdr){ 0 }, 0))                         \
	X(RECVMMSG, MINUS, recvmmsg(on->peers[0], &(struct mmsghdr){ 0 }, 1, 0, NULL))             \
	X(SLEEP, MINUS, usleep(9)) /* tidy-allow calls: it is what is tested */                    \
	X(FORK, MINUS, fork())                                                                     \
	X(SPAWN, ERROR, posix_spawn(&(pid_t){ 0 }, "/none", NULL, NULL, (char *[]){ NULL }, NULL)) \
	X(THREAD_CREATE, ERROR, pthread_create(&(pthread_t){ 0 }, NULL, never_run, NULL))          \
	X(EXEC, MINUS, execve("/none", (char *[]){ NULL }, (char *[]){ NULL }))                    \
	X(KILL, MINUS, sigqueue(getpid(), 0, (union sigval){ 0 }))                                 \
	X(SIGTIMEDWAIT, MINUS, sigtimedwait(&(sigset_t){ 0 }, NULL, &(struct timespec){ 1, 0 }))   \
	X(WAIT, MINUS, waitpid(-1, NULL, WNOHANG))                                                 \
	X(TIMER_CREATE, MINUS, timer_create(CLOCK_MONOTONIC, NULL, &(timer_t){ 0 }))

/* X(operation, number, what it asks for, the call): what can fail in more ways than the above. */
#define ASKING(X)                                                                                  \
	X(SEMGET, 1, CALL_MAKES, semget(IPC_PRIVATE, 1, 0600))                                     \
	X(SHMGET, 1, CALL_MAKES, shmget(IPC_PRIVATE, 1, 0600))                                     \
	X(MSGGET, 1, CALL_MAKES, msgget(IPC_PRIVATE, 0600))                                        \
	X(MQ_OPEN, 1, CALL_MAKES, mq_open("/new", O_RDWR | O_CREAT, 0600, NULL))                   \
	X(SEM_OPEN, 1, CALL_MAKES, sem_open("/new", O_CREAT, 0600, 1) == SEM_FAILED ? -1 : 0)      \
	X(SHM_OPEN, 1, CALL_MAKES, shm_open("/new", O_RDWR | O_CREAT, 0600))                       \
	X(FILE_OPEN, 1, CALL_MAKES, open("file", O_RDWR | O_CREAT, 0600))                          \
	X(SEMOP, 1, CALL_AT_ONCE, semop(on->set, &(struct sembuf){ 0, -1, IPC_NOWAIT }, 1))        \
	X(SEMOP, 2, CALL_UNDO, semop(on->set, &(struct sembuf){ 0, -1, SEM_UNDO }, 1))             \
	X(SEMTIMEDOP, 1, CALL_AT_ONCE,                                                             \
	  semtimedop(on->set, &(struct sembuf){ 0, -1, IPC_NOWAIT }, 1, NULL))                     \
	X(SEMTIMEDOP, 2, CALL_UNDO,                                                                \
	  semtimedop(on->set, &(struct sembuf){ 0, -1, SEM_UNDO }, 1, NULL))                       \
	X(MSGSND, 1, CALL_AT_ONCE,                                                                 \
	  msgsnd(on->queue, &(struct msgbuf){ 1, { 'x' } }, 1, IPC_NOWAIT))                        \
	X(MSGRCV, 1, CALL_AT_ONCE, msgrcv(on->queue, &(struct msgbuf){ 0 }, 1, 0, IPC_NOWAIT))     \
	X(MQ_SEND, 1, CALL_AT_ONCE, mq_send(at_once(on->messages), "x", 1, 0))                     \
	X(MQ_TIMEDSEND, 1, CALL_AT_ONCE,                                                           \
	  mq_timedsend(at_once(on->messages), "x", 1, 0, &(struct timespec){ 0, 0 }))              \
	X(MQ_RECEIVE, 1, CALL_AT_ONCE, mq_receive(at_once(on->messages), (char[8]){ 0 }, 8, NULL)) \
	X(MQ_TIMEDRECEIVE, 1, CALL_AT_ONCE,                                                        \
	  mq_timedreceive(at_once(on->messages), (char[8]){ 0 }, 8, NULL,                          \
			  &(struct timespec){ 0, 0 }))                                             \
	X(SETLK, 1, CALL_AT_ONCE, fcntl(on->file, F_SETLK, &(struct flock){ .l_type = F_WRLCK }))  \
	X(OFD_SETLK, 1, CALL_AT_ONCE,                                                              \
	  fcntl(on->file, F_OFD_SETLK, &(struct flock){ .l_type = F_RDLCK }))                      \
	X(FLOCK, 1, CALL_AT_ONCE, flock(on->file, LOCK_EX | LOCK_NB))                              \
	X(LOCKF, 1, CALL_AT_ONCE, lockf(on->file, F_TLOCK, 0))                                     \
	X(OPEN, 1, CALL_AT_ONCE, open("fifo", O_WRONLY | O_NONBLOCK))                              \
	X(READ, 1, CALL_AT_ONCE, read(at_once(on->peers[0]), (char[1]){ 0 }, 1))                   \
	X(WRITE, 1, CALL_AT_ONCE, write(at_once(on->peers[0]), "x", 1))                            \
	X(SPLICE, 1, CALL_AT_ONCE,                                                                 \
	  splice(on->ends[0], NULL, on->file, NULL, 1, SPLICE_F_NONBLOCK))                         \
	X(SPLICE, 2, CALL_AT_ONCE, sendfile(at_once(on->ends[1]), on->file, NULL, 1))              \
	X(ACCEPT, 1, CALL_AT_ONCE, accept(at_once(on->peers[0]), NULL, NULL))                      \
	X(CONNECT, 1, CALL_AT_ONCE, connect(at_once(on->peers[0]), NULL, 0))                       \
	X(SEND, 1, CALL_AT_ONCE, send(on->peers[0], "x", 1, MSG_DONTWAIT))                         \
	X(SENDTO, 1, CALL_AT_ONCE, sendto(at_once(on->peers[0]), "x", 1, 0, NULL, 0))              \
	X(SENDMSG, 1, CALL_AT_ONCE, sendmsg(on->peers[0], &(struct msghdr){ 0 }, MSG_DONTWAIT))    \
	X(SENDMMSG, 1, CALL_AT_ONCE,                                                               \
	  sendmmsg(on->peers[0], &(struct mmsghdr){ 0 }, 1, MSG_DONTWAIT))                         \
	X(RECV, 1, CALL_AT_ONCE, recv(on->peers[0], (char[1]){ 0 }, 1, MSG_DONTWAIT))              \
	X(RECVFROM, 1, CALL_AT_ONCE,                                                               \
	  recvfrom(at_once(on->peers[0]), (char[1]){ 0 }, 1, 0, NULL, NULL))                       \
	X(RECVMSG, 1, CALL_AT_ONCE, recvmsg(on->peers[0], &(struct msghdr){ 0 }, MSG_DONTWAIT))    \
	X(RECVMMSG, 1, CALL_AT_ONCE,                                                               \
	  recvmmsg(on->peers[0], &(struct mmsghdr){ 0 }, 1, MSG_DONTWAIT, NULL))                   \
	X(SIGTIMEDWAIT, 1, CALL_AT_ONCE,                                                           \
	  sigtimedwait(&(sigset_t){ 0 }, NULL, &(struct timespec){ 0, 0 }))

/* Some of it fails by itself, with an error that is not injected. */
#define DEFINE(op, returns, ...)                                                                   \
	static int call_##op(struct shared *on)                                                    \
	{                                                                                          \
		(void)on;                                                                          \
		returns(__VA_ARGS__);                                                              \
	}
CALLS(DEFINE)
#define DEFINE_ASKING(op, number, asks, ...) DEFINE(op##_##number, MINUS, __VA_ARGS__)
ASKING(DEFINE_ASKING)

static const struct row {
	enum op op;
	unsigned asks;
	int (*call)(struct shared *on);
} rows[] = {
#define ROW(op, ...)			  { OP_##op, 0, call_##op },
#define ROW_ASKING(op, number, asks, ...) { OP_##op, asks, call_##op##_##number },
	CALLS(ROW) ASKING(ROW_ASKING)
};

/* Operation 2 is the call, or if it is no point of its own the end: it belongs to 1 then. */
static void make_it(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const struct row *row = sabot_variant(task);

	sabot_point(task, "begin");
	shared->error = row->call(shared);
	sabot_point(task, "end");
	_exit(0); /* what is left open is not what is looked for */
}

static const struct sabot_role roles[] = { { "one", 1, make_it }, { 0 } };
static const struct sabot_scenario scenario = { .name = "errors",
						.group = "test",
						.shared_size = sizeof(struct shared),
						.setup = setup,
						.roles = roles };

static void look(void)
{
}

/* The state of the shot; the shared memory has what the call returned. */
static enum shot_state inject(const struct row *row, int error, uint32_t op)
{
	const struct plan_fault fault = {
		.kind = PLAN_ERRNO, .value = error, .op = op, .victim = "one#0"
	};
	const struct sabot_case scase = { .name = "case", .variant = row };
	struct execution execution = { .scenario = &scenario,
				       .scase = &scase,
				       .strategy = &strategy_replay,
				       .seed = 1,
				       .faults = &fault,
				       .fault_count = 1,
				       .stuck = run_stuck,
				       .ended = look };

	run_is_stuck = false;
	assert_int_equal(execution_run(&execution), 0);
	if (run_is_stuck)
		fail_msg("%s that asks for %u, with %s: stuck", op_name(row->op), row->asks,
			 strerrorname_np(error));
	return control->shots[0].state;
}

static void try_it(const struct row *row, int error)
{
	/* Without SIGPIPE ignored, EPIPE does not come. */
	const bool allowed = error != EPIPE && calls_allow(row->op, error, row->asks);
	enum shot_state got = inject(row, error, 2);
	const struct shared *shared = control->shared;

	if (got == SHOT_FIRED) /* at the point "end", which is no call */
		got = inject(row, error, 1);
	if (got != (allowed ? SHOT_CONFIRMED : SHOT_REFUSED) || (allowed && shared->error != error))
		fail_msg("%s that asks for %u, with %s: state %d, error %d", op_name(row->op),
			 row->asks, strerrorname_np(error), got, shared->error);
}

/* ... by who asks for what it takes; by nobody else. */
static void every_error_of_the_table_can_be_had(void **state)
{
	int error;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fault_call *known = calls_find(rows[i].op);

		assert_non_null(known);
		for (size_t j = 0; (error = calls_error(known, j)) != 0; j++)
			if (!(error == EDEADLK && rows[i].asks)) /* of who waits alone */
				try_it(&rows[i], error);
	}
}

static bool is_called(enum op op, unsigned asks)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == op && rows[i].asks == asks)
			return true;
	return false;
}

static void the_test_has_every_call(void **state)
{
	int error;

	(void)state;
	for (unsigned op = 0; op < OP_COUNT; op++) {
		const struct fault_call *known = calls_find((enum op)op);

		for (size_t i = 0; known && (error = calls_error(known, i)) != 0; i++)
			if (!is_called(known->op, calls_condition(known->op, error)))
				fail_msg("%s is not called", op_name(known->op));
	}
}

/* Nobody is refused a lock that it gives back, nor waits in a deadlock then. */
static int unlock(struct shared *on)
{
	MINUS(lockf(on->file, F_ULOCK, 0));
}

static int unlock_flock(struct shared *on)
{
	MINUS(flock(on->file, LOCK_UN | LOCK_NB));
}

static int give(struct shared *on)
{
	MINUS(semop(on->set, &(struct sembuf){ 0, 1, IPC_NOWAIT }, 1));
}

static void who_gives_back_is_not_refused(void **state)
{
	(void)state;
	assert_int_equal(inject(&(struct row){ .call = unlock }, EAGAIN, 2), SHOT_REFUSED);
	assert_int_equal(inject(&(struct row){ .call = unlock }, EDEADLK, 2), SHOT_REFUSED);
	assert_int_equal(inject(&(struct row){ .call = unlock }, ENOLCK, 2), SHOT_CONFIRMED);
	assert_int_equal(inject(&(struct row){ .call = unlock_flock }, EAGAIN, 2), SHOT_REFUSED);
	assert_int_equal(inject(&(struct row){ .call = give }, EAGAIN, 2), SHOT_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_has_every_call),
		cmocka_unit_test(every_error_of_the_table_can_be_had),
		cmocka_unit_test(who_gives_back_is_not_refused),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
