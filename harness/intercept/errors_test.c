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
					    &(struct mq_attr){ .mq_maxmsg = 1, .mq_msgsize = 8 }));
	shared->epoll = SABOT_OK(epoll_create1(0));
	SABOT_OK(sem_init(&shared->semaphore, 1, 3));
	SABOT_ZERO(pthread_mutexattr_init(&kind));
	SABOT_ZERO(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_mutex_init(&shared->mutex, &kind));
	SABOT_ZERO(pthread_rwlock_init(&shared->lock, NULL));
	SABOT_ZERO(pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED));
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
	X(SEMGET, MINUS, semget(IPC_PRIVATE, 1, 0600))                                             \
	X(SEMCTL, MINUS, semctl(on->set, 0, GETVAL))                                               \
	X(SHMGET, MINUS, shmget(IPC_PRIVATE, 1, 0600))                                             \
	X(SHMAT, MINUS, (intptr_t)shmat(on->segment, NULL, 0))                                     \
	X(SHMCTL, MINUS, shmctl(on->segment, IPC_STAT, &(struct shmid_ds){ 0 }))                   \
	X(MSGGET, MINUS, msgget(IPC_PRIVATE, 0600))                                                \
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
	X(SETLK, MINUS, fcntl(on->file, F_SETLK, &(struct flock){ .l_type = F_WRLCK }))            \
	X(SETLKW, MINUS, fcntl(on->file, F_SETLKW, &(struct flock){ .l_type = F_WRLCK }))          \
	X(OFD_SETLK, MINUS, fcntl(on->file, F_OFD_SETLK, &(struct flock){ .l_type = F_WRLCK }))    \
	X(OFD_SETLKW, MINUS, fcntl(on->file, F_OFD_SETLKW, &(struct flock){ .l_type = F_WRLCK }))  \
	X(FLOCK, MINUS, flock(on->file, LOCK_EX))                                                  \
	X(LOCKF, MINUS, lockf(on->file, F_LOCK, 0))                                                \
	X(OPEN, MINUS, open("fifo", O_RDONLY))                                                     \
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
	X(RECVMSG, MINUS, recvmsg(on->peers[0], &(struct msghdr){ 0 }, MSG_DONTWAIT))              \
	X(RECVMMSG, MINUS, recvmmsg(on->peers[0], &(struct mmsghdr){ 0 }, 1, MSG_DONTWAIT, NULL))  \
	X(FORK, MINUS, fork())                                                                     \
	X(SPAWN, ERROR, posix_spawn(&(pid_t){ 0 }, "/none", NULL, NULL, (char *[]){ NULL }, NULL)) \
	X(THREAD_CREATE, ERROR, pthread_create(&(pthread_t){ 0 }, NULL, never_run, NULL))          \
	X(EXEC, MINUS, execve("/none", (char *[]){ NULL }, (char *[]){ NULL }))                    \
	X(KILL, MINUS, sigqueue(getpid(), 0, (union sigval){ 0 }))                                 \
	X(SIGTIMEDWAIT, MINUS, sigtimedwait(&(sigset_t){ 0 }, NULL, &(struct timespec){ 0, 0 }))   \
	X(WAIT, MINUS, waitpid(-1, NULL, WNOHANG))                                                 \
	X(TIMER_CREATE, MINUS, timer_create(CLOCK_MONOTONIC, NULL, &(timer_t){ 0 }))

/* Some of it fails by itself, with an error that is not injected. */
#define DEFINE(op, returns, ...)                                                                   \
	static int call_##op(struct shared *on)                                                    \
	{                                                                                          \
		(void)on;                                                                          \
		returns(__VA_ARGS__);                                                              \
	}
CALLS(DEFINE)

static const struct row {
	enum op op;
	int (*call)(struct shared *on);
} rows[] = {
#define ROW(op, ...) { OP_##op, call_##op },
	CALLS(ROW)
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
	assert_false(run_is_stuck);
	return control->shots[0].state;
}

/* Told of a descriptor that may wait, and without SIGPIPE ignored, they do not come. */
static bool is_refused(enum op op, int error)
{
	if (error == EPIPE)
		return true;
	return error == EAGAIN && (op_flags(op) & OP_BLOCKS) && calls_has_descriptor(op);
}

static void every_error_of_the_table_can_be_had(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fault_call *known = calls_find(rows[i].op);

		assert_non_null(known);
		for (size_t j = 0; j < FAULT_ERRORS_MAX && known->errors[j]; j++) {
			const int error = known->errors[j];
			const char *name = strerrorname_np(error);
			enum shot_state got = inject(&rows[i], error, 2);
			const struct shared *shared = control->shared;

			if (got == SHOT_FIRED) /* at the point "end", which is no call */
				got = inject(&rows[i], error, 1);
			if (is_refused(rows[i].op, error)) {
				assert_int_equal(got, SHOT_REFUSED);
				continue;
			}
			if (got != SHOT_CONFIRMED || shared->error != error)
				print_error("%s with %s: state %d, error %d\n", op_name(rows[i].op),
					    name, got, shared->error);
			assert_int_equal(got, SHOT_CONFIRMED);
			assert_int_equal(shared->error, error);
		}
	}
}

static void the_test_has_every_call(void **state)
{
	(void)state;
	for (unsigned op = 0; op < OP_COUNT; op++) {
		bool has = false;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			has = has || rows[i].op == op;
		if (calls_find((enum op)op) && !has)
			fail_msg("%s is not called", op_name((enum op)op));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_has_every_call),
		cmocka_unit_test(every_error_of_the_table_can_be_had),
	};

	return cmocka_run_group_tests(tests, place_prepare, place_clean);
}
