/* SPDX-License-Identifier: Apache-2.0 */
/* SysV shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2). Attached segments are mappings. */
#include "intercept/sysv_shm.h"

#include "intercept/descriptor.h"
#include "intercept/mapping.h"
#include "intercept/real.h"
#include "memory/window.h"
#include "os/hot.h"

#include <stdio.h>
#include <sys/shm.h>

static int object_of(int id)
{
	return id < 0 ? -1 : object_find(FAMILY_SYSV_SHM, (uint64_t)id, 0);
}

INTERPOSE int shmget(key_t key, size_t size, int flags)
{
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SHMGET);

	if (is_task) {
		call.amount = (int64_t)size;
		if (key == IPC_PRIVATE || (flags & IPC_CREAT))
			call.asks = CALL_MAKES;
		call_begin(&call);
	}
	result = REAL(shmget)(call_private_key(key), size, flags);
	if (result >= 0 && (key == IPC_PRIVATE || (flags & IPC_CREAT)))
		control_made(FAMILY_SYSV_SHM, result, NULL);
	if (!is_task)
		return result;
	/* The number that the kernel gave is not the same in each run. */
	call.object = object_of(result);
	return (int)call_end_as(&call, result, result < 0 ? -1 : 0);
}

static void note_attached(int id, const void *address)
{
	struct mapping mapping = {
		.kind = MAPPING_SEGMENT,
		.address = (uintptr_t)address,
		.key = mapping_key(FAMILY_SYSV_SHM, (uint64_t)id),
	};
	struct shmid_ds status;

	if (REAL(shmctl)(id, IPC_STAT, &status) != 0)
		return;
	mapping.size = (status.shm_segsz + 4095) & ~(size_t)4095;
	snprintf(mapping.name, sizeof(mapping.name), "segment");
	mapping_add(&mapping);
}

/* Where everybody is to have it, unless this process has something there: then elsewhere. */
static void *attach_in_window(int id, int flags)
{
	uint64_t key = mapping_key(FAMILY_SYSV_SHM, (uint64_t)id);
	void *result = (void *)-1;
	struct shmid_ds status;
	unsigned tries;

	if (REAL(shmctl)(id, IPC_STAT, &status) != 0)
		return result;
	for (tries = 0; result == (void *)-1 && tries < 2; tries++) {
		uintptr_t at = window_place(key, 0, status.shm_segsz, tries);

		if (!at)
			break;
		result = REAL(shmat)(id, (const void *)at, flags);
	}
	if (result != (void *)-1)
		window_call(key, "segment");
	return result;
}

static int attached HOT; /* read at the end of every task */

int sysv_shm_attached(void)
{
	return attached;
}

INTERPOSE void *shmat(int id, const void *address, int flags)
{
	struct call call;
	void *result;
	bool is_task = call_enter(&call, OP_SHMAT);

	if (is_task) {
		call.object = object_of(id);
		call_begin(&call);
	}
	result = !address && (is_task || descriptor_in_setup()) ? attach_in_window(id, flags)
								: (void *)-1;
	if (result == (void *)-1)
		result = REAL(shmat)(id, address, flags);
	if (result != (void *)-1 && (is_task || descriptor_in_setup())) {
		control->window_missed |= !window_has((uintptr_t)result);
		note_attached(id, result);
	}
	if (result != (void *)-1 && is_task)
		attached++;
	if (is_task)
		(void)call_end(&call, result == (void *)-1 ? -1 : 0);
	return result;
}

INTERPOSE int shmdt(const void *address)
{
	const struct mapping *mapping;
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SHMDT);

	if (is_task)
		call_begin(&call);
	result = REAL(shmdt)(address);
	mapping = mapping_at((uintptr_t)address);
	if (result == 0 && mapping && (is_task || descriptor_in_setup()))
		mapping_gone(mapping->address, mapping->size, "shmdt", CALL_SITE);
	if (result == 0 && is_task)
		attached--;
	return is_task ? (int)call_end(&call, result) : result;
}

INTERPOSE int shmctl(int id, int command, struct shmid_ds *status)
{
	struct call call;
	int result;
	bool is_task = call_enter(&call, OP_SHMCTL);

	if (is_task) {
		call.object = object_of(id);
		call.amount = command;
		call_begin(&call);
	}
	result = REAL(shmctl)(id, command, status);
	if (result == 0 && command == IPC_RMID && (is_task || descriptor_in_setup()))
		control_unmade(FAMILY_SYSV_SHM, id, NULL);
	return is_task ? (int)call_end(&call, result) : result;
}
