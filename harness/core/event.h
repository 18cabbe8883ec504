/* SPDX-License-Identifier: Apache-2.0 */
/* What the trace of an execution consists of. */
#ifndef SABOT_CORE_EVENT_H
#define SABOT_CORE_EVENT_H

#include <stdint.h>

enum event_kind {
	EVENT_CALL,   /* task arrived at a point: op, object, amount */
	EVENT_RETURN, /* ... and the call returned: result, error */
	EVENT_ASLEEP,
	EVENT_WOKEN,
	EVENT_SWITCH,  /* value: who ran before */
	EVENT_MARK,    /* value: the mark */
	EVENT_FAULT,   /* value: index of the shot */
	EVENT_DEATH,   /* value: signal */
	EVENT_EXIT,    /* value: status */
	EVENT_TIMEOUT, /* its deadline came: value: the virtual clock */
	EVENT_STOPPED,
	EVENT_CONTINUED,
	EVENT_HANDLER, /* value: signal; a user handler begins */
	EVENT_SPAWN,   /* value: the new task */
	EVENT_FINDING,
	EVENT_STORE,	 /* of the task has arrived; value; detail[0]: where in shared memory */
	EVENT_ACCESS,	 /* of shared memory, now; value: what is read. Not in the hash */
	EVENT_OPERATION, /* the task calls an operation of a history; value: its argument */
	EVENT_RESULT,	 /* ... and it has returned; value: its result */
	EVENT_KIND_COUNT,
};

/* What a caller asked for that lets the call fail in ways that others do not, or'ed. */
enum call_asks {
	CALL_AT_ONCE = 1, /* not to wait */
	CALL_AS_OPENED =
		2, /* not to wait, if its descriptor (detail[0]) is one that does not: O_NONBLOCK */
	CALL_UNDO = 4,	/* that the kernel takes it back: SEM_UNDO */
	CALL_MAKES = 8, /* to make it if it is not there: IPC_CREAT, O_CREAT */
};

struct event {
	uint8_t kind;
	uint8_t task;
	uint16_t op;
	uint32_t number; /* of the task's operation */
	int16_t object;
	int16_t error;
	int32_t asks; /* EVENT_CALL: call_asks. Not in the hash */
	int64_t value;
	uintptr_t site;
	const char *name;
	uint64_t detail[2];
	uint64_t hash; /* of the trace up to and with this event */
	uint64_t
		state; /* EVENT_CALL, if control->fingerprint: of the shared memory; 0: not known */
};

#endif
