/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/audit.h"

#include "core/control.h"
#include "core/private.h"
#include "intercept/mapping.h"
#include "os/hot.h"
#include "os/proc.h"
#include "os/sys.h"
#include "os/tree.h"

#include <errno.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 256, NAME_BYTES = 64 };

/* A place where names can be left. */
struct place {
	const char *path;
	const char *what;
	int fd;
	off_t size; /* of the empty directory; -1: this file system's sizes tell nothing */
	uint32_t before;
	char (*names)[NAME_BYTES]; /* of setup */
};

static char names_before[3][NAMES_MAX][NAME_BYTES];

static struct place places[] HOT = {
	{ .path = ".", .what = "file", .fd = -1, .names = names_before[0] },
	{ .path = "/dev/shm",
	  .what = "POSIX shared memory or semaphore",
	  .fd = -1,
	  .names = names_before[1] },
	{ .path = "../mq", .what = "POSIX message queue", .fd = -1, .names = names_before[2] },
};

enum { PLACES = sizeof(places) / sizeof(places[0]) };

struct counts {
	int sem, shm, msg;
};

static const struct counts none;
static struct counts before HOT;
static bool alone;
static bool nothing_left HOT; /* the audit has seen that there is nothing to clean */

/*
 * In tmpfs and mqueue, which an isolated worker has, a directory's size counts its entries: one
 * call tells whether there is anything to look at.
 */
static off_t size_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_size : -1;
}

static bool is_empty(const struct place *place)
{
	return place->fd < 0 || (place->size >= 0 && size_of(place->fd) == place->size);
}

int audit_open(bool isolated)
{
	int i;

	alone = isolated;
	for (i = 0; i < PLACES; i++) {
		if (i > 0 && !isolated)
			break;
		places[i].fd = proc_move_fd(sys_open(places[i].path,
						     O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0),
					    control->fd_base);
		places[i].size = isolated && places[i].fd >= 0 ? size_of(places[i].fd) : -1;
	}
	return places[0].fd < 0 ? places[0].fd : 0;
}

static struct counts count_sysv(void)
{
	struct counts counts;
	struct seminfo sem;
	struct shm_info shm;
	struct msginfo msg;

	counts.sem = semctl(0, 0, SEM_INFO, &sem) < 0 ? 0 : sem.semusz;
	counts.shm = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm) < 0 ? 0 : shm.used_ids;
	counts.msg = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&msg) < 0 ? 0 : msg.msgpool;
	return counts;
}

