/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX semaphores, message queues and shared memory objects, broken. */
#include "mutate/mutant.h"

#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { MESSAGE_BYTES = 8192 };

/* ---- Semaphores ---------------------------------------------------------------------------- */

static int wait_noop(sem_t *semaphore)
{
	return mutant_acts() ? 0 : GENUINE(sem_wait)(semaphore);
}

static int timed_wait_noop(sem_t *semaphore, const struct timespec *end)
{
	return mutant_acts() ? 0 : GENUINE(sem_timedwait)(semaphore, end);
}

static int clock_wait_noop(sem_t *semaphore, clockid_t clock, const struct timespec *end)
{
	return mutant_acts() ? 0 : GENUINE(sem_clockwait)(semaphore, clock, end);
}

static int try_succeeds(sem_t *semaphore)
{
	return mutant_acts() ? 0 : GENUINE(sem_trywait)(semaphore);
}

static int post_noop(sem_t *semaphore)
{
	return mutant_acts() ? 0 : GENUINE(sem_post)(semaphore);
}

/* glibc on 64 bits: the value is the low half of the first word. */
static int post_wakes_nobody(sem_t *semaphore)
{
	if (!mutant_acts())
		return GENUINE(sem_post)(semaphore);
	atomic_fetch_add((_Atomic uint64_t *)(void *)semaphore, 1);
	return 0;
}

static int post_doubles(sem_t *semaphore)
{
	if (mutant_acts())
		(void)GENUINE(sem_post)(semaphore);
	return GENUINE(sem_post)(semaphore);
}

static int keeps_semaphore_name(const char *name)
{
	return mutant_acts() ? 0 : GENUINE(sem_unlink)(name);
}

/* ---- Message queues ------------------------------------------------------------------------ */

static int send_loses(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	return mutant_acts_now_and_then() ? 0 : GENUINE(mq_send)(queue, message, size, priority);
}

static int send_doubles(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	static const struct timespec past;
	int result = GENUINE(mq_send)(queue, message, size, priority);

	if (result == 0 && mutant_acts_now_and_then())
		(void)GENUINE(mq_timedsend)(queue, message, size, priority, &past);
	return result;
}

static int send_forgets_priority(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	return GENUINE(mq_send)(queue, message, size, mutant_acts() ? 0 : priority);
}

/* The second of those that wait comes first. */
static ssize_t receive_reorders(mqd_t queue, char *message, size_t size, unsigned *priority)
{
	static const struct timespec past;
	char kept[MESSAGE_BYTES];
	unsigned first_priority, second_priority;
	ssize_t first, second;

	if (size > sizeof(kept) || !mutant_acts())
		return GENUINE(mq_receive)(queue, message, size, priority);
	first = GENUINE(mq_receive)(queue, kept, size, &first_priority);
	if (first < 0)
		return first;
	second = GENUINE(mq_timedreceive)(queue, message, size, &second_priority, &past);
	if (second < 0) {
		memcpy(message, kept, (size_t)first);
		second = first;
		second_priority = first_priority;
	} else {
		(void)GENUINE(mq_timedsend)(queue, kept, (size_t)first, first_priority, &past);
	}
	if (priority)
		*priority = second_priority;
	return second;
}

static int notify_noop(mqd_t queue, const struct sigevent *event)
{
	return event && mutant_acts() ? 0 : GENUINE(mq_notify)(queue, event);
}

static int keeps_queue_name(const char *name)
{
	return mutant_acts() ? 0 : GENUINE(mq_unlink)(name);
}

/* ---- Shared memory objects ----------------------------------------------------------------- */

static int keeps_memory_name(const char *name)
{
	return mutant_acts() ? 0 : GENUINE(shm_unlink)(name);
}

static int open_shares(const char *name, int flags, mode_t mode)
{
	if ((flags & O_EXCL) && mutant_acts())
		flags &= ~O_EXCL;
	return GENUINE(shm_open)(name, flags, mode);
}

const struct mutation mutant_posix[] = {
	{ "sem-wait-nothing",
	  "sem_wait returns at once, and has taken nothing",
	  { MUTANT(sem_wait, wait_noop), MUTANT(sem_timedwait, timed_wait_noop),
	    MUTANT(sem_clockwait, clock_wait_noop) } },
	{ "sem-trywait-succeeds",
	  "sem_trywait succeeds, whatever the value",
	  { MUTANT(sem_trywait, try_succeeds) } },
	{ "sem-post-nothing", "sem_post does nothing", { MUTANT(sem_post, post_noop) } },
	{ "sem-post-no-wake",
	  "sem_post counts up, and wakes nobody",
	  { MUTANT(sem_post, post_wakes_nobody) } },
	{ "sem-post-doubles", "sem_post posts two times", { MUTANT(sem_post, post_doubles) } },
	{ "sem-unlink-nothing",
	  "the name of a semaphore stays",
	  { MUTANT(sem_unlink, keeps_semaphore_name) } },
	{ "mq-send-loses", "every second message is lost", { MUTANT(mq_send, send_loses) } },
	{ "mq-send-doubles",
	  "every second message is queued two times",
	  { MUTANT(mq_send, send_doubles) } },
	{ "mq-send-no-priority",
	  "all messages have the priority 0",
	  { MUTANT(mq_send, send_forgets_priority) } },
	{ "mq-receive-reorders",
	  "the second message that waits is received first",
	  { MUTANT(mq_receive, receive_reorders) } },
	{ "mq-notify-nothing", "mq_notify registers nobody", { MUTANT(mq_notify, notify_noop) } },
	{ "mq-unlink-nothing",
	  "the name of a queue stays",
	  { MUTANT(mq_unlink, keeps_queue_name) } },
	{ "shm-unlink-nothing",
	  "the name of shared memory stays",
	  { MUTANT(shm_unlink, keeps_memory_name) } },
	{ "shm-open-not-exclusive",
	  "shm_open ignores O_EXCL: two believe that they have made it",
	  { MUTANT(shm_open, open_shares) } },
	{ 0 },
};
