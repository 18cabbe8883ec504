/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an execution of a case that characterises was seen to do: a set of short texts, in the
 * control block. Written by tasks, checks and the harness.
 */
#ifndef SABOT_CORE_OBSERVE_H
#define SABOT_CORE_OBSERVE_H

#include "core/control.h"

#include <stdarg.h>

/* Whether what is observed counts: the case characterises. */
static inline bool observe_wanted(void)
{
	return control->scase && control->scase->characterises;
}

/*
 * Adds the text to the set. Nothing if the case does not characterise; what is beyond the room is
 * counted in control->observed.lost. Message as printf.
 */
void observe_add(const char *format, ...) __attribute__((format(printf, 1, 2)));
void observe_add_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

#endif
