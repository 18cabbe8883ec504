/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a child, a signal or a time; and the order of all. */
#include "eintr_tables.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static int wait_child(struct eintr_objects *objects)
{
	if (!child) {
		child = SABOT_OK(fork());
		if (child == 0) {
			while (sem_wait(&objects->child) != 0)
				continue;
			_exit(0);
		}
	}
	if (waitpid(child, NULL, 0) == -1)
		return -1;
	child = 0;
	return 0;
}

static void release_child(struct eintr_objects *objects)
{
	SABOT_OK(sem_post(&objects->child));
}

static int take_signal(struct eintr_objects *objects)
{
	sigset_t set;

	(void)objects;
	SABOT_OK(sigemptyset(&set));
	SABOT_OK(sigaddset(&set, SIGUSR2));
	return sigwaitinfo(&set, NULL) == SIGUSR2 ? 0 : -1;
}

static void send_signal(struct eintr_objects *objects)
{
	(void)kill(objects->waiter, SIGUSR2); /* it may be dead */
}

static int rest(struct eintr_objects *objects)
{
	struct timespec second = { .tv_sec = 1 };

	(void)objects;
	return nanosleep(&second, NULL); /* tidy-allow calls: it is what is interrupted */
}

static const struct eintr_call process_calls[] = {
	{ "waitpid", wait_child, release_child },
	{ "sigwaitinfo", take_signal, send_signal },
	{ "nanosleep", rest, eintr_close_other_end },
	{ 0 },
};

const struct eintr_call *eintr_call(int number)
{
	const struct eintr_call *const tables[] = { eintr_file_calls, eintr_sync_calls,
						    process_calls };
	const struct eintr_call *call;
	unsigned i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (call = tables[i]; call->name; call++)
			if (number-- == 0)
				return call;
	return NULL;
}

void eintr_setup(struct eintr_objects *objects)
{
	eintr_setup_files(objects);
	eintr_setup_sync(objects);
	SABOT_OK(sem_init(&objects->child, 1, 0));
}

void eintr_hold(struct eintr_objects *objects)
{
	eintr_hold_files();
	eintr_hold_sync(objects);
}
