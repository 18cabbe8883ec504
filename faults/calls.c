/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the ERRORS sections of POSIX.1-2017 and of the Linux man pages 6.03: what can happen to a
 * caller who has done nothing wrong. Left out: errors of wrong arguments (EINVAL, EBADF, ...),
 * EINTR of calls that POSIX forbids it for (pthread_*), and errors that say more than that the call
 * failed (ETIMEDOUT of a timed wait is the schedule's to give; EOWNERDEAD takes an owner that
 * died).
 */
#include "faults/calls.h"

#include <errno.h>
#include <stddef.h>

static const struct fault_call calls[] = {
	/* semop(2), semget(2), semctl(2), shmget(2), shmat(2), msgop(2), msgget(2) */
	{ OP_SEMOP, RETURNS_MINUS, false, { EINTR, EIDRM } },
	{ OP_SEMTIMEDOP, RETURNS_MINUS, false, { EINTR, EIDRM } },
	{ OP_SEMGET, RETURNS_MINUS, false, { 0 } },
	{ OP_SHMGET, RETURNS_MINUS, false, { 0 } },
	{ OP_SHMAT, RETURNS_MINUS, false, { EIDRM, ENOMEM } },
	/* Its commands that ask and set: somebody may have removed it. */
	{ OP_SEMCTL, RETURNS_MINUS, false, { EIDRM } },
	{ OP_SHMCTL, RETURNS_MINUS, false, { EIDRM } },
	{ OP_MSGCTL, RETURNS_MINUS, false, { EIDRM } },
	{ OP_MSGGET, RETURNS_MINUS, false, { 0 } },
	{ OP_MSGSND, RETURNS_MINUS, false, { EINTR, EIDRM, ENOMEM } },
	{ OP_MSGRCV, RETURNS_MINUS, false, { EINTR, EIDRM } },
	/* mq_open(3), mq_send(3), mq_receive(3), mq_notify(3) */
	{ OP_MQ_OPEN, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_MQ_SEND, RETURNS_MINUS, false, { EINTR } },
	{ OP_MQ_TIMEDSEND, RETURNS_MINUS, false, { EINTR } },
	{ OP_MQ_RECEIVE, RETURNS_MINUS, false, { EINTR } },
	{ OP_MQ_TIMEDRECEIVE, RETURNS_MINUS, false, { EINTR } },
	{ OP_MQ_NOTIFY, RETURNS_MINUS, false, { EBUSY, ENOMEM } },
	/* sem_init(3p), sem_open(3p), sem_wait(3), shm_open(3p) */
	{ OP_SEM_INIT, RETURNS_MINUS, false, { ENOSPC } },
	{ OP_SEM_OPEN, RETURNS_NULL, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_SEM_WAIT, RETURNS_MINUS, false, { EINTR } },
	{ OP_SEM_TIMEDWAIT, RETURNS_MINUS, false, { EINTR } },
	{ OP_SEM_TRYWAIT, RETURNS_MINUS, false, { EAGAIN } },
	{ OP_SHM_OPEN, RETURNS_MINUS, false, { EMFILE, ENFILE } },
	/* pthread_mutex_init(3p), ... */
	{ OP_MUTEX_INIT, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_MUTEX_TRYLOCK, RETURNS_ERROR, false, { EBUSY } },
	{ OP_COND_INIT, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_RWLOCK_INIT, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_RWLOCK_RDLOCK, RETURNS_ERROR, false, { EAGAIN } },
	{ OP_RWLOCK_TIMEDRDLOCK, RETURNS_ERROR, false, { EAGAIN } },
	{ OP_RWLOCK_TRYRDLOCK, RETURNS_ERROR, false, { EBUSY, EAGAIN } },
	{ OP_RWLOCK_TRYWRLOCK, RETURNS_ERROR, false, { EBUSY } },
	{ OP_BARRIER_INIT, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_SPIN_INIT, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_SPIN_TRYLOCK, RETURNS_ERROR, false, { EBUSY } },
	/* futex(2) */
	{ OP_FUTEX_WAIT, RETURNS_MINUS, false, { EINTR, EAGAIN } },
	/* fcntl(2), flock(2), lockf(3) */
	{ OP_SETLK, RETURNS_MINUS, false, { ENOLCK } },
	{ OP_SETLKW, RETURNS_MINUS, false, { EINTR, EDEADLK, ENOLCK } },
	{ OP_OFD_SETLK, RETURNS_MINUS, false, { ENOLCK } },
	{ OP_OFD_SETLKW, RETURNS_MINUS, false, { EINTR, ENOLCK } },
	{ OP_FLOCK, RETURNS_MINUS, false, { EINTR, ENOLCK } },
	{ OP_LOCKF, RETURNS_MINUS, false, { EINTR, EDEADLK, ENOLCK } },
	/* open(2), close(2), dup(2), pipe(2), read(2), write(2), splice(2), fsync(2), truncate(2),
	   ... */
	{ OP_OPEN, RETURNS_MINUS, false, { EINTR, EMFILE, ENFILE, ENOMEM } },
	{ OP_FILE_OPEN, RETURNS_MINUS, false, { EINTR, EMFILE, ENFILE, ENOMEM } },
	{ OP_CLOSE, RETURNS_MINUS, true, { EINTR, EIO } },
	{ OP_DUP, RETURNS_MINUS, false, { EMFILE } },
	{ OP_PIPE, RETURNS_MINUS, false, { EMFILE, ENFILE } },
	{ OP_READ, RETURNS_MINUS, false, { EINTR, ECONNRESET } },
	{ OP_WRITE, RETURNS_MINUS, false, { EINTR, ECONNRESET, EPIPE } },
	{ OP_SPLICE, RETURNS_MINUS, false, { ENOMEM } },
	{ OP_SETPIPE_SZ, RETURNS_MINUS, false, { EPERM, ENOMEM } },
	{ OP_FILE_READ, RETURNS_MINUS, false, { EINTR, EIO } },
	{ OP_FILE_WRITE, RETURNS_MINUS, false, { EINTR, EIO, ENOSPC, EDQUOT } },
	{ OP_PREAD, RETURNS_MINUS, false, { EINTR, EIO } },
	{ OP_PWRITE, RETURNS_MINUS, false, { EINTR, EIO, ENOSPC, EDQUOT } },
	{ OP_FTRUNCATE, RETURNS_MINUS, false, { EINTR, EIO } },
	{ OP_FSYNC, RETURNS_MINUS, false, { EINTR, EIO, ENOSPC } },
	{ OP_MSYNC, RETURNS_MINUS, false, { EIO, ENOSPC } }, /* of what it writes, as fsync() */
	{ OP_STAT, RETURNS_MINUS, false, { ENOMEM } },
	{ OP_MKFIFO, RETURNS_MINUS, false, { ENOSPC } },
	{ OP_MKDIR, RETURNS_MINUS, false, { ENOSPC } },
	{ OP_LINK, RETURNS_MINUS, false, { ENOSPC } },
	{ OP_RENAME, RETURNS_MINUS, false, { ENOSPC } },
	/* poll(2), select(2), epoll_create(2), epoll_ctl(2), epoll_wait(2), eventfd(2), ... */
	{ OP_POLL, RETURNS_MINUS, false, { EINTR, ENOMEM } },
	{ OP_SELECT, RETURNS_MINUS, false, { EINTR, ENOMEM } },
	{ OP_EPOLL_CREATE, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_EPOLL_CTL, RETURNS_MINUS, false, { ENOMEM, ENOSPC } },
	{ OP_EPOLL_WAIT, RETURNS_MINUS, false, { EINTR } },
	{ OP_EVENTFD, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_MEMFD, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_SIGNALFD, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_TIMERFD_CREATE, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_PIDFD_OPEN, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_PIDFD_GETFD, RETURNS_MINUS, false, { EMFILE, ENFILE } },
	/* socket(2), bind(2), listen(2), accept(2), connect(2), send(2), recv(2) */
	{ OP_SOCKET, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOBUFS, ENOMEM } },
	{ OP_SOCKETPAIR, RETURNS_MINUS, false, { EMFILE, ENFILE, ENOMEM } },
	{ OP_BIND, RETURNS_MINUS, false, { EADDRINUSE, ENOMEM } },
	{ OP_LISTEN, RETURNS_MINUS, false, { EADDRINUSE } },
	{ OP_ACCEPT,
	  RETURNS_MINUS,
	  false,
	  { EINTR, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM } },
	{ OP_CONNECT,
	  RETURNS_MINUS,
	  false,
	  { EADDRNOTAVAIL, ECONNREFUSED, ECONNRESET, ENETUNREACH, ENOBUFS, ETIMEDOUT } },
	{ OP_SETSOCKOPT, RETURNS_MINUS, false, { ENOBUFS, ENOMEM } },
	{ OP_GETSOCKOPT, RETURNS_MINUS, false, { ENOBUFS } },
	{ OP_SEND, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOBUFS, ENOMEM, EPIPE } },
	{ OP_SENDTO, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOBUFS, ENOMEM, EPIPE } },
	{ OP_SENDMSG, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOBUFS, ENOMEM, EPIPE } },
	{ OP_SENDMMSG, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOBUFS, ENOMEM, EPIPE } },
	{ OP_RECV, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOMEM } },
	{ OP_RECVFROM, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOMEM } },
	{ OP_RECVMSG, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOMEM } },
	{ OP_RECVMMSG, RETURNS_MINUS, false, { EINTR, ECONNRESET, ENOMEM } },
	/* nanosleep(2), clock_nanosleep(2), sleep(3), usleep(3): what is left is told */
	{ OP_SLEEP, RETURNS_MINUS, false, { EINTR } },
	/* fork(2), execve(2), pthread_create(3), waitpid(2), sigqueue(3), sigtimedwait(2), ... */
	{ OP_FORK, RETURNS_MINUS, false, { EAGAIN, ENOMEM } },
	{ OP_SPAWN, RETURNS_ERROR, false, { EAGAIN, ENOMEM } },
	{ OP_THREAD_CREATE, RETURNS_ERROR, false, { EAGAIN } },
	{ OP_EXEC, RETURNS_MINUS, false, { EAGAIN, EIO, ENFILE, ENOMEM } },
	{ OP_WAIT, RETURNS_MINUS, false, { EINTR } },
	{ OP_KILL, RETURNS_MINUS, false, { EAGAIN } }, /* sigqueue() alone */
	{ OP_SIGTIMEDWAIT, RETURNS_MINUS, false, { EINTR } },
	{ OP_TIMER_CREATE, RETURNS_MINUS, false, { EAGAIN, ENOMEM } },
};

