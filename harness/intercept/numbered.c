/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/numbered.h"

#include "core/free.h"

#include "intercept/descriptor.h"

#include "os/inspect.h"

#include <string.h>

/* Object + 1; 0: none. At the same address in all processes, as they are forks of one. */
static int16_t noted[NUMBERED_MAX];

static bool fits(int fd)
{
	return fd >= 0 && fd < NUMBERED_MAX;
}

void numbered_note(int fd, int object)
{
	if (fits(fd) && noted[fd] != object + 1)
		noted[fd] = (int16_t)(object + 1);
}

bool numbered_begin(struct call *call, enum op op, int64_t amount, uintptr_t site)
{
	if (!call_enter_at(call, op, site))
		return false;
	call->amount = amount;
	call_note(call);
	return true;
}

int numbered_end(struct call *call, enum op op, bool is_task, int fd)
{
	enum family family = op_family(op);

	if (fd >= 0 && (is_task || descriptor_in_setup())) {
		bool before = free_lock();
		int object = object_find(family, control->family_objects[family], 0);

		free_unlock(before);
		numbered_note(fd, object);
		if (is_task)
			call->object = object;
	}
	descriptor_setup_opened(fd);
	return is_task ? (int)call_end(call, fd) : fd;
}

int numbered_object(int fd)
{
	int object = fits(fd) ? noted[fd] - 1 : -1;

	return object < (int)control->object_count ? object : -1;
}

void numbered_copied(int fd, int to)
{
	if (to >= 0)
		numbered_note(to, fits(fd) ? noted[fd] - 1 : -1);
}

void numbered_closed(unsigned first, unsigned last)
{
	for (; first <= last && first < NUMBERED_MAX; first++)
		numbered_note((int)first, -1);
}

int numbered_object_in(pid_t pid, int fd)
{
	int16_t object;

	if (!fits(fd) || inspect_memory(pid, (uintptr_t)&noted[fd], &object, sizeof(object)) != 0)
		return -1;
	return object - 1 < (int)control->object_count ? object - 1 : -1;
}

int numbered_find_in(pid_t pid, int object)
{
	int16_t all[NUMBERED_MAX];
	int fd;

	if (inspect_memory(pid, (uintptr_t)noted, all, sizeof(all)) != 0)
		return -1;
	for (fd = 0; fd < NUMBERED_MAX; fd++)
		if (all[fd] == object + 1)
			return fd;
	return -1;
}
