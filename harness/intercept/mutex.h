/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds a mutex: our log, kept by all calls that take it or give it back. */
#ifndef SABOT_INTERCEPT_MUTEX_H
#define SABOT_INTERCEPT_MUTEX_H

#include "intercept/call.h"

#include <pthread.h>

/* Whether a call that returned `result` has the mutex now. */
bool mutex_is_taken(int result);
/* The calling task has taken it, once more if it is recursive. */
void mutex_note_taken(int object, const pthread_mutex_t *mutex);
/*
 * It is given back, once: noted before the real call, since without the gate whoever gets it next
 * notes that before the real call returns. Returns whose it was, or -1, for mutex_note_kept.
 */
int mutex_note_given(int object, const pthread_mutex_t *mutex);
/* The real call refused. */
void mutex_note_kept(int object, const pthread_mutex_t *mutex, int holder);

#endif
