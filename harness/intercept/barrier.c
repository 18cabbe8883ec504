/* SPDX-License-Identifier: Apache-2.0 */
/* pthread barriers. Who waits in one is in its announcement; a barrier has no holder. */
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <pthread.h>

INTERPOSE int pthread_barrier_init(pthread_barrier_t *barrier,
				   const pthread_barrierattr_t *attributes, unsigned count)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_BARRIER_INIT))
		return REAL(pthread_barrier_init)(barrier, attributes, count);
	mapping_describe(&call, barrier);
	call.amount = count;
	call_begin(&call);
	result = REAL(pthread_barrier_init)(barrier, attributes, count);
	object_touch(call.object);
	return call_end_error(&call, result);
}

INTERPOSE int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	struct call call;

	if (!call_enter(&call, OP_BARRIER_DESTROY))
		return REAL(pthread_barrier_destroy)(barrier);
	mapping_describe(&call, barrier);
	call_begin(&call);
	return call_end_error(&call, REAL(pthread_barrier_destroy)(barrier));
}

INTERPOSE int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_BARRIER_WAIT))
		return REAL(pthread_barrier_wait)(barrier);
	mapping_describe(&call, barrier);
	call_begin(&call);
	result = REAL(pthread_barrier_wait)(barrier);
	object_touch(call.object);
	/* In the trace 1 is the serial thread: -1 is its result, and no error. */
	(void)call_end(&call, result == PTHREAD_BARRIER_SERIAL_THREAD ? 1 : result);
	return result;
}
