/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX semaphores, unnamed and named. What a task took, less what it gave, is what it holds;
 * nobody takes that back when it dies.
 */
#include "intercept/deadline.h"
#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"

#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>

static int take_end(struct call *call, int result)
{
	if (result == 0)
		object_take(call->object, task_self, 1, false);
	return (int)call_end(call, result);
}

INTERPOSE int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEM_INIT))
		return REAL(sem_init)(semaphore, shared, value);
	mapping_describe(&call, semaphore);
	call.amount = value;
	call_begin(&call);
	result = REAL(sem_init)(semaphore, shared, value);
	if (result == 0)
		object_reset(call.object);
	return (int)call_end(&call, result);
}

INTERPOSE int sem_destroy(sem_t *semaphore)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEM_DESTROY))
		return REAL(sem_destroy)(semaphore);
	mapping_describe(&call, semaphore);
	call_begin(&call);
	result = REAL(sem_destroy)(semaphore);
	if (result == 0)
		object_reset(call.object);
	return (int)call_end(&call, result);
}

INTERPOSE int sem_wait(sem_t *semaphore)
{
	struct call call;

	if (!call_enter(&call, OP_SEM_WAIT))
		return REAL(sem_wait)(semaphore);
	mapping_describe(&call, semaphore);
	call.amount = -1;
	call_begin(&call);
	return take_end(&call, REAL(sem_wait)(semaphore));
}

INTERPOSE int sem_trywait(sem_t *semaphore)
{
	struct call call;

	if (!call_enter(&call, OP_SEM_TRYWAIT))
		return REAL(sem_trywait)(semaphore);
	mapping_describe(&call, semaphore);
	call.amount = -1;
	call_begin(&call);
	return take_end(&call, REAL(sem_trywait)(semaphore));
}

INTERPOSE int sem_timedwait(sem_t *semaphore, const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_SEM_TIMEDWAIT))
		return REAL(sem_timedwait)(semaphore, end);
	mapping_describe(&call, semaphore);
	call.amount = -1;
	deadline_announce(&call, CLOCK_REALTIME, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return take_end(&call, REAL(sem_timedwait)(semaphore, end));
}

INTERPOSE int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *end)
{
	struct timespec real;
	struct call call;

	if (!call_enter(&call, OP_SEM_TIMEDWAIT))
		return REAL(sem_clockwait)(semaphore, clock, end);
	mapping_describe(&call, semaphore);
	call.amount = -1;
	deadline_announce(&call, clock, end);
	call_begin(&call);
	end = deadline_real(&call, end, &real);
	return take_end(&call, REAL(sem_clockwait)(semaphore, clock, end));
}

INTERPOSE int sem_post(sem_t *semaphore)
{
	struct call call;
	int result;

	if (!call_enter(&call, OP_SEM_POST))
		return REAL(sem_post)(semaphore);
	mapping_describe(&call, semaphore);
	call.amount = 1;
	call_begin(&call);
	result = REAL(sem_post)(semaphore);
	if (result == 0)
		object_take(call.object, task_self, -1, false);
	return (int)call_end(&call, result);
}

INTERPOSE int sem_getvalue(sem_t *semaphore, int *value)
{
	struct call call;

	if (!call_enter(&call, OP_SEM_GETVALUE))
		return REAL(sem_getvalue)(semaphore, value);
	mapping_describe(&call, semaphore);
	call_begin(&call);
	return (int)call_end(&call, REAL(sem_getvalue)(semaphore, value));
}

/* Named ones are files of libc's, under this name. */
static bool find_file(const char *name, struct stat *status)
{
	char path[PATH_MAX], room[PRIVATE_NAME_MAX];

	name = call_private(name, room);
	while (*name == '/')
		name++;
	snprintf(path, sizeof(path), "/dev/shm/sem.%s", name);
	return descriptor_look_path(AT_FDCWD, path, false, status) == DESCRIPTOR_FILE;
}

static uint64_t key_of(const struct stat *status)
{
	return mapping_key(status->st_dev, status->st_ino);
}

/* By what the name stands for now: after an unlink it may stand for another one. */
static int object_of(const char *name)
{
	struct stat status;
	int object;

	if (!find_file(name, &status))
		return -1;
	object = object_find(FAMILY_POSIX_SEM, 0, key_of(&status));
	object_name(object, "%s", name);
	return object;
}

static void note_opened(const char *name, const sem_t *semaphore, bool is_new)
{
	struct mapping mapping = {
		.kind = MAPPING_SEMAPHORE,
		.address = (uintptr_t)semaphore,
		.size = sizeof(*semaphore),
	};
	struct stat status;

	if (is_new)
		control_made(FAMILY_POSIX_SEM, 0, name);
	if (!find_file(name, &status))
		return;
	mapping.key = key_of(&status);
	snprintf(mapping.name, sizeof(mapping.name), "%s", name);
	mapping_add(&mapping);
}

INTERPOSE sem_t *sem_open(const char *name, int flags, ...)
{
	char room[PRIVATE_NAME_MAX];
	struct stat status;
	struct call call;
	bool is_task, is_new = false;
	unsigned value;
	mode_t mode;
	sem_t *result;
	va_list list;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	value = flags & O_CREAT ? va_arg(list, unsigned) : 0;
	va_end(list);
	is_task = call_enter(&call, OP_SEM_OPEN);
	if (is_task) {
		call.object = object_of(name);
		call.amount = value;
		call.asks = flags & O_CREAT ? CALL_MAKES : 0;
		call_begin(&call);
	}
	if (is_task || descriptor_in_setup())
		is_new = (flags & O_CREAT) && !find_file(name, &status);
	result = REAL(sem_open)(call_private(name, room), flags, mode, value);
	if (result != SEM_FAILED && (is_task || descriptor_in_setup()))
		note_opened(name, result, is_new);
	if (is_task) {
		call.object = object_of(name);
		(void)call_end(&call, result == SEM_FAILED ? -1 : 0);
	}
	return result;
}

INTERPOSE int sem_close(sem_t *semaphore)
{
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SEM_CLOSE);

	if (is_task) {
		mapping_describe(&call, semaphore);
		call_begin(&call);
	}
	result = REAL(sem_close)(semaphore);
	if (result == 0 && (is_task || descriptor_in_setup()))
		mapping_remove((uintptr_t)semaphore, sizeof(*semaphore));
	return is_task ? (int)call_end(&call, result) : result;
}

INTERPOSE int sem_unlink(const char *name)
{
	char room[PRIVATE_NAME_MAX];
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SEM_UNLINK);

	if (is_task) {
		call.object = object_of(name);
		call_begin(&call);
	}
	result = REAL(sem_unlink)(call_private(name, room));
	if (result == 0 && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_POSIX_SEM, 0, name);
	return is_task ? (int)call_end(&call, result) : result;
}
