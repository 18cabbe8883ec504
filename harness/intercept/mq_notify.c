/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mq_notify(3). A signal comes as any other does: held while its task is parked. For SIGEV_THREAD
 * libc keeps a thread that no schedule knows; ours is a task. It is made when the notification is
 * asked for, sleeps where the kernel wakes that of libc (a netlink socket, to which the kernel
 * sends a cookie), and runs the function itself. When the registration is taken back it just ends.
 */
#include "intercept/posix_mq.h"

#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "intercept/thread.h"

#include "os/sys.h"

#include <pthread.h>
#include <sys/socket.h>

enum {
	WAITERS_MAX = 16,
	COOKIE_BYTES = 32, /* its last byte says what became of the registration: mqueue.h */
	COOKIE_WOKEN = 1,
};

/* A thread that is to be told of a message. The cookie says no more than that. */
struct waiter {
	pid_t pid; /* of its process; what a fork copied is free there */
	int fd;
	int object;
	void (*function)(union sigval value);
	union sigval value;
	uintptr_t site;
};

static struct waiter waiters[WAITERS_MAX];

/* ---- Who is to be told --------------------------------------------------------------------- */

/* The registration is an object of its own, which its process owns. */
static int registration_of(int object)
{
	const struct object *queue = &control->objects[object];

	return object_seek(FAMILY_SIGNAL, queue->key[0], queue->key[1]);
}

static void note_registered(int object, const struct sigevent *event)
{
	const struct object *queue = &control->objects[object];
	int registration = object_find(FAMILY_SIGNAL, queue->key[0], queue->key[1]);

	object_name(registration, "of %s", queue->label);
	if (!event || event->sigev_notify != SIGEV_SIGNAL) {
		object_own(registration, NULL);
		return;
	}
	object_own(registration, task_self);
	if (event->sigev_signo > 0 && event->sigev_signo <= SIGRTMAX)
		task_self->expected |= task_bit(event->sigev_signo);
}

/* The kernel alone knows whether the registration still stands: to look in vain does no harm. */
void mq_notify_expect(int object)
{
	int registration = object < 0 ? -1 : registration_of(object);
	const struct task *owner;
	uint32_t i;

	if (registration < 0 || control->objects[registration].owner < 0)
		return;
	owner = &control->tasks[control->objects[registration].owner];
	for (i = 0; i < control->task_count; i++)
		if (control->tasks[i].pid == owner->pid && !task_is_over(&control->tasks[i]))
			control->tasks[i].signalled = control->signals_due = true;
}

/* ---- By a thread --------------------------------------------------------------------------- */

/* Sleeps until the kernel says what became of the registration. */
static bool await(const struct waiter *waiter)
{
	unsigned char cookie[COOKIE_BYTES] = { 0 };
	struct call call;
	bool told;
	long got;

	(void)call_enter_at(&call, OP_MQ_AWAIT, waiter->site);
	call.object = waiter->object;
	call_begin(&call);
	do
		got = sys_call(SYS_recvfrom, waiter->fd, (long)cookie, sizeof(cookie), 0, 0, 0);
	while (got == -EINTR);
	told = got == COOKIE_BYTES && cookie[COOKIE_BYTES - 1] == COOKIE_WOKEN;
	(void)call_end(&call, told);
	return told;
}

static void *wait_and_call(void *argument)
{
	struct waiter *slot = argument, waiter = *slot;
	bool told;

	told = await(&waiter);
	(void)sys_close(waiter.fd);
	slot->pid = 0;
	if (told) {
		thread_block(0); /* as libc's thread does */
		waiter.function(waiter.value);
	}
	return NULL;
}

static struct waiter *find_slot(void)
{
	size_t i;

	for (i = 0; i < WAITERS_MAX; i++)
		if (waiters[i].pid != task_self->pid)
			return &waiters[i];
	return NULL;
}

/* Out of the way of the scenario's own descriptors. */
static int open_socket(void)
{
	int low = (int)sys_call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0, 0, 0, 0);
	int fd;

	if (low < 0)
		return low;
	fd = sys_fcntl(low, F_DUPFD_CLOEXEC, control->fd_base);
	(void)sys_close(low);
	return fd;
}

/* Returns 0 or -errno. */
static int register_thread(mqd_t queue, const struct sigevent *event, struct waiter *waiter)
{
	unsigned char cookie[COOKIE_BYTES] = { 0 };
	struct sigevent told = { .sigev_notify = SIGEV_THREAD };
	int error, fd = open_socket();

	if (fd < 0)
		return fd;
	told.sigev_signo = fd;
	told.sigev_value.sival_ptr = cookie;
	error = (int)sys_call(SYS_mq_notify, queue, (long)&told, 0, 0, 0, 0);
	if (error) {
		(void)sys_close(fd);
		return error;
	}
	waiter->pid = task_self->pid;
	waiter->fd = fd;
	waiter->function = event->sigev_notify_function;
	waiter->value = event->sigev_value;
	return 0;
}

static int notify_by_thread(struct call *call, mqd_t queue, const struct sigevent *event)
{
	struct waiter *waiter = find_slot();
	struct thread_body body = { wait_and_call, waiter, thread_all_signals() };
	pthread_t thread;
	int error = waiter ? register_thread(queue, event, waiter) : -ENOMEM;

	if (error) {
		errno = -error;
		return (int)call_end(call, -1);
	}
	waiter->object = call->object;
	waiter->site = call->site;
	note_registered(call->object, event);
	(void)call_end(call, 0);
	error = thread_create_detached(&thread, event->sigev_notify_attributes, &body,
				       waiter->site);
	if (!error)
		return 0;
	(void)sys_call(SYS_mq_notify, queue, 0, 0, 0, 0, 0);
	(void)sys_close(waiter->fd);
	waiter->pid = 0;
	errno = error;
	return -1;
}

/* The harness itself is nobody to tell. */
static bool refuse_in_setup(const struct sigevent *event)
{
	if (!descriptor_in_setup() || !event)
		return false;
	errno = ENOTSUP;
	return true;
}

INTERPOSE int mq_notify(mqd_t queue, const struct sigevent *event)
{
	struct call call;
	int result;

	if (refuse_in_setup(event))
		return -1;
	if (!call_enter(&call, OP_MQ_NOTIFY))
		return REAL(mq_notify)(queue, event);
	call.object = posix_mq_object(queue);
	call.amount = event ? event->sigev_notify : -1;
	call_begin(&call);
	if (event && event->sigev_notify == SIGEV_THREAD && call.object >= 0)
		return notify_by_thread(&call, queue, event);
	result = REAL(mq_notify)(queue, event);
	if (result == 0 && call.object >= 0)
		note_registered(call.object, event);
	return (int)call_end(&call, result);
}
