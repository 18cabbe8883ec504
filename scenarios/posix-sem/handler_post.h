/* SPDX-License-Identifier: Apache-2.0 */
/* Signals whose handler wakes a waiter: by a semaphore, or as no handler may. */
#ifndef SCENARIOS_POSIX_SEM_HANDLER_POST_H
#define SCENARIOS_POSIX_SEM_HANDLER_POST_H

#include <sabot/sabot.h>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS = 3 };

struct handler_post_way {
	bool by_condition;
};

struct handler_post {
	struct handler_post_way variant;
	pid_t catcher; /* once it is ready */
	sem_t told;
	int posted, taken;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

static struct handler_post *ours; /* the handler has no other way to know */

static inline void handler_tell(int signo)
{
	(void)signo;
	if (ours->variant.by_condition) {
		SABOT_ZERO(pthread_mutex_lock(&ours->mutex));
		ours->posted++;
		SABOT_ZERO(pthread_cond_signal(&ours->cond));
		SABOT_ZERO(pthread_mutex_unlock(&ours->mutex));
		return;
	}
	SABOT_OK(sem_post(&ours->told));
	ours->posted++;
}

/* Works under the mutex meanwhile, as its own business. */
static inline void handler_catch_all(struct sabot_task *task)
{
	struct sigaction action = { .sa_handler = handler_tell, .sa_flags = SA_RESTART };
	struct handler_post *shared = ours = sabot_shared(task);
	int i;

	SABOT_OK(sigaction(SIGRTMIN, &action, NULL));
	shared->catcher = getpid();
	for (i = 0; i < SIGNALS; i++) {
		if (shared->variant.by_condition)
			SABOT_ZERO(pthread_mutex_lock(&shared->mutex));
		sabot_point(task, "at work");
		if (shared->variant.by_condition)
			SABOT_ZERO(pthread_mutex_unlock(&shared->mutex));
	}
}

static inline void handler_one_permit_each(struct sabot_check *check)
{
	struct handler_post *shared = sabot_check_shared(check);
	int value = -1;

	if (shared->variant.by_condition)
		return;
	(void)sem_getvalue(&shared->told, &value);
	sabot_require(check, value + shared->taken == shared->posted,
		      "%d were handled, %d taken, %d are left", shared->posted, shared->taken,
		      value);
}

#endif
