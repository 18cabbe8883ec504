/* SPDX-License-Identifier: Apache-2.0 */
/* How the edges of a graph are found, one function a kind of mechanism. Of check/graph*.c only. */
#ifndef SABOT_CHECK_GRAPH_LOOK_H
#define SABOT_CHECK_GRAPH_LOOK_H

#include "check/graph.h"

#include <sys/stat.h>

/* A task that waits, and the system call that the kernel has it in. */
struct look {
	const struct task *task;
	long number; /* negative: unknown, or it spins */
	uint64_t arguments[6];
};

/* Each fills in what the edge waits for; on entry it holds what the task announced. */
void graph_look_memory(struct graph_edge *edge, const struct look *look);  /* locks in memory */
void graph_look_sysv(struct graph_edge *edge);				   /* SysV semaphores */
void graph_look_file(struct graph_edge *edge, const struct look *look);	   /* pipes, file locks */
void graph_look_queue(struct graph_edge *edge);				   /* message queues */
void graph_look_process(struct graph_edge *edge, const struct look *look); /* join, wait */

/*
 * A task that waits for a signal: whether that is to tell it of a message in a queue that has held
 * one all along. Then the edge is to the queue, and true is returned.
 */
bool graph_look_told(struct graph_edge *edge);

void graph_look_poll(struct graph_edge *edge, const struct look *look); /* poll, select, epoll */

/* The same of a read or write of one descriptor that has no inode of its own. */
void graph_look_numbered(struct graph_edge *edge, const struct look *look, int fd, bool writes);

/* Whether the system call is one that graph_look_poll() knows. */
bool graph_polls(long number);
/* Adds to the edge's holders who has the pipe open to write; or (`writes`) to read. */
void graph_pipe_ends(struct graph_edge *edge, const struct look *look, const struct stat *pipe,
		     bool writes);

/* Sockets, in whichever call on one. */
void graph_look_socket(struct graph_edge *edge, const struct look *look);
/*
 * Adds to the edge's holders who could make the waiting task's socket ready: whoever has the other
 * end. False: nobody in particular, or it cannot be known.
 */
bool graph_socket_ends(struct graph_edge *edge, const struct look *look, int fd);

/* Visits all descriptors of each process once, and the harness's own. */
void graph_each_descriptor(bool (*visit)(pid_t pid, int fd, void *argument), void *argument);
/* The process is among the edge's holders; it may be the harness. */
void graph_hold(struct graph_edge *edge, pid_t pid);

/* The holders of a counter: `value` is what is left in it, negative if that is not known. */
void graph_permits(struct graph_edge *edge, int64_t value);

/* Nobody in particular: any other living task could end the wait. */
void graph_anybody(struct graph_edge *edge);

uint64_t graph_living(void);
/* All living tasks of a process. */
uint64_t graph_process(pid_t pid);
/* By our log: the owner, or whoever took more than it gave. */
uint64_t graph_logged(int object);
/* Tasks that were killed while they were in a call on the object. */
uint64_t graph_dead_inside(int object);
/* Of these, those that had been woken in it and had not run. */
uint64_t graph_dead_woken(int object);
/* Copies memory of the waiting task's process. */
bool graph_peek(const struct task *task, uintptr_t address, void *buffer, size_t size);

#endif
