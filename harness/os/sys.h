/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls without libc in between: the runtime interposes libc's own names, must not change
 * errno behind a task's back, and must be callable in a signal handler. Each returns the kernel's
 * value: the result, or -errno.
 */
#ifndef SABOT_OS_SYS_H
#define SABOT_OS_SYS_H

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

#ifndef __x86_64__
#error "Sabot knows the system call and signal frame conventions of x86-64 only"
#endif

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* Waits while *word == value. Returns 0, -EAGAIN or -EINTR; the caller re-checks the word in any
 * case. */
static inline int sys_futex_wait(const uint32_t *word, uint32_t value,
				 const struct timespec *timeout)
{
	return (int)sys_call(SYS_futex, (long)word, FUTEX_WAIT, (long)value, (long)timeout, 0, 0);
}

static inline int sys_futex_wake(const uint32_t *word, int count)
{
	return (int)sys_call(SYS_futex, (long)word, FUTEX_WAKE, count, 0, 0, 0);
}

static inline pid_t sys_getpid(void)
{
	return (pid_t)sys_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

static inline pid_t sys_gettid(void)
{
	return (pid_t)sys_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

static inline int sys_kill(pid_t pid, int signo)
{
	return (int)sys_call(SYS_kill, pid, signo, 0, 0, 0, 0);
}

static inline int sys_tgkill(pid_t pid, pid_t tid, int signo)
{
	return (int)sys_call(SYS_tgkill, pid, tid, signo, 0, 0, 0);
}

/* SCHED_FIFO at `priority`, or SCHED_OTHER for 0. tid 0 is the caller. */
static inline int sys_set_priority(pid_t tid, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return (int)sys_call(SYS_sched_setscheduler, tid, priority ? SCHED_FIFO : SCHED_OTHER,
			     (long)&param, 0, 0, 0);
}

static inline void sys_yield(void)
{
	(void)sys_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static inline void sys_nap(long ns)
{
	struct timespec time = { .tv_sec = 0, .tv_nsec = ns };

	(void)sys_call(SYS_nanosleep, (long)&time, 0, 0, 0, 0, 0);
}

static inline ssize_t sys_read(int fd, void *buffer, size_t size)
{
	return sys_call(SYS_read, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline ssize_t sys_pread(int fd, void *buffer, size_t size, off_t offset)
{
	return sys_call(SYS_pread64, fd, (long)buffer, (long)size, offset, 0, 0);
}

static inline ssize_t sys_write(int fd, const void *buffer, size_t size)
{
	return sys_call(SYS_write, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline int sys_open(const char *path, int flags, mode_t mode)
{
	return (int)sys_call(SYS_openat, AT_FDCWD, (long)path, flags, (long)mode, 0, 0);
}

static inline int sys_close(int fd)
{
	return (int)sys_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline int sys_close_range(unsigned first, unsigned last)
{
	return (int)sys_call(SYS_close_range, (long)first, (long)last, 0, 0, 0, 0);
}

static inline int sys_fcntl(int fd, int command, long argument)
{
	return (int)sys_call(SYS_fcntl, fd, command, argument, 0, 0, 0);
}

/* This memory of the calling process is not to be in its forks. */
static inline void sys_withhold(const void *at, size_t size)
{
	(void)sys_call(SYS_madvise, (long)at, (long)size, MADV_DONTFORK, 0, 0, 0);
}

/* Real monotonic time, ns: for reports and limits of the harness; tasks see the virtual clock. */
static inline uint64_t sys_now_ns(void)
{
	struct timespec now;

	(void)sys_call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
