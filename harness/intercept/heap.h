/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a process has lost: it asks its checker at its end, and where a fault may end it.
 * Each report goes to a file that the supervisor reads; nothing of it is a step. Verifies: blocks
 * that were allocated in the process and that nothing points to. Does not: what a process that
 * crashes, or runs another program, has lost; and with LeakSanitizer, which stops all threads, what
 * one has that still has several.
 */
#ifndef SABOT_INTERCEPT_HEAP_H
#define SABOT_INTERCEPT_HEAP_H

#include "core/control.h"

/*
 * From now on processes of this one are looked at by this checker. valgrind's reports go to this
 * file; LeakSanitizer's to one in memory. Before any is made.
 */
void heap_use(enum heap_checker checker, const char *path);
enum heap_checker heap_checker(void);
/* The file of reports. */
const char *heap_path(void);

/* "valgrind", "lsan", "off"; and back: HEAP_CHECKERS if there is none of that name. */
const char *heap_checker_name(enum heap_checker checker);
enum heap_checker heap_checker_find(const char *name);

/* Supervisor, once the control block is there, before its first execution. */
void heap_prepare(void);
/* Supervisor, before the tasks of an execution are made: what is lost by now is not theirs. */
void heap_begin(void);

/* A process that a task forked begins. */
void heap_born(struct task *task);
/* It crashed, and dies of it when the handler of the signal returns. Run by that handler. */
void heap_crashed(struct task *task);
/* The task's process ends. */
void heap_end(struct task *task);

/* Whether LeakSanitizer can look at a process here; it has to be allowed to stop its threads. */
bool heap_lsan_works(void);

#endif
