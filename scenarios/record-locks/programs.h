/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is executed by who has a record lock, and who has the lock then. */
#ifndef SCENARIOS_RECORD_LOCKS_PROGRAMS_H
#define SCENARIOS_RECORD_LOCKS_PROGRAMS_H

#include "../section.h"
#include "ranges.h"

#include <sys/wait.h>

struct programs {
	bool lost; /* a program runs without the lock of who executed it */
};

struct programs_way {
	bool assumes;	  /* that the child has its parent's lock */
	bool executes;	  /* the child locks, and becomes a program */
	bool closes_copy; /* in becoming one it closes another descriptor of the file */
};

/* `input` is what the program reads; `begun` closes by itself when it begins. */
static inline void programs_become(struct sabot_task *task, int input)
{
	const struct programs_way *variant = sabot_variant(task);
	int fd = SABOT_OK(open("data", O_RDWR));

	if (variant->closes_copy)
		SABOT_OK(open("data", O_RDONLY | O_CLOEXEC));
	ranges_lock(F_SETLKW, fd, true);
	SABOT_OK(dup2(input, STDIN_FILENO));
	SABOT_OK(execl("/bin/cat", "cat", (char *)NULL));
}

static inline void programs_look(struct sabot_task *task, pid_t child)
{
	struct programs *shared = sabot_shared(task);
	struct flock held = { .l_type = F_WRLCK, .l_len = 1 };
	int fd = SABOT_OK(open("data", O_RDWR)), status;

	SABOT_OK(fcntl(fd, F_GETLK, &held));
	SABOT_OK(close(fd));
	if (waitpid(child, &status, WNOHANG) != 0) {
		sabot_assert(task, WIFSIGNALED(status), "the program ends before its input does");
		return;
	}
	sabot_observe(task, held.l_type == F_UNLCK ? "nobody has the lock"
			    : held.l_pid == child  ? "the program has the lock"
						   : "the rival has the lock");
	shared->lost = held.l_type == F_UNLCK || held.l_pid != child;
}

static inline void programs_start(struct sabot_task *task)
{
	int input[2], begun[2];
	pid_t child;
	char byte;

	SABOT_OK(pipe2(input, O_CLOEXEC));
	SABOT_OK(pipe2(begun, O_CLOEXEC));
	child = SABOT_OK(fork());
	if (child == 0)
		programs_become(task, input[0]);
	SABOT_OK(close(input[0]));
	SABOT_OK(close(begun[1]));
	SABOT_OK(read(begun[0], &byte, 1)); /* its end: the program runs, or the child is dead */
	SABOT_OK(close(begun[0]));
	programs_look(task, child);
	SABOT_OK(close(input[1]));
	(void)waitpid(child, NULL, 0);
}

/* That of who executed it. */
static inline void programs_has_lock(struct sabot_check *check)
{
	const struct programs *shared = sabot_check_shared(check);

	sabot_require(check, !shared->lost, "the program runs, and somebody else could lock");
}

#endif
