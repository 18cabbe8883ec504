/* SPDX-License-Identifier: Apache-2.0 */
#include "core/control.h"

#include "core/free.h"
#include "core/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct control *control;
__thread struct task *task_self;

int control_memory(void)
{
	int fd = memfd_create("sabot-control", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)sizeof(struct control)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -errno;
}

int control_create(int memory_fd)
{
	int fd = memory_fd >= 0 ? memory_fd : control_memory();
	void *at;

	if (fd < 0)
		return fd;
	at = mmap((void *)CONTROL_ADDRESS, sizeof(struct control), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
	if (fd != memory_fd)
		close(fd);
	if (at == MAP_FAILED)
		return -errno;
	control = at;
	control->magic = CONTROL_MAGIC;
	control->program.memory_fd = control->program.race_fd = -1;
	return 0;
}

void control_reset(struct control *block, bool keep_tasks)
{
	size_t events = block->event_count < EVENTS_MAX ? block->event_count : EVENTS_MAX;
	uint32_t i;

	/* Only what was used is cleared: most executions touch a few of the objects and tasks. */
	memset(block->events, 0, events * sizeof(block->events[0]));
	memset(block->objects, 0, block->object_count * sizeof(block->objects[0]));
	memset(block->object_index, 0, sizeof(block->object_index));
	memset(block->family_objects, 0, sizeof(block->family_objects));
	memset(block->made, 0, block->made_count * sizeof(block->made[0]));
	if (!keep_tasks)
		memset(block->tasks, 0, block->task_count * sizeof(block->tasks[0]));
	memset(&block->finding, 0, sizeof(block->finding));
	memset(block->shots, 0, sizeof(block->shots));
	if (!keep_tasks)
		block->task_count = 0;
	block->turn = TURN_SUPERVISOR;
	block->request = REQUEST_NONE;
	block->requester = -1;
	block->last_ran = -1;
	block->more_memory = block->settle_due = block->signals_due = block->over =
		block->in_setup = block->judging = block->network = block->lasting = false;
	block->asleep = block->woken = block->timed = block->decisions = block->steps =
		block->idle_steps = block->kept = 0;
	block->checks = 0;
	block->now_ns = block->timer_ns = 0;
	block->timer_count = block->timer_jumps = 0;
	block->recorded_count = 0;
	block->recorded_full = false;
	block->shot_count = block->shots_open = 0;
	for (i = 0; block->memory != SABOT_SC && i < TASKS_MAX; i++)
		block->buffers[i] = (struct store_buffer){ .count = 0 };
	block->buffered = 0;
	block->window_count = block->unmapped.count = 0;
	block->window_again = block->window_missed = false;
	block->stores = block->accesses = 0;
	block->observed.count = block->observed.lost = block->mutated = 0;
	block->history.count = 0;
	block->program.joined = 0;
	block->made_count = block->object_count = 0;
	if (block->left.length)
		memset(&block->left, 0, sizeof(block->left));
	if (block->looks_at_heap)
		block->heap.look_count = 0;
	block->trace_hash = TRACE_HASH_START;
	block->event_count = 0;
	block->finding.task = -1;
}

static bool made_are_valid(const struct control *block)
{
	uint32_t i;

	for (i = 0; i < block->made_count; i++)
		if (!memchr(block->made[i].name, '\0', sizeof(block->made[i].name)))
			return false;
	return true;
}

bool control_valid(const struct control *block)
{
	return block && block->magic == CONTROL_MAGIC && block->task_count <= TASKS_MAX &&
	       block->object_count <= OBJECTS_MAX && block->recorded_count <= RECORDED_MAX &&
	       block->shot_count <= PLAN_FAULTS_MAX && block->made_count <= MADE_MAX &&
	       block->history.count <= HISTORY_MAX && made_are_valid(block);
}

bool control_all_over(void)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++)
		if (!task_is_over(&control->tasks[i]))
			return false;
	return true;
}

void control_find(enum kind kind, int task, const char *oracle, const char *format, ...)
{
	struct finding *finding = &control->finding;
	va_list list;

	enum kind none = KIND_NONE;

	if (kind == KIND_LEAK) {
		va_start(list, format);
		left_note_list(format, list);
		va_end(list);
	}
	/* In free mode two may find something at once. */
	if (!__atomic_compare_exchange_n(&finding->kind, &none, kind, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		return;
	finding->task = task;
	finding->site = task >= 0 ? control->tasks[task].call.site : 0;
	snprintf(finding->oracle, sizeof(finding->oracle), "%s", oracle);
	va_start(list, format);
	vsnprintf(finding->message, sizeof(finding->message), format, list);
	va_end(list);
	trace_event(EVENT_FINDING, task >= 0 ? &control->tasks[task] : NULL, (int64_t)kind);
	control->over = true;
}

static bool made_is(const struct made *made, enum family family, int id, const char *name)
{
	return made->family == family && made->id == id && (!name || !strcmp(made->name, name));
}

/* The note of it, or (NONE) room for one. */
static struct made *find_made(enum family family, int id, const char *name)
{
	uint32_t i;

	for (i = 0; i < control->made_count; i++)
		if (made_is(&control->made[i], family, id, name))
			return &control->made[i];
	return NULL;
}

static struct made *note_made(enum family family, int id, const char *name)
{
	struct made *made = find_made(family, id, name);

	if (made)
		return made;
	made = find_made(FAMILY_NONE, 0, NULL);
	if (!made && control->made_count == MADE_MAX)
		return NULL;
	if (!made)
		made = &control->made[control->made_count];
	made->id = id;
	made->task = (int8_t)(task_self ? task_number(task_self) : -1);
	snprintf(made->name, sizeof(made->name), "%s", name ? name : "");
	made->family = family;
	if (made == &control->made[control->made_count])
		control->made_count++;
	return made;
}

struct made *control_made(enum family family, int id, const char *name)
{
	struct made *made;
	bool before;

	if (!control || (!task_self && !control->in_setup))
		return NULL;
	before = free_lock();
	made = note_made(family, id, name);
	free_unlock(before);
	return made;
}

void control_unmade(enum family family, int id, const char *name)
{
	struct made *made;
	bool before;

	if (!control)
		return;
	before = free_lock();
	made = find_made(family, id, name);
	if (made)
		*made = (struct made){ .family = FAMILY_NONE };
	free_unlock(before);
}
