/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that sleep for a semaphore, a message, a word, a mutex or a condition. */
#include "eintr_tables.h"

#include "inside.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PERMIT, TIMED_PERMIT, PERMITS };
#define HOUR_S 3600

static int failed(int error)
{
	errno = error;
	return error ? -1 : 0;
}

static struct timespec in_an_hour(void)
{
	struct timespec until;

	SABOT_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += HOUR_S;
	return until;
}

static int take_posix(struct eintr_objects *objects)
{
	return sem_wait(&objects->permit);
}

static void post_posix(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->permit));
}

static int take_posix_timed(struct eintr_objects *objects)
{
	struct timespec until = in_an_hour();

	return sem_timedwait(&objects->timed_permit, &until);
}

static void post_posix_timed(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->timed_permit));
}

static void change(const struct eintr_objects *objects, unsigned short number, short by)
{
	struct sembuf operation = { number, by, 0 };

	SABOT_OK(semop(objects->sem, &operation, 1));
}

static int take_sysv(struct eintr_objects *objects)
{
	struct sembuf operation = { PERMIT, -1, 0 };

	return semop(objects->sem, &operation, 1);
}

static void post_sysv(struct eintr_objects *objects)
{
	change(objects, PERMIT, 1);
}

static int take_sysv_timed(struct eintr_objects *objects)
{
	struct sembuf operation = { TIMED_PERMIT, -1, 0 };
	struct timespec hour = { .tv_sec = HOUR_S };

	return semtimedop(objects->sem, &operation, 1, &hour);
}

static void post_sysv_timed(struct eintr_objects *objects)
{
	change(objects, TIMED_PERMIT, 1);
}

struct message {
	long type;
	char byte;
};

static int receive_sysv(struct eintr_objects *objects)
{
	struct message message;

	return msgrcv(objects->queue, &message, 1, 0, 0) == 1 ? 0 : -1;
}

static void send_sysv(struct eintr_objects *objects)
{
	struct message message = { .type = 1 };

	SABOT_OK(msgsnd(objects->queue, &message, 1, 0));
}

static mqd_t open_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };

	return SABOT_OK(mq_open("/eintr", O_RDWR | O_CREAT, 0600, &attr));
}

static int receive_posix(struct eintr_objects *objects)
{
	mqd_t queue = open_queue();
	char byte;
	int result = mq_receive(queue, &byte, 1, NULL) == 1 ? 0 : -1, saved = errno;

	(void)objects;
	SABOT_OK(mq_close(queue));
	errno = saved;
	return result;
}

static void send_posix(struct eintr_objects *objects)
{
	mqd_t queue = open_queue();

	(void)objects;
	SABOT_OK(mq_send(queue, "", 1, 0));
	SABOT_OK(mq_close(queue));
}

static int await_word(uint32_t *word, const struct timespec *limit)
{
	if (syscall(SYS_futex, word, FUTEX_WAIT, 0, limit) == 0 || errno == EAGAIN)
		return 0;
	return -1;
}

static void set_word(uint32_t *word)
{
	__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
	SABOT_OK(syscall(SYS_futex, word, FUTEX_WAKE, 1));
}

static int wait_word(struct eintr_objects *objects)
{
	return await_word(&objects->word, NULL);
}

static void wake_word(struct eintr_objects *objects)
{
	set_word(&objects->word);
}

static int wait_word_timed(struct eintr_objects *objects)
{
	struct timespec hour = { .tv_sec = HOUR_S };

	return await_word(&objects->timed_word, &hour);
}

static void wake_word_timed(struct eintr_objects *objects)
{
	set_word(&objects->timed_word);
}

static int lock_mutex(struct eintr_objects *objects)
{
	int error = pthread_mutex_lock(&objects->mutex);

	return failed(error ? error : pthread_mutex_unlock(&objects->mutex));
}

static void unlock_mutex(struct eintr_objects *objects)
{
	SABOT_ZERO(pthread_mutex_unlock(&objects->mutex));
}

static void enter(pthread_mutex_t *mutex)
{
	int error = pthread_mutex_lock(mutex);

	SABOT_ZERO(error == EOWNERDEAD ? pthread_mutex_consistent(mutex) : error);
}

static int wait_cond(struct eintr_objects *objects)
{
	int error = 0;

	enter(&objects->cond_mutex);
	while (!objects->signalled && !error)
		error = pthread_cond_wait(&objects->cond, &objects->cond_mutex);
	SABOT_ZERO(pthread_mutex_unlock(&objects->cond_mutex));
	return failed(error);
}

static void signal_cond(struct eintr_objects *objects)
{
	enter(&objects->cond_mutex);
	objects->signalled = true;
	SABOT_ZERO(pthread_cond_signal(&objects->cond));
	SABOT_ZERO(pthread_mutex_unlock(&objects->cond_mutex));
}

const struct eintr_call eintr_sync_calls[] = {
	{ "sem_wait", take_posix, post_posix },
	{ "sem_timedwait", take_posix_timed, post_posix_timed },
	{ "semop", take_sysv, post_sysv },
	{ "semtimedop", take_sysv_timed, post_sysv_timed },
	{ "msgrcv", receive_sysv, send_sysv },
	{ "mq_receive", receive_posix, send_posix },
	{ "futex wait", wait_word, wake_word },
	{ "futex wait with a limit", wait_word_timed, wake_word_timed },
	{ "pthread_mutex_lock", lock_mutex, unlock_mutex },
	{ "pthread_cond_wait", wait_cond, signal_cond },
	{ 0 },
};

void eintr_setup_sync(struct eintr_objects *objects)
{
	pthread_condattr_t cond;
	mqd_t queue;

	objects->sem = SABOT_OK(semget(IPC_PRIVATE, PERMITS, 0600));
	objects->queue = SABOT_OK(msgget(IPC_PRIVATE, 0600));
	queue = open_queue();
	SABOT_OK(mq_close(queue));
	SABOT_OK(sem_init(&objects->permit, 1, 0));
	SABOT_OK(sem_init(&objects->timed_permit, 1, 0));
	inside_init(&objects->mutex, PTHREAD_MUTEX_ROBUST);
	inside_init(&objects->cond_mutex, PTHREAD_MUTEX_ROBUST);
	SABOT_ZERO(pthread_condattr_init(&cond));
	SABOT_ZERO(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED));
	SABOT_ZERO(pthread_cond_init(&objects->cond, &cond));
	SABOT_ZERO(pthread_condattr_destroy(&cond));
}

void eintr_hold_sync(struct eintr_objects *objects)
{
	enter(&objects->mutex);
}
