/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes of several threads that are about to end. The kernel needs nothing for that, but for
 * execve() and to write a core file. valgrind has each thread end by itself, and yields until all
 * have. A thread that the gate holds never would, and who yields is above the supervisor, which
 * could not let it through any more. So that is done before.
 */
#ifndef SABOT_CORE_ENDING_H
#define SABOT_CORE_ENDING_H

#include "core/control.h"

/*
 * Lets all threads of the task's process through the gate: execve() waits until the others are
 * dead, and a crash until they stand still. Where execve() fails they go behind the gate again.
 */
void ending_let_through(const struct task *task);
void ending_bar(const struct task *task);

/* Lets them through on valgrind; else does nothing. */
void ending_release(const struct task *task);

/* The same, if the process dies of this signal. Before it is sent. */
void ending_release_signalled(const struct task *task, int signo);

/* Supervisor or task: the process has another disposition of the signal from now on. */
void ending_note_action(const struct task *task, int signo, bool ends_it);

#endif