struct kernel_dirent {
	uint64_t inode;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* Not inlined: its room on the stack would be a page that most executions need not touch. */
static __attribute__((noinline)) void
read_names(struct place *place, bool (*visit)(struct place *place, const char *name))
{
	char buffer[4096] __attribute__((aligned(8)));
	long got, at;

	(void)sys_call(SYS_lseek, place->fd, 0, SEEK_SET, 0, 0, 0);
	while ((got = sys_call(SYS_getdents64, place->fd, (long)buffer, sizeof(buffer), 0, 0, 0)) >
	       0)
		for (at = 0; at < got;) {
			struct kernel_dirent *entry = (struct kernel_dirent *)(void *)(buffer + at);

			at += entry->size;
			/* Names of the harness and "." begin with a dot. */
			if (entry->name[0] != '.' && !visit(place, entry->name))
				return;
		}
}

/* Calls visit(place, name) for each name until it returns false. False: there are none. */
static bool each_name(struct place *place, bool (*visit)(struct place *place, const char *name))
{
	if (is_empty(place))
		return false;
	read_names(place, visit);
	return true;
}

static bool note_name(struct place *place, const char *name)
{
	if (place->before < NAMES_MAX)
		snprintf(place->names[place->before++], NAME_BYTES, "%s", name);
	return place->before < NAMES_MAX;
}

void audit_begin(void)
{
	bool setup = control->scenario->setup;
	int i;

	/* Without a setup nothing can be there: every execution ends with all of it removed. */
	nothing_left = false;
	for (i = 0; i < PLACES; i++) {
		places[i].before = 0;
		if (setup)
			(void)each_name(&places[i], note_name);
	}
	before = alone && setup ? count_sysv() : none;
}

/* A named semaphore's file is "sem." and the name. */
static bool is_name_of(const struct made *made, const char *name)
{
	const char *own = made->name + 1;

	if (made->family == FAMILY_POSIX_SEM)
		return !strncmp(name, "sem.", 4) && !strcmp(name + 4, own);
	return !strcmp(name, own);
}

static bool judge_name(struct place *place, const char *name)
{
	uint32_t i;

	for (i = 0; i < place->before; i++)
		if (!strncmp(place->names[i], name, NAME_BYTES - 1))
			return true;
	control_find(KIND_LEAK, -1, "leak", "%s \"%s\" is left behind", place->what, name);
	for (i = 0; i < control->made_count; i++)
		if (control->made[i].task >= 0 && control->made[i].name[0] == '/' &&
		    is_name_of(&control->made[i], name))
			left_note("  made by %s", control->tasks[control->made[i].task].name);
	return true;
}

/* What tasks have made, and nobody has removed since. Numbers of SysV objects are never the same.
 */
static void note_makers(enum family family)
{
	uint32_t i;

	for (i = 0; i < control->made_count; i++)
		if (control->made[i].family == family && control->made[i].task >= 0)
			left_note("  made by %s", control->tasks[control->made[i].task].name);
}

static void judge_count(enum family family, const char *what, int had, int has)
{
	if (has <= had)
		return;
	control_find(KIND_LEAK, -1, "leak", "%d SysV %s%s left behind", has - had, what,
		     has - had == 1 ? " is" : "s are");
	note_makers(family);
}

void audit_judge(void)
{
	struct counts now = { 0 };
	uint32_t i;

	bool left = false;

	for (i = 0; i < PLACES; i++)
		left |= each_name(&places[i], judge_name);
	if (!alone) {
		for (i = 0; i < control->made_count; i++)
			if (control->made[i].family != FAMILY_NONE && control->made[i].task >= 0)
				control_find(KIND_LEAK, control->made[i].task, "leak",
					     "%s %d %s is left behind",
					     family_name(control->made[i].family),
					     control->made[i].id, control->made[i].name);
		return;
	}
	now = count_sysv();
	judge_count(FAMILY_SYSV_SEM, "semaphore set", before.sem, now.sem);
	judge_count(FAMILY_SYSV_SHM, "segment", before.shm, now.shm);
	judge_count(FAMILY_SYSV_MSG, "message queue", before.msg, now.msg);
	nothing_left = !left && !now.sem && !now.shm && !now.msg;
}

static bool remove_name(struct place *place, const char *name)
{
	tree_remove(place->fd, name);
	return true;
}

/* In a namespace of our own all SysV objects are ours: by kernel index, until there are none. */
static void remove_sysv(void)
{
	struct counts now = count_sysv();
	struct seminfo sem;
	struct shm_info shm;
	struct msginfo msg;
	struct semid_ds semds;
	struct shmid_ds shmds;
	struct msqid_ds msgds;
	int i, top;

	top = now.sem ? semctl(0, 0, SEM_INFO, &sem) : -1;
	for (i = 0; i <= top; i++)
		(void)semctl(semctl(i, 0, SEM_STAT, &semds), 0, IPC_RMID);
	top = now.shm ? shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm) : -1;
	for (i = 0; i <= top; i++)
		(void)shmctl(shmctl(i, SHM_STAT, &shmds), IPC_RMID, NULL);
	top = now.msg ? msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&msg) : -1;
	for (i = 0; i <= top; i++)
		(void)msgctl(msgctl(i, MSG_STAT, &msgds), IPC_RMID, NULL);
}

static void remove_made(const struct made *made, uint32_t world)
{
	char room[PRIVATE_NAME_MAX];
	const char *name = private_name(world, made->name, room);

	switch (made->family) {
	case FAMILY_SYSV_SEM:
		(void)semctl(made->id, 0, IPC_RMID);
		break;
	case FAMILY_SYSV_SHM:
		(void)shmctl(made->id, IPC_RMID, NULL);
		break;
	case FAMILY_SYSV_MSG:
		(void)msgctl(made->id, IPC_RMID, NULL);
		break;
	case FAMILY_POSIX_MQ:
		(void)mq_unlink(name);
		break;
	case FAMILY_POSIX_SHM:
		(void)shm_unlink(name);
		break;
	case FAMILY_POSIX_SEM:
		(void)sem_unlink(name);
		break;
	default:
		break;
	}
}

void audit_remove_made(const struct control *block)
{
	uint32_t i;

	for (i = 0; i < block->made_count; i++)
		remove_made(&block->made[i], block->world);
}

void audit_clean(void)
{
	uint32_t i;

	for (i = 0; !nothing_left && i < PLACES; i++)
		(void)each_name(&places[i], remove_name);
	mapping_release();
	if (alone) {
		if (!nothing_left)
			remove_sysv();
	} else {
		audit_remove_made(control);
		/* The numbers may be somebody else's by the time that a janitor reads them. */
		control->made_count = 0;
	}
	/* Descriptors of setup: the harness's own are higher. */
	(void)sys_close_range(3, (unsigned)control->fd_base - 1);
}
