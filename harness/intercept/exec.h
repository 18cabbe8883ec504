/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that run another program. */
#ifndef SABOT_INTERCEPT_EXEC_H
#define SABOT_INTERCEPT_EXEC_H

#include <spawn.h>
#include <stdint.h>
#include <sys/types.h>

/* posix_spawn() of a shell that runs the command; a point at `site`. Returns an error number. */
int exec_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *actions,
	       const posix_spawnattr_t *attr, uintptr_t site);

/*
 * execve(2) of a path in place of the calling task's program. It is the harness's: no point, so
 * nothing strikes there. Returns -1 with errno set.
 */
int exec_program(const char *path, char *const *arguments, char *const *environment);

#endif
