/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody else removes what the victim is at: a System V object by IPC_RMID; a POSIX queue,
 * semaphore or segment, or a file, by its name; or (1) cuts the file to nothing. Who sleeps on a
 * System V object is woken with EIDRM; names leave what is open as it is.
 */
#include "faults/kinds.h"

#include "core/object.h"

#include <errno.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

enum { REMOVED, TRUNCATED };

static int arm(struct shot *shot)
{
	(void)shot;
	return 0;
}

static enum family family_of(int object)
{
	return object >= 0 ? control->objects[object].family : FAMILY_NONE;
}

static bool variant(const struct event *at, const struct sabot_fault *asked, unsigned number,
		    struct plan_fault *shot)
{
	(void)asked;
	shot->value = (int)number;
	switch (family_of(at->object)) {
	case FAMILY_SYSV_SEM:
	case FAMILY_SYSV_SHM:
	case FAMILY_SYSV_MSG:
	case FAMILY_POSIX_MQ:
	case FAMILY_POSIX_SEM:
	case FAMILY_POSIX_SHM:
		return number == REMOVED;
	case FAMILY_FILE:
		return number <= TRUNCATED;
	default:
		return false;
	}
}

/* All semaphores of a set go together. */
static void forget(enum family family, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == family && control->objects[i].key[0] == id)
			object_reset((int)i);
}

static int remove_sysv(enum family family, int id)
{
	if (family == FAMILY_SYSV_SEM)
		return semctl(id, 0, IPC_RMID);
	if (family == FAMILY_SYSV_SHM)
		return shmctl(id, IPC_RMID, NULL);
	return msgctl(id, IPC_RMID, NULL);
}

static int remove_name(enum family family, const char *name, bool cut)
{
	switch (family) {
	case FAMILY_POSIX_MQ:
		return mq_unlink(name);
	case FAMILY_POSIX_SEM:
		return sem_unlink(name);
	case FAMILY_POSIX_SHM:
		return shm_unlink(name);
	default:
		return cut ? truncate(name, 0) : unlink(name);
	}
}

static int fire(struct shot *shot, struct task *victim)
{
	int object = victim->call.object;
	enum family family = family_of(object);
	const struct object *known = &control->objects[object < 0 ? 0 : object];
	bool is_sysv =
		family == FAMILY_SYSV_SEM || family == FAMILY_SYSV_SHM || family == FAMILY_SYSV_MSG;
	bool cut = shot->plan.value == TRUNCATED;

	if (family == FAMILY_NONE || (!is_sysv && !known->label[0]))
		return -ENOENT;
	if (is_sysv ? remove_sysv(family, (int)known->key[0])
		    : remove_name(family, known->label, cut))
		return -ENOENT;
	if (is_sysv)
		forget(family, known->key[0]);
	if (!cut)
		control_unmade(family, is_sysv ? (int)known->key[0] : 0,
			       is_sysv ? NULL : known->label);
	return 0;
}

static bool confirm(const struct shot *shot, const struct task *victim, char state)
{
	(void)shot;
	(void)victim;
	(void)state;
	return true;
}

static void tell(const struct plan_fault *plan, char *text, size_t size)
{
	snprintf(text, size, "is robbed of its object, which somebody %s",
		 plan->value == TRUNCATED ? "truncates" : "removes");
}

const struct fault_kind fault_remove = {
	.name = "remove",
	.about = "somebody else removes what the task is at, or truncates the file",
	.hits = "System V objects, POSIX queues, semaphores and segments, files; at points, asleep",
	.verb = "remove the objects of",
	.places = 1u << PLAN_AT_POINT | 1u << PLAN_ASLEEP,
	.arm = arm,
	.variant = variant,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
