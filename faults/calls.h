/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls may fail with what: the table that faults within calls read. */
#ifndef SABOT_FAULTS_CALLS_H
#define SABOT_FAULTS_CALLS_H

#include "core/control.h"

#include <stdbool.h>
#include <stddef.h>

enum { FAULT_ERRORS_MAX = 8, FAULT_ASKED_MAX = 3 };

enum fault_returns {
	RETURNS_MINUS, /* -1, or MAP_FAILED and its like; and errno */
	RETURNS_NULL,  /* a null pointer, SEM_FAILED among them; and errno */
	RETURNS_ERROR, /* the error's number */
};

struct fault_call {
	enum op op;
	enum fault_returns returns;
	bool made; /* the call has its effect although it fails */
	int errors[FAULT_ERRORS_MAX];
};

/* NULL: no error is known for it that a correct caller could meet. */
const struct fault_call *calls_find(enum op op);
/* All errors that it may have, whatever the caller asks for; 0: there are no more. */
int calls_error(const struct fault_call *call, size_t number);
/* What the caller must have asked for (call_asks) to have that error; 0: nothing. */
unsigned calls_condition(enum op op, int error);
/* Whether it may have that error, if it asks for this. */
bool calls_allow(enum op op, int error, unsigned asks);

#endif
