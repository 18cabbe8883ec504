/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the calls that sleep: for eintr_calls.c, which puts them together. */
#ifndef SCENARIOS_SIGNALS_PROCESSES_EINTR_TABLES_H
#define SCENARIOS_SIGNALS_PROCESSES_EINTR_TABLES_H

#include "eintr_calls.h"

/* Each ends with a zeroed entry. */
extern const struct eintr_call eintr_file_calls[];
extern const struct eintr_call eintr_sync_calls[];

/* As eintr_setup() and eintr_hold(). */
void eintr_setup_files(struct eintr_objects *objects);
void eintr_setup_sync(struct eintr_objects *objects);
void eintr_hold_files(void);
void eintr_hold_sync(struct eintr_objects *objects);

/* By who satisfies, after all calls on files: nobody waits for the other end of the FIFO then. */
void eintr_close_other_end(struct eintr_objects *objects);

#endif
