/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that tasks work on, known by what they really are (a semaphore's set and number, the
 * address of a shared mutex, a file's inode) and called by the order in which the execution touched
 * them first. What each task holds is our own log of acquisitions: for most mechanisms nobody else
 * knows.
 */
#ifndef SABOT_CORE_OBJECT_H
#define SABOT_CORE_OBJECT_H

#include "core/control.h"

/* Finds or adds. Returns the index, or -1 when OBJECTS_MAX are known. */
int object_find(enum family family, uint64_t key0, uint64_t key1);
/* Finds without adding. Returns the index, or -1. */
int object_seek(enum family family, uint64_t key0, uint64_t key1);
/* The object is gone, and its key may come to name another: it is not found any more. */
void object_retire(int object);
/*
 * An object in memory: in the scenario's shared memory it is one for all tasks, elsewhere one for
 * each process.
 */
int object_at(enum family family, const void *address);
/* No other process can reach it: it is in memory that ends with its process's program. */
bool object_is_private(const struct object *object);
/* The process runs another program now: what was in its memory is no more. */
void object_program_ended(const struct task *task);
/* How many bytes an object of the family takes in memory; 0: none. */
size_t object_size(enum family family);
/* Gives a name to show instead of the number, such as "accounts.db"; the first one stays. */
void object_name(int object, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "mutex#0", "SysV semaphore#1 (set 0, number 1)"; valid until the next four calls. */
const char *object_label(int object);
/* The same without the name where that may be another one each time: programs draw some. */
const char *object_label_to_compare(int object);
/*
 * The task took (count > 0) or gave back (count < 0) so many units; the object has changed. `lent`:
 * the kernel takes them back when the process dies (SEM_UNDO, file locks, robust mutexes).
 */
void object_take(int object, const struct task *task, int count, bool lent);
/* The task holds the object alone, or (NULL) nobody does. */
void object_own(int object, const struct task *task);
/* Nobody holds anything of it any more: it was made anew, given a value, or removed. */
void object_reset(int object);
/* The kernel would take something back if the task's process died now. */
bool object_is_any_lent(const struct task *task);
/* The task's process died: the kernel took back what was lent. */
void object_task_died(const struct task *task);
/* One thread of its process ended: of what was lent, robust mutexes alone are taken back. */
void object_thread_ended(const struct task *task);
/* How many tasks hold something of the object; *first is the lowest of them. */
unsigned object_holders(int object, int *first);
/* Something about the object has changed: those who spin on it look again. */
void object_touch(int object);

#endif
