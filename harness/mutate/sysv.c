/* SPDX-License-Identifier: Apache-2.0 */
/* System V semaphores, message queues and segments, broken. */
#include "mutate/mutant.h"

#include <stdarg.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { ARRAY_MAX = 64, MESSAGE_BYTES = 8192 };

/* ---- Semaphores ---------------------------------------------------------------------------- */

static int genuine(int id, struct sembuf *operations, size_t count, const struct timespec *limit)
{
	return limit ? GENUINE(semtimedop)(id, operations, count, limit)
		     : GENUINE(semop)(id, operations, count);
}

static int timed_noop(int id, struct sembuf *operations, size_t count, const struct timespec *limit)
{
	return mutant_acts() ? 0 : genuine(id, operations, count, limit);
}

static int noop(int id, struct sembuf *operations, size_t count)
{
	return timed_noop(id, operations, count, NULL);
}

static int timed_no_undo(int id, struct sembuf *operations, size_t count,
			 const struct timespec *limit)
{
	struct sembuf plain[ARRAY_MAX];
	size_t i;

	if (count > ARRAY_MAX || !mutant_acts())
		return genuine(id, operations, count, limit);
	memcpy(plain, operations, count * sizeof(*plain));
	for (i = 0; i < count; i++)
		plain[i].sem_flg &= (short)~SEM_UNDO;
	return genuine(id, plain, count, limit);
}

static int no_undo(int id, struct sembuf *operations, size_t count)
{
	return timed_no_undo(id, operations, count, NULL);
}

/* Only what takes, or waits, is done. */
static int timed_no_release(int id, struct sembuf *operations, size_t count,
			    const struct timespec *limit)
{
	struct sembuf taking[ARRAY_MAX];
	size_t i, kept = 0;

	if (count > ARRAY_MAX || !mutant_acts())
		return genuine(id, operations, count, limit);
	for (i = 0; i < count; i++)
		if (operations[i].sem_op <= 0)
			taking[kept++] = operations[i];
	return kept ? genuine(id, taking, kept, limit) : 0;
}

static int no_release(int id, struct sembuf *operations, size_t count)
{
	return timed_no_release(id, operations, count, NULL);
}

/* Half of an array is done, the rest is forgotten. */
static int first_only(int id, struct sembuf *operations, size_t count)
{
	return genuine(id, operations, count > 1 && mutant_acts() ? 1 : count, NULL);
}

static int ignores_no_wait(int id, struct sembuf *operations, size_t count)
{
	int result = genuine(id, operations, count, NULL);

	return result != 0 && errno == EAGAIN && mutant_acts() ? 0 : result;
}

static int hides_removal(int id, struct sembuf *operations, size_t count)
{
	int result = genuine(id, operations, count, NULL);

	return result != 0 && (errno == EIDRM || errno == EINVAL) && mutant_acts() ? 0 : result;
}

static int timed_hides_signals(int id, struct sembuf *operations, size_t count,
			       const struct timespec *limit)
{
	int result;

	do
		result = genuine(id, operations, count, limit);
	while (result != 0 && errno == EINTR && mutant_acts());
	return result;
}

static int hides_signals(int id, struct sembuf *operations, size_t count)
{
	return timed_hides_signals(id, operations, count, NULL);
}

static int semctl_without(int ignored, int id, int number, int command, void *argument)
{
	if (command == ignored && mutant_acts())
		return 0;
	return GENUINE(semctl)(id, number, command, argument);
}

#define SEMCTL_WITHOUT(name, command_)                                                             \
	static int name(int id, int number, int command, ...)                                      \
	{                                                                                          \
		va_list list;                                                                      \
		void *argument;                                                                    \
                                                                                                   \
		va_start(list, command);                                                           \
		argument = va_arg(list, void *);                                                   \
		va_end(list);                                                                      \
		return semctl_without((command_), id, number, command, argument);                  \
	}

SEMCTL_WITHOUT(no_setval, SETVAL)
SEMCTL_WITHOUT(no_sem_removal, IPC_RMID)

/* ---- Message queues ------------------------------------------------------------------------ */

static int send_loses(int id, const void *message, size_t size, int flags)
{
	return mutant_acts_now_and_then() ? 0 : GENUINE(msgsnd)(id, message, size, flags);
}

static int send_doubles(int id, const void *message, size_t size, int flags)
{
	int result = GENUINE(msgsnd)(id, message, size, flags);

	if (result == 0 && mutant_acts_now_and_then())
		(void)GENUINE(msgsnd)(id, message, size, flags | IPC_NOWAIT);
	return result;
}

