/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations that a task can be at, and the families of objects that they work on. One table:
 * the trace, plans, the waits-for graph and the story all name operations by it.
 */
#ifndef SABOT_CORE_OP_H
#define SABOT_CORE_OP_H

#include <stdint.h>

enum op_flag {
	OP_BLOCKS = 1,	/* may sleep in the kernel */
	OP_WAKES = 2,	/* may wake others: a settle follows if somebody sleeps */
	OP_PURE = 4,	/* no other task can tell whether it has happened */
	OP_SETTLES = 8, /* settle at once, before the task goes on (it may have killed somebody) */
};

/* X(name, text, family, flags) */
#define OP_TABLE(X)                                                                                \
	X(NONE, "-", NONE, OP_PURE)                                                                \
	X(START, "start", NONE, OP_PURE)                                                           \
	X(POINT, "point", NONE, OP_PURE)                                                           \
	X(LOAD, "load", MEMORY, OP_PURE)                                                           \
	X(STORE, "store", MEMORY, 0)                                                               \
	X(ATOMIC_LOAD, "atomic_load", MEMORY, OP_PURE)                                             \
	X(ATOMIC_STORE, "atomic_store", MEMORY, 0)                                                 \
	X(ATOMIC_UPDATE, "atomic_update", MEMORY, 0)                                               \
	X(FENCE, "fence", MEMORY, OP_PURE)                                                         \
	X(UNKNOWN, "unknown call", NONE, OP_BLOCKS | OP_WAKES)                                     \
	X(SEMGET, "semget", SYSV_SEM, 0)                                                           \
	X(SEMOP, "semop", SYSV_SEM, OP_BLOCKS | OP_WAKES)                                          \
	X(SEMTIMEDOP, "semtimedop", SYSV_SEM, OP_BLOCKS | OP_WAKES)                                \
	X(SEMCTL, "semctl", SYSV_SEM, OP_WAKES)                                                    \
	X(SHMGET, "shmget", SYSV_SHM, 0)                                                           \
	X(SHMAT, "shmat", SYSV_SHM, 0)                                                             \
	X(SHMDT, "shmdt", SYSV_SHM, 0)                                                             \
	X(SHMCTL, "shmctl", SYSV_SHM, 0)                                                           \
	X(MSGGET, "msgget", SYSV_MSG, 0)                                                           \
	X(MSGSND, "msgsnd", SYSV_MSG, OP_BLOCKS | OP_WAKES)                                        \
	X(MSGRCV, "msgrcv", SYSV_MSG, OP_BLOCKS | OP_WAKES)                                        \
	X(MSGCTL, "msgctl", SYSV_MSG, OP_WAKES)                                                    \
	X(MQ_OPEN, "mq_open", POSIX_MQ, 0)                                                         \
	X(MQ_CLOSE, "mq_close", POSIX_MQ, OP_WAKES)                                                \
	X(MQ_UNLINK, "mq_unlink", POSIX_MQ, 0)                                                     \
	X(MQ_SEND, "mq_send", POSIX_MQ, OP_BLOCKS | OP_WAKES | OP_SETTLES)                         \
	X(MQ_TIMEDSEND, "mq_timedsend", POSIX_MQ, OP_BLOCKS | OP_WAKES | OP_SETTLES)               \
	X(MQ_RECEIVE, "mq_receive", POSIX_MQ, OP_BLOCKS | OP_WAKES)                                \
	X(MQ_TIMEDRECEIVE, "mq_timedreceive", POSIX_MQ, OP_BLOCKS | OP_WAKES)                      \
	X(MQ_GETATTR, "mq_getattr", POSIX_MQ, OP_PURE)                                             \
	X(MQ_SETATTR, "mq_setattr", POSIX_MQ, 0)                                                   \
	X(MQ_NOTIFY, "mq_notify", POSIX_MQ, OP_WAKES)                                              \
	X(MQ_AWAIT, "notification", POSIX_MQ, OP_BLOCKS)                                           \
	X(SEM_INIT, "sem_init", POSIX_SEM, 0)                                                      \
	X(SEM_DESTROY, "sem_destroy", POSIX_SEM, 0)                                                \
	X(SEM_OPEN, "sem_open", POSIX_SEM, 0)                                                      \
	X(SEM_CLOSE, "sem_close", POSIX_SEM, 0)                                                    \
	X(SEM_UNLINK, "sem_unlink", POSIX_SEM, 0)                                                  \
	X(SEM_WAIT, "sem_wait", POSIX_SEM, OP_BLOCKS)                                              \
	X(SEM_TRYWAIT, "sem_trywait", POSIX_SEM, 0)                                                \
	X(SEM_TIMEDWAIT, "sem_timedwait", POSIX_SEM, OP_BLOCKS)                                    \
	X(SEM_POST, "sem_post", POSIX_SEM, OP_WAKES)                                               \
	X(SEM_GETVALUE, "sem_getvalue", POSIX_SEM, OP_PURE)                                        \
	X(SHM_OPEN, "shm_open", POSIX_SHM, 0)                                                      \
	X(SHM_UNLINK, "shm_unlink", POSIX_SHM, 0)                                                  \
	X(MUTEX_INIT, "pthread_mutex_init", MUTEX, 0)                                              \
	X(MUTEX_DESTROY, "pthread_mutex_destroy", MUTEX, 0)                                        \
	X(MUTEX_LOCK, "pthread_mutex_lock", MUTEX, OP_BLOCKS)                                      \
	X(MUTEX_TRYLOCK, "pthread_mutex_trylock", MUTEX, 0)                                        \
	X(MUTEX_TIMEDLOCK, "pthread_mutex_timedlock", MUTEX, OP_BLOCKS)                            \
	X(MUTEX_UNLOCK, "pthread_mutex_unlock", MUTEX, OP_WAKES)                                   \
	X(MUTEX_CONSISTENT, "pthread_mutex_consistent", MUTEX, 0)                                  \
	X(COND_INIT, "pthread_cond_init", COND, 0)                                                 \
	X(COND_DESTROY, "pthread_cond_destroy", COND, OP_BLOCKS)                                   \
	X(COND_WAIT, "pthread_cond_wait", COND, OP_BLOCKS | OP_WAKES)                              \
	X(COND_TIMEDWAIT, "pthread_cond_timedwait", COND, OP_BLOCKS | OP_WAKES)                    \
	X(COND_SIGNAL, "pthread_cond_signal", COND, OP_BLOCKS | OP_WAKES)                          \
	X(COND_BROADCAST, "pthread_cond_broadcast", COND, OP_BLOCKS | OP_WAKES)                    \
	X(RWLOCK_INIT, "pthread_rwlock_init", RWLOCK, 0)                                           \
	X(RWLOCK_DESTROY, "pthread_rwlock_destroy", RWLOCK, 0)                                     \
	X(RWLOCK_RDLOCK, "pthread_rwlock_rdlock", RWLOCK, OP_BLOCKS | OP_WAKES)                    \
	X(RWLOCK_WRLOCK, "pthread_rwlock_wrlock", RWLOCK, OP_BLOCKS | OP_WAKES)                    \
	X(RWLOCK_TRYRDLOCK, "pthread_rwlock_tryrdlock", RWLOCK, OP_WAKES)                          \
	X(RWLOCK_TRYWRLOCK, "pthread_rwlock_trywrlock", RWLOCK, 0)                                 \
	X(RWLOCK_TIMEDRDLOCK, "pthread_rwlock_timedrdlock", RWLOCK, OP_BLOCKS | OP_WAKES)          \
	X(RWLOCK_TIMEDWRLOCK, "pthread_rwlock_timedwrlock", RWLOCK, OP_BLOCKS | OP_WAKES)          \
	X(RWLOCK_UNLOCK, "pthread_rwlock_unlock", RWLOCK, OP_WAKES)                                \
	X(BARRIER_INIT, "pthread_barrier_init", BARRIER, 0)                                        \
	X(BARRIER_WAIT, "pthread_barrier_wait", BARRIER, OP_BLOCKS | OP_WAKES)                     \
	X(BARRIER_DESTROY, "pthread_barrier_destroy", BARRIER, OP_BLOCKS)                          \
	X(SPIN_INIT, "pthread_spin_init", SPIN, 0)                                                 \
	X(SPIN_DESTROY, "pthread_spin_destroy", SPIN, 0)                                           \
	X(SPIN_LOCK, "pthread_spin_lock", SPIN, 0)                                                 \
	X(SPIN_TRYLOCK, "pthread_spin_trylock", SPIN, 0)                                           \
	X(SPIN_UNLOCK, "pthread_spin_unlock", SPIN, OP_WAKES)                                      \
	X(FUTEX_WAIT, "futex(FUTEX_WAIT)", FUTEX, OP_BLOCKS)                                       \
	X(FUTEX_WAKE, "futex(FUTEX_WAKE)", FUTEX, OP_WAKES)                                        \
	X(FUTEX_REQUEUE, "futex(FUTEX_REQUEUE)", FUTEX, OP_WAKES)                                  \
	X(FUTEX_LOCK_PI, "futex(FUTEX_LOCK_PI)", FUTEX, OP_BLOCKS)                                 \
	X(FUTEX_UNLOCK_PI, "futex(FUTEX_UNLOCK_PI)", FUTEX, OP_WAKES)                              \
	X(SETLK, "fcntl(F_SETLK)", RECORD_LOCK, OP_WAKES)                                          \
	X(SETLKW, "fcntl(F_SETLKW)", RECORD_LOCK, OP_BLOCKS | OP_WAKES)                            \
	X(GETLK, "fcntl(F_GETLK)", RECORD_LOCK, OP_PURE)                                           \
	X(OFD_SETLK, "fcntl(F_OFD_SETLK)", OFD_LOCK, OP_WAKES)                                     \
	X(OFD_SETLKW, "fcntl(F_OFD_SETLKW)", OFD_LOCK, OP_BLOCKS | OP_WAKES)                       \
	X(OFD_GETLK, "fcntl(F_OFD_GETLK)", OFD_LOCK, OP_PURE)                                      \
	X(FCNTL, "fcntl", FILE, 0)                                                                 \
	X(SETPIPE_SZ, "fcntl(F_SETPIPE_SZ)", PIPE, OP_WAKES)                                       \
	X(FLOCK, "flock", FLOCK, OP_BLOCKS | OP_WAKES)                                             \
	X(LOCKF, "lockf", RECORD_LOCK, OP_BLOCKS | OP_WAKES)                                       \
	X(OPEN, "open", FILE, OP_BLOCKS | OP_WAKES)                                                \
	X(FILE_OPEN, "open", FILE, 0)                                                              \
	X(CLOSE, "close", FILE, OP_WAKES)                                                          \
	X(PIPE, "pipe", PIPE, 0)                                                                   \
	X(DUP, "dup", FILE, OP_WAKES)                                                              \
	X(READ, "read", FILE, OP_BLOCKS | OP_WAKES)                                                \
	X(WRITE, "write", FILE, OP_BLOCKS | OP_WAKES)                                              \
	X(FILE_READ, "read", FILE, 0)                                                              \
	X(FILE_WRITE, "write", FILE, 0)                                                            \
	X(SPLICE, "splice", PIPE, OP_BLOCKS | OP_WAKES)                                            \
	X(POLL, "poll", FILE, OP_BLOCKS)                                                           \
	X(SELECT, "select", FILE, OP_BLOCKS)                                                       \
	X(EPOLL_CREATE, "epoll_create", EPOLL, 0)                                                  \
	X(EPOLL_CTL, "epoll_ctl", EPOLL, OP_WAKES)                                                 \
	X(EPOLL_WAIT, "epoll_wait", EPOLL, OP_BLOCKS | OP_WAKES)                                   \
	X(EVENTFD, "eventfd", EVENTFD, 0)                                                          \
	X(SIGNALFD, "signalfd", SIGNALFD, OP_WAKES)                                                \
	X(TIMERFD_CREATE, "timerfd_create", TIMERFD, 0)                                            \
	X(TIMERFD_SETTIME, "timerfd_settime", TIMERFD, OP_WAKES)                                   \
	X(TIMERFD_GETTIME, "timerfd_gettime", TIMERFD, OP_PURE)                                    \
	X(PIDFD_OPEN, "pidfd_open", PROCESS, 0)                                                    \
	X(PIDFD_SEND_SIGNAL, "pidfd_send_signal", PROCESS, OP_WAKES | OP_SETTLES)                  \
	X(PIDFD_GETFD, "pidfd_getfd", PROCESS, 0)                                                  \
	X(SOCKET, "socket", SOCKET, 0)                                                             \
	X(SOCKETPAIR, "socketpair", SOCKET, 0)                                                     \
	X(BIND, "bind", SOCKET, 0)                                                                 \
	X(LISTEN, "listen", SOCKET, 0)                                                             \
	X(ACCEPT, "accept", SOCKET, OP_BLOCKS | OP_WAKES)                                          \
	X(CONNECT, "connect", SOCKET, OP_BLOCKS | OP_WAKES)                                        \
	X(SEND, "send", SOCKET, OP_BLOCKS | OP_WAKES)                                              \
	X(SENDTO, "sendto", SOCKET, OP_BLOCKS | OP_WAKES)                                          \
	X(SENDMSG, "sendmsg", SOCKET, OP_BLOCKS | OP_WAKES)                                        \
	X(SENDMMSG, "sendmmsg", SOCKET, OP_BLOCKS | OP_WAKES)                                      \
	X(RECV, "recv", SOCKET, OP_BLOCKS | OP_WAKES)                                              \
	X(RECVFROM, "recvfrom", SOCKET, OP_BLOCKS | OP_WAKES)                                      \
	X(RECVMSG, "recvmsg", SOCKET, OP_BLOCKS | OP_WAKES)                                        \
	X(RECVMMSG, "recvmmsg", SOCKET, OP_BLOCKS | OP_WAKES)                                      \
	X(SHUTDOWN, "shutdown", SOCKET, OP_WAKES)                                                  \
	X(SETSOCKOPT, "setsockopt", SOCKET, OP_WAKES)                                              \
	X(GETSOCKOPT, "getsockopt", SOCKET, 0)                                                     \
	X(PREAD, "pread", FILE, OP_PURE)                                                           \
	X(PWRITE, "pwrite", FILE, 0)                                                               \
	X(FTRUNCATE, "ftruncate", FILE, 0)                                                         \
	X(LSEEK, "lseek", FILE, 0)                                                                 \
	X(FSYNC, "fsync", FILE, OP_PURE)                                                           \
	X(MSYNC, "msync", FILE, OP_PURE)                                                           \
	X(MEMFD, "memfd_create", FILE, 0)                                                          \
	X(STAT, "stat", FILE, OP_PURE)                                                             \
	X(MKFIFO, "mkfifo", FILE, 0)                                                               \
	X(UNLINK, "unlink", FILE, 0)                                                               \
	X(RENAME, "rename", FILE, 0)                                                               \
	X(LINK, "link", FILE, 0)                                                                   \
	X(MKDIR, "mkdir", FILE, 0)                                                                 \
	X(RMDIR, "rmdir", FILE, 0)                                                                 \
	X(FORK, "fork", PROCESS, 0)                                                                \
	X(SPAWN, "posix_spawn", PROCESS, 0)                                                        \
	X(EXEC, "execve", PROCESS, OP_BLOCKS | OP_WAKES)                                           \
	X(EXIT, "exit", PROCESS, OP_WAKES)                                                         \
	X(WAIT, "waitpid", PROCESS, OP_BLOCKS)                                                     \
	X(KILL, "kill", PROCESS, OP_WAKES | OP_SETTLES)                                            \
	X(PAUSE, "pause", SIGNAL, OP_BLOCKS)                                                       \
	X(SIGSUSPEND, "sigsuspend", SIGNAL, OP_BLOCKS)                                             \
	X(SIGACTION, "sigaction", SIGNAL, OP_PURE)                                                 \
	X(SIGMASK, "sigprocmask", SIGNAL, OP_PURE)                                                 \
	X(SIGWAIT, "sigwait", SIGNAL, OP_BLOCKS)                                                   \
	X(SIGTIMEDWAIT, "sigtimedwait", SIGNAL, OP_BLOCKS)                                         \
	X(HANDLER, "signal handler", SIGNAL, 0)                                                    \
	X(THREAD_CREATE, "pthread_create", THREAD, 0)                                              \
	X(THREAD_JOIN, "pthread_join", THREAD, OP_BLOCKS)                                          \
	X(THREAD_EXIT, "pthread_exit", THREAD, OP_WAKES)                                           \
	X(THREAD_CANCEL, "pthread_cancel", THREAD, OP_WAKES | OP_SETTLES)                          \
	X(THREAD_CANCELSTATE, "pthread_setcancelstate", THREAD, OP_PURE)                           \
	X(THREAD_TESTCANCEL, "pthread_testcancel", THREAD, OP_PURE)                                \
	X(THREAD_DETACH, "pthread_detach", THREAD, OP_PURE)                                        \
	X(ALARM, "alarm", TIMER, OP_PURE)                                                          \
	X(SETITIMER, "setitimer", TIMER, OP_PURE)                                                  \
	X(GETITIMER, "getitimer", TIMER, OP_PURE)                                                  \
	X(TIMER_CREATE, "timer_create", TIMER, OP_PURE)                                            \
	X(TIMER_SETTIME, "timer_settime", TIMER, OP_PURE)                                          \
	X(TIMER_GETTIME, "timer_gettime", TIMER, OP_PURE)                                          \
	X(TIMER_GETOVERRUN, "timer_getoverrun", TIMER, OP_PURE)                                    \
	X(TIMER_DELETE, "timer_delete", TIMER, OP_PURE)                                            \
	X(TIMER_AWAIT, "timer", TIMER, OP_BLOCKS)                                                  \
	X(MALLOC, "malloc", NONE, OP_PURE)                                                         \
	X(CALLOC, "calloc", NONE, OP_PURE)                                                         \
	X(REALLOC, "realloc", NONE, OP_PURE)                                                       \
	X(REALLOCARRAY, "reallocarray", NONE, OP_PURE)                                             \
	X(POSIX_MEMALIGN, "posix_memalign", NONE, OP_PURE)                                         \
	X(ALIGNED_ALLOC, "aligned_alloc", NONE, OP_PURE)                                           \
	X(STRDUP, "strdup", NONE, OP_PURE)                                                         \
	X(STRNDUP, "strndup", NONE, OP_PURE)                                                       \
	X(SLEEP, "sleep", TIME, OP_PURE)                                                           \
	X(YIELD, "sched_yield", NONE, OP_PURE)                                                     \
	X(OPERATION, "operation", NONE, 0)

