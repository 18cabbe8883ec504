/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls may fail with what: the table that faults within calls read. */
#ifndef SABOT_FAULTS_CALLS_H
#define SABOT_FAULTS_CALLS_H

#include "core/op.h"

#include <stdbool.h>

enum { FAULT_ERRORS_MAX = 8 };

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
bool calls_allow(enum op op, int error);
/* detail[0] of such a call is a descriptor. */
bool calls_has_descriptor(enum op op);

#endif
