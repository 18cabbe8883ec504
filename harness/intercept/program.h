/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that were not written for Sabot. A task becomes one by execve(), with libsabot preloaded
 * (ld.so(8), LD_PRELOAD); before its main() the new program finds the control block, and goes on as
 * that task: what it calls is seen, and it forks, execs and is killed as tasks do. Programs that it
 * runs find it as well, by their environment. Does not control: static programs, those that ld.so
 * keeps preloading from (set-user-ID), and what runs before main().
 */
#ifndef SABOT_INTERCEPT_PROGRAM_H
#define SABOT_INTERCEPT_PROGRAM_H

#include <sabot/sabot.h>

#include <stdbool.h>

/* CPU time in one step: a program may compute for longer than what is written to be a scenario. */
enum { PROGRAM_STEP_US = 4000000 };

struct program_command {
	const char *directory, *path;
	char *const *arguments; /* the program's name first, NULL last */
};

/* What program_body() runs, kept by reference. Once, before workers are forked. */
void program_use(const struct program_command *command);

/* The body of a role that is a program. Returns only if it cannot be run: a finding says so. */
void program_body(struct sabot_task *task);

/*
 * The setup of such a scenario: the program's directory and /tmp are as they were, whatever earlier
 * executions did in them, and its processes get the same numbers. Where its files cannot be
 * private, control->program.shares_files is set.
 */
void program_setup(struct sabot_env *env);

/* Whether the scenario's first role is one. */
bool program_is_scenario(const struct sabot_scenario *scenario);

/* Supervisor: once, when the control block is there. */
void program_prepare(void);

#endif