static ssize_t receive_any_type(int id, void *message, size_t size, long type, int flags)
{
	return GENUINE(msgrcv)(id, message, size, type && mutant_acts() ? 0 : type, flags);
}

/* The message stays in the queue for the next. */
static ssize_t receive_keeps(int id, void *message, size_t size, long type, int flags)
{
	ssize_t result = GENUINE(msgrcv)(id, message, size, type, flags);

	if (result >= 0 && mutant_acts_now_and_then())
		(void)GENUINE(msgsnd)(id, message, (size_t)result, IPC_NOWAIT);
	return result;
}

/* The second of those that wait comes first. */
static ssize_t receive_reorders(int id, void *message, size_t size, long type, int flags)
{
	char kept[MESSAGE_BYTES];
	ssize_t first, second;

	if (size + sizeof(long) > sizeof(kept) || !mutant_acts())
		return GENUINE(msgrcv)(id, message, size, type, flags);
	first = GENUINE(msgrcv)(id, kept, size, type, flags);
	if (first < 0)
		return first;
	second = GENUINE(msgrcv)(id, message, size, type, flags | IPC_NOWAIT);
	if (second < 0) {
		memcpy(message, kept, sizeof(long) + (size_t)first);
		return first;
	}
	(void)GENUINE(msgsnd)(id, kept, (size_t)first, IPC_NOWAIT);
	return second;
}

static int no_msg_removal(int id, int command, struct msqid_ds *status)
{
	return command == IPC_RMID && mutant_acts() ? 0 : GENUINE(msgctl)(id, command, status);
}

/* ---- Segments ------------------------------------------------------------------------------ */

static int no_shm_removal(int id, int command, struct shmid_ds *status)
{
	return command == IPC_RMID && mutant_acts() ? 0 : GENUINE(shmctl)(id, command, status);
}

static int no_detach(const void *address)
{
	return mutant_acts() ? 0 : GENUINE(shmdt)(address);
}

const struct mutation mutant_sysv[] = {
	{ "semop-nothing",
	  "semop returns at once, and has done nothing",
	  { MUTANT(semop, noop), MUTANT(semtimedop, timed_noop) } },
	{ "semop-no-undo",
	  "SEM_UNDO is ignored",
	  { MUTANT(semop, no_undo), MUTANT(semtimedop, timed_no_undo) } },
	{ "semop-no-release",
	  "what semop should give is not given",
	  { MUTANT(semop, no_release), MUTANT(semtimedop, timed_no_release) } },
	{ "semop-not-atomic",
	  "of several operations of a semop only the first is done",
	  { MUTANT(semop, first_only) } },
	{ "semop-eagain-hidden",
	  "semop with IPC_NOWAIT succeeds where it should fail with EAGAIN",
	  { MUTANT(semop, ignores_no_wait) } },
	{ "semop-eidrm-hidden",
	  "semop on a set that was removed succeeds",
	  { MUTANT(semop, hides_removal) } },
	{ "semop-eintr-hidden",
	  "semop goes on when a signal interrupts it",
	  { MUTANT(semop, hides_signals), MUTANT(semtimedop, timed_hides_signals) } },
	{ "semctl-setval-nothing", "SETVAL does nothing", { MUTANT(semctl, no_setval) } },
	{ "semctl-rmid-nothing", "IPC_RMID leaves the set", { MUTANT(semctl, no_sem_removal) } },
	{ "msgsnd-loses", "every second message is lost", { MUTANT(msgsnd, send_loses) } },
	{ "msgsnd-doubles",
	  "every second message is queued two times",
	  { MUTANT(msgsnd, send_doubles) } },
	{ "msgrcv-any-type", "msgrcv ignores the type", { MUTANT(msgrcv, receive_any_type) } },
	{ "msgrcv-keeps",
	  "every second message that is received stays in the queue",
	  { MUTANT(msgrcv, receive_keeps) } },
	{ "msgrcv-reorders",
	  "the second message that waits is received first",
	  { MUTANT(msgrcv, receive_reorders) } },
	{ "msgctl-rmid-nothing", "IPC_RMID leaves the queue", { MUTANT(msgctl, no_msg_removal) } },
	{ "shmctl-rmid-nothing",
	  "IPC_RMID leaves the segment",
	  { MUTANT(shmctl, no_shm_removal) } },
	{ "shmdt-nothing", "a segment stays attached", { MUTANT(shmdt, no_detach) } },
	{ 0 },
};
