/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor sees of its tasks: who sleeps, who was woken, who is dead. Supervisor only.
 */
#ifndef SABOT_EXEC_WATCH_H
#define SABOT_EXEC_WATCH_H

#include "core/control.h"

/* Forgets the files kept open for a task (its thread is gone or not yet there). */
void watch_forget(int task);
void watch_forget_all(void);

/* The letter of /proc/TID/stat, 'X' if the thread is gone. */
char watch_state(const struct task *task);

/* The task counts as asleep until it runs again. */
void watch_count(struct task *task);
void watch_uncount(struct task *task);

/*
 * Waits until whoever has the turn has given it back, fell asleep in the kernel, stopped or died.
 * Returns that task's number; its state says which.
 */
int watch_turn(void);

/* Waits until all tasks that are being born are parked (or dead). */
void watch_births(void);

/*
 * Settles: finds who died, and who of the sleepers was woken. After it each task is parked, asleep,
 * held as woken, stopped, spinning or over.
 */
void watch_settle(void);

/* Finds who has died, without waiting. False: of somebody that is not certain yet. */
bool watch_deaths(void);
/* Reaps what has died, without waiting. Returns how many processes. */
unsigned watch_reap(void);
/* A process dies as one: its threads that are held must run inside the kernel for it, and may. */
void watch_let_die(const struct task *task);
/* Waits until the task's process (or, for a further thread, that thread) is gone. */
void watch_death(struct task *task);

/* A pause while somebody else must run: spins first, sleeps in the end. `round` counts from 0. */
void watch_pause(unsigned round);

#endif
