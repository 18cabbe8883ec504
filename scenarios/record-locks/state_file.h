/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is written as a whole by who has made its lock file, and what must hold of it. */
#ifndef SCENARIOS_RECORD_LOCKS_STATE_FILE_H
#define SCENARIOS_RECORD_LOCKS_STATE_FILE_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { UPDATES = 2, TRIES = 6, LOOKS = 3 };

#define NAME "state"
#define LOCK NAME ".lock"

struct state {
	int number, check;
};

struct state_file {
	int lives[2]; /* a pipe: its end is that of all the others */
	int updates;  /* no point lies between a rename and the note of it: exact */
};

struct state_file_way {
	bool in_place; /* under the lock, but into the file itself */
	bool never_gives_up;
};

static inline void state_put(int fd, int number)
{
	int check = ~number;

	SABOT_OK(write(fd, &number, sizeof(number)));
	SABOT_OK(write(fd, &check, sizeof(check)));
	SABOT_OK(close(fd));
}

static inline bool state_get(struct state *state)
{
	int fd = open(NAME, O_RDONLY);
	bool whole = read(fd, state, sizeof(*state)) == sizeof(*state);

	(void)close(fd);
	return whole && state->check == ~state->number;
}

/* Returns the new file, or -1 if somebody else has the lock, or had it when it died. */
static inline int state_lock(struct sabot_task *task)
{
	const struct state_file_way *variant = sabot_variant(task);
	int tries, fd;

	for (tries = 0; tries < TRIES || variant->never_gives_up; tries++) {
		fd = open(LOCK, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		sabot_assert(task, errno == EEXIST, "the lock file: errno %d", errno);
		(void)sched_yield();
	}
	return -1;
}

static inline void state_file_has_all(struct sabot_check *check)
{
	const struct state_file *shared = sabot_check_shared(check);
	struct state state = { -1, -1 };
	bool whole = state_get(&state);

	sabot_require(check, whole, "the file has number %d, check %d", state.number, state.check);
	sabot_require(check, state.number == shared->updates, "%d updates, the file has %d",
		      shared->updates, state.number);
}

#endif
