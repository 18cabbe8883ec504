/* SPDX-License-Identifier: Apache-2.0 */
/* A request to be told of messages, which stands or ends with what its process does. */
#ifndef SCENARIOS_MESSAGE_QUEUES_REQUEST_H
#define SCENARIOS_MESSAGE_QUEUES_REQUEST_H

#include <sabot/sabot.h>

#include <mqueue.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
	int ends[2];
	int sent, read;
};

struct request_way {
	bool helper, just_look;
};

static inline int request_ask(mqd_t queue)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

	return mq_notify(queue, &event);
}

static inline bool request_read_one(struct request *shared, mqd_t queue)
{
	char byte;

	if (mq_receive(queue, &byte, 1, NULL) == 1)
		shared->read++;
	return shared->read > 0;
}

static inline mqd_t request_begin(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SABOT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	return SABOT_OK(mq_open("/news", O_RDONLY | O_NONBLOCK));
}

static inline void request_finish(struct request *shared, mqd_t queue)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	while (!request_read_one(shared, queue))
		(void)sigwaitinfo(&set, NULL);
	SABOT_OK(mq_close(queue));
}

/* It opens the queue for itself, and closes what it opened. */
static inline void request_help(void)
{
	SABOT_OK(mq_close(mq_open("/news", O_RDONLY)));
}

/* To ask again is refused as long as the request stands. */
static inline void request_look(struct sabot_task *task, mqd_t queue)
{
	pid_t child = SABOT_OK(fork());

	if (child == 0) {
		SABOT_OK(mq_close(queue));
		_exit(0);
	}
	SABOT_OK(waitpid(child, NULL, 0));
	if (request_ask(queue) != 0)
		sabot_observe(task, "it stands when a child closes a descriptor");
	request_help();
	if (request_ask(queue) == 0)
		sabot_observe(task, "it ends when its process closes another descriptor");
	sabot_point(task, "has asked");
}

#endif