enum op {
#define OP_ENUM(name, text, family, flags) OP_##name,
	OP_TABLE(OP_ENUM)
#undef OP_ENUM
		OP_COUNT
};

enum family {
	FAMILY_NONE,
	FAMILY_SYSV_SEM,
	FAMILY_SYSV_SHM,
	FAMILY_SYSV_MSG,
	FAMILY_POSIX_MQ,
	FAMILY_POSIX_SEM,
	FAMILY_POSIX_SHM,
	FAMILY_MUTEX,
	FAMILY_COND,
	FAMILY_RWLOCK,
	FAMILY_BARRIER,
	FAMILY_SPIN,
	FAMILY_FUTEX,
	FAMILY_RECORD_LOCK,
	FAMILY_OFD_LOCK,
	FAMILY_FLOCK,
	FAMILY_FILE,
	FAMILY_PIPE,
	FAMILY_SOCKET,
	FAMILY_EPOLL,
	FAMILY_EVENTFD,
	FAMILY_SIGNALFD,
	FAMILY_TIMERFD,
	FAMILY_PROCESS,
	FAMILY_SIGNAL,
	FAMILY_THREAD,
	FAMILY_TIMER,
	FAMILY_TIME,
	FAMILY_MEMORY,
	FAMILY_COUNT,
};

const char *op_name(enum op op);
enum family op_family(enum op op);
unsigned op_flags(enum op op); /* of enum op_flag */
/* How a report calls an object of the family: "SysV semaphore", "mutex", ... */
const char *family_name(enum family family);

#endif
