/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world of its own for a worker: IPC, PID, mount and network namespaces, so that nothing of a run
 * can stay behind or meet anything else, whenever and however it ends. In two steps, since a
 * process cannot enter a PID namespace itself, only its children can.
 */
#ifndef SABOT_OS_WORLD_H
#define SABOT_OS_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

/* What the kernel gave. All false: a plain process. */
struct world {
	bool isolated;	  /* IPC, PID, mount and network namespaces are ours: all or none */
	bool by_user;	  /* through a user namespace: not root */
	int error;	  /* why not: an errno, or 0 */
	const char *what; /* what failed then */
};

/*
 * First step, in the process whose child will be the worker. Never fails: see world->isolated.
 * Rehearses both steps in a child first: some containers allow the first and refuse the second, and
 * what was parted cannot be joined again.
 */
void world_part(struct world *world);

/*
 * Second step, in that child: a /proc of its own, private /dev/shm and message queues, loopback up,
 * and an empty working directory that vanishes with the namespace. Without isolation:
 * `fallback_directory` becomes the working directory. Returns 0 or -errno; *what names the step
 * that failed.
 */
int world_enter(const struct world *world, const char *fallback_directory, const char **what);

/*
 * The child dies with its parent, even if that is gone by now (then it dies here). The parent is
 * known by its pid; or, from inside a PID namespace that it is not in, as the one holder of a
 * pipe's write end.
 */
void world_die_with(pid_t parent);
/* As world_die_with(), but the caller is sent `signo` then; for one that handles it. */
void world_tell_of_end(pid_t parent, int signo);
void world_die_with_writer(int alive_fd);

/* Pins the caller to the n-th CPU that it may use, counting round. Returns the CPU's number or
 * -errno. */
int world_pin(unsigned n);
unsigned world_cpus(void);

/*
 * Takes a name that no other process of this network namespace has taken, until the descriptor that
 * is returned is closed, by the end of the process if not before. -errno: it is taken.
 */
int world_claim(const char *name);

/*
 * Remembers the CPUs that the caller may run on, for itself and its forks. Then the calling thread
 * runs on the n-th of them, counted round and round; and on all of them again.
 */
void world_keep_cpus(void);
void world_run_on(unsigned n);
void world_run_anywhere(void);

#endif
