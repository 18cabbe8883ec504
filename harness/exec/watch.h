/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the supervisor sees of its tasks: who has the turn, who sleeps, who was woken. Who is dead:
 * exec/death.h. Supervisor only.
 */
#ifndef SABOT_EXEC_WATCH_H
#define SABOT_EXEC_WATCH_H

#include "core/control.h"

/* Forgets the files kept open for a task (its thread is gone or not yet there). */
void watch_forget(int task);
void watch_forget_all(void);

/* The letter of /proc/TID/stat, 'X' if the thread is gone. */
char watch_state(const struct task *task);

/* Of a zombie that watch_state() has just seen: the status that wait(2) gives, or -1. */
int watch_exit_status(const struct task *task);

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

/* A pause while somebody else must run: spins first, sleeps in the end. `round` counts from 0. */
void watch_pause(unsigned round);

#endif
