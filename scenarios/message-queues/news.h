/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of which one asks to be told, by a signal or by a thread. */
#ifndef SCENARIOS_MESSAGE_QUEUES_NEWS_H
#define SCENARIOS_MESSAGE_QUEUES_NEWS_H

#include <sabot/sabot.h>

#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

enum { WRITERS = 2, EACH = 2, LAST = WRITERS * EACH, MESSAGES };

struct news {
	mqd_t queue;
	int ends[2];
	sem_t told; /* by the thread */
	bool sent[MESSAGES];
	int read[MESSAGES];
};

struct news_way {
	bool drains_first, by_thread;
};

static inline void news_send(struct news *shared, mqd_t queue, int number)
{
	SABOT_OK(mq_send(queue, (const char *)&number, sizeof(number), 0));
	shared->sent[number] = true;
}

static inline void news_tell(union sigval value)
{
	struct news *shared = value.sival_ptr;

	SABOT_OK(sem_post(&shared->told));
}

static inline int news_ask(struct sabot_task *task, mqd_t queue)
{
	const struct news_way *variant = sabot_variant(task);
	struct sigevent event = {
		.sigev_notify = variant->by_thread ? SIGEV_THREAD : SIGEV_SIGNAL,
		.sigev_value.sival_ptr = sabot_shared(task),
	};

	if (variant->by_thread)
		event.sigev_notify_function = news_tell;
	else
		event.sigev_signo = SIGUSR1;
	return mq_notify(queue, &event);
}

static inline void news_sleep(struct sabot_task *task)
{
	const struct news_way *variant = sabot_variant(task);
	struct news *shared = sabot_shared(task);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (variant->by_thread)
		SABOT_OK(sem_wait(&shared->told));
	else
		while (sigwaitinfo(&set, NULL) < 0) /* it was stopped */
			sabot_assert(task, errno == EINTR, "errno %d", errno);
}

static inline void news_drain(struct sabot_task *task, mqd_t queue)
{
	struct news *shared = sabot_shared(task);
	int number;

	while (mq_receive(queue, (char *)&number, sizeof(number), NULL) >= 0)
		shared->read[number]++;
	sabot_assert(task, errno == EAGAIN, "mq_receive() fails, errno %d", errno);
}

#endif
