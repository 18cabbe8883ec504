/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody else removes what the victim is at: a System V object by IPC_RMID; a POSIX queue or
 * semaphore by its name; a file, FIFO, lock file, POSIX segment or the path of a local socket by
 * unlink(2); or (1) cuts the file or segment to nothing: whoever touches a mapping of it then gets
 * SIGBUS. At a named point that is a file which the victim has mapped. Who sleeps on a System V
 * object is woken with EIDRM; names leave what is open as it is.
 */
#include "faults/kinds.h"

#include "core/object.h"
#include "os/proc_text.h"
#include "os/sys.h"

#include <errno.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REMOVED, TRUNCATED };
enum { DESCRIPTORS_LOOKED_AT = 256, PATH_BYTES = 512 };

static int arm(struct shot *shot)
{
	return shot->plan.value <= TRUNCATED ? 0 : -EINVAL;
}

static enum family family_of(int object)
{
	return object >= 0 ? control->objects[object].family : FAMILY_NONE;
}

/* One that was bound to a path. */
static bool is_local_socket(const struct object *object)
{
	return object->family == FAMILY_SOCKET && object->label[0] && object->label[0] != '@' &&
	       strncmp(object->label, "port ", 5) != 0;
}

static bool any_file(void)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == FAMILY_FILE)
			return true;
	return false;
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
	case FAMILY_RECORD_LOCK:
	case FAMILY_OFD_LOCK:
	case FAMILY_FLOCK:
		return number == REMOVED;
	case FAMILY_PIPE: /* a FIFO has a name */
		return number == REMOVED && control->objects[at->object].label[0];
	case FAMILY_SOCKET:
		return number == REMOVED && is_local_socket(&control->objects[at->object]);
	case FAMILY_FILE:
		return number <= TRUNCATED;
	default:
		shot->value = TRUNCATED;
		return number == 0 && at->op == OP_POINT && any_file();
	}
}

/* ---- What has a path ----------------------------------------------------------------------- */

/* Files are known by device and inode. */
static bool leads_to(const char *path, const struct object *object)
{
	struct stat status;

	if (sys_call(SYS_newfstatat, AT_FDCWD, (long)path, (long)&status, 0, 0, 0) != 0)
		return false;
	if (object->family == FAMILY_SOCKET)
		return S_ISSOCK(status.st_mode);
	return status.st_dev == object->key[0] && status.st_ino == object->key[1];
}

/* By the victim's descriptors, or where files and segments of that name would be. */
static bool find_path(const struct task *victim, const struct object *object, char *path)
{
	char link[64];
	unsigned fd;
	long length;

	for (fd = 0; fd < DESCRIPTORS_LOOKED_AT; fd++) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%u", victim->pid, fd);
		if (object->family == FAMILY_SOCKET || !leads_to(link, object))
			continue;
		length = sys_call(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, PATH_BYTES - 1,
				  0, 0);
		path[length > 0 ? length : 0] = '\0';
		if (path[0] == '/' && leads_to(path, object))
			return true;
	}
	snprintf(path, PATH_BYTES, "/proc/%d/cwd/%s", victim->pid, object->label);
	if (object->label[0] && leads_to(path, object))
		return true;
	snprintf(path, PATH_BYTES, "/dev/shm/%s", object->label);
	return object->label[0] && leads_to(path, object);
}

/* What is mapped of it is noted on the way. */
static int cut_path(const char *path)
{
	int result;

	control->unmapped.by_fault = true;
	result = truncate(path, 0);
	control->unmapped.by_fault = false;
	return result;
}

static int remove_path(const struct task *victim, const struct object *object, bool cut)
{
	static const char segments[] = "/dev/shm/";
	char path[PATH_BYTES];

	if (!find_path(victim, object, path))
		return -1;
	if (cut)
		return cut_path(path);
	if (unlink(path) != 0)
		return -1;
	if (!strncmp(path, segments, sizeof(segments) - 1))
		control_unmade(FAMILY_POSIX_SHM, 0, path + sizeof(segments) - 2);
	return 0;
}

/* ---- What is mapped ------------------------------------------------------------------------ */

static bool maps(const struct task *victim, const struct object *object)
{
	char name[64], line[PATH_BYTES];
	struct proc_range range;
	bool found = false;
	FILE *list;

	snprintf(name, sizeof(name), "/proc/%d/maps", victim->pid);
	list = fopen(name, "re");
	while (list && !found && fgets(line, sizeof(line), list))
		found = proc_text_range(line, &range) && range.inode == object->key[1];
	if (list)
		fclose(list);
	return found;
}

/* At a named point the victim is at no object; but a file that it has mapped is in use. */
static int cut_mapped(const struct task *victim)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++) {
		const struct object *object = &control->objects[i];

		if (object->family == FAMILY_FILE && object->key[1] && maps(victim, object) &&
		    remove_path(victim, object, true) == 0)
			return 0;
	}
	return -1;
}

/* ---- What has an identifier or a name of its own ------------------------------------------- */

/* All semaphores of a set go together. */
static void forget(enum family family, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < control->object_count; i++)
		if (control->objects[i].family == family && control->objects[i].key[0] == id)
			object_reset((int)i);
	control_unmade(family, (int)id, NULL);
}

static int remove_sysv(enum family family, int id)
{
	int result;

	if (family == FAMILY_SYSV_SEM)
		result = semctl(id, 0, IPC_RMID);
	else if (family == FAMILY_SYSV_SHM)
		result = shmctl(id, IPC_RMID, NULL);
	else
		result = msgctl(id, IPC_RMID, NULL);
	if (result == 0)
		forget(family, (uint64_t)id);
	return result;
}

static int remove_name(enum family family, const char *name)
{
	int result;

	if (!name[0])
		return -1;
	result = family == FAMILY_POSIX_MQ ? mq_unlink(name) : sem_unlink(name);
	if (result == 0)
		control_unmade(family, 0, name);
	return result;
}

static int remove_it(const struct task *victim, const struct object *object, bool cut)
{
	switch (object->family) {
	case FAMILY_SYSV_SEM:
	case FAMILY_SYSV_SHM:
	case FAMILY_SYSV_MSG:
		return remove_sysv(object->family, (int)object->key[0]);
	case FAMILY_POSIX_MQ:
	case FAMILY_POSIX_SEM:
		return remove_name(object->family, object->label);
	default:
		return remove_path(victim, object, cut);
	}
}

/* Whoever must have it, and gives up without, does so because of this. */
static void mark(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		control->tasks[i].failed = true;
}

static int fire(struct shot *shot, struct task *victim)
{
	bool cut = shot->plan.value == TRUNCATED;
	int object = victim->call.object, result = -1;

	if (family_of(object) != FAMILY_NONE)
		result = remove_it(victim, &control->objects[object], cut);
	else if (cut && victim->call.op == OP_POINT)
		result = cut_mapped(victim);
	if (result != 0)
		return -ENOENT;
	mark();
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
	.hits = "System V objects; names of POSIX objects, files, FIFOs, lock files, sockets",
	.verb = "remove the objects of",
	.places = 1u << PLAN_AT_POINT | 1u << PLAN_ASLEEP,
	.arm = arm,
	.variant = variant,
	.fire = fire,
	.confirm = confirm,
	.tell = tell,
};