/* Who asked for it may have these as well: EAGAIN and its like, of calls that were told not to
 * wait; the limits of SEM_UNDO; the room that something new takes. */
static const struct asked {
	enum op op;
	unsigned asks;
	int errors[FAULT_ASKED_MAX];
} asked[] = {
	{ OP_SEMGET, CALL_MAKES, { ENOMEM, ENOSPC } },
	{ OP_SHMGET, CALL_MAKES, { ENOMEM, ENOSPC, ENFILE } },
	{ OP_MSGGET, CALL_MAKES, { ENOMEM, ENOSPC } },
	{ OP_MQ_OPEN, CALL_MAKES, { ENOSPC } },
	{ OP_SEM_OPEN, CALL_MAKES, { ENOSPC } },
	{ OP_SHM_OPEN, CALL_MAKES, { ENOSPC } },
	{ OP_FILE_OPEN, CALL_MAKES, { ENOSPC, EDQUOT } },
	{ OP_SEMOP, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SEMOP, CALL_UNDO, { ENOMEM, ENOSPC } },
	{ OP_SEMTIMEDOP, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SEMTIMEDOP, CALL_UNDO, { ENOMEM, ENOSPC } },
	{ OP_MSGSND, CALL_AT_ONCE, { EAGAIN } },
	{ OP_MSGRCV, CALL_AT_ONCE, { ENOMSG } },
	{ OP_MQ_SEND, CALL_AT_ONCE, { EAGAIN } },
	{ OP_MQ_TIMEDSEND, CALL_AT_ONCE, { EAGAIN } },
	{ OP_MQ_RECEIVE, CALL_AT_ONCE, { EAGAIN } },
	{ OP_MQ_TIMEDRECEIVE, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SETLK, CALL_AT_ONCE, { EAGAIN, EACCES } },
	{ OP_OFD_SETLK, CALL_AT_ONCE, { EAGAIN } },
	{ OP_FLOCK, CALL_AT_ONCE, { EAGAIN } },
	{ OP_LOCKF, CALL_AT_ONCE, { EAGAIN, EACCES } },
	{ OP_OPEN, CALL_AT_ONCE, { ENXIO } },
	{ OP_READ, CALL_AT_ONCE, { EAGAIN } },
	{ OP_WRITE, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SPLICE, CALL_AT_ONCE, { EAGAIN } },
	{ OP_ACCEPT, CALL_AT_ONCE, { EAGAIN } },
	{ OP_CONNECT, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SEND, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SENDTO, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SENDMSG, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SENDMMSG, CALL_AT_ONCE, { EAGAIN } },
	{ OP_RECV, CALL_AT_ONCE, { EAGAIN } },
	{ OP_RECVFROM, CALL_AT_ONCE, { EAGAIN } },
	{ OP_RECVMSG, CALL_AT_ONCE, { EAGAIN } },
	{ OP_RECVMMSG, CALL_AT_ONCE, { EAGAIN } },
	{ OP_SIGTIMEDWAIT, CALL_AT_ONCE, { EAGAIN } },
};

const struct fault_call *calls_find(enum op op)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].op == op)
			return &calls[i];
	return NULL;
}

static bool has(const int *errors, size_t size, int error)
{
	size_t i;

	for (i = 0; i < size && errors[i]; i++)
		if (errors[i] == error)
			return true;
	return false;
}

unsigned calls_condition(enum op op, int error)
{
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (asked[i].op == op && has(asked[i].errors, FAULT_ASKED_MAX, error))
			return asked[i].asks;
	return 0;
}

bool calls_allow(enum op op, int error, unsigned asks)
{
	const struct fault_call *call = calls_find(op);
	unsigned condition = calls_condition(op, error);

	if (condition == CALL_AT_ONCE) /* its descriptor may say so too */
		condition |= CALL_AS_OPENED;
	return condition ? asks & condition : call && has(call->errors, FAULT_ERRORS_MAX, error);
}

int calls_error(const struct fault_call *call, size_t number)
{
	size_t i, j;

	for (i = 0; i < FAULT_ERRORS_MAX && call->errors[i]; i++)
		if (number-- == 0)
			return call->errors[i];
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		for (j = 0; asked[i].op == call->op && j < FAULT_ASKED_MAX && asked[i].errors[j];
		     j++)
			if (number-- == 0)
				return asked[i].errors[j];
	return 0;
}
