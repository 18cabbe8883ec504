/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the shell, and what the platform does to some. */
#ifndef SCENARIOS_PIPES_FIFOS_COMMANDS_H
#define SCENARIOS_PIPES_FIFOS_COMMANDS_H

#include <sabot/sabot.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct commands {
	int status; /* as pclose() told it; -2: it was not called */
	bool whole; /* all of the command's words came */
};

struct commands_way {
	void (*body)(struct sabot_task *task);
	int (*close)(FILE *file);
};

static inline FILE *commands_start(const char *command, const char *mode)
{
	return SABOT_OK(popen(command, mode));
}

static inline void commands_ignore_children(struct sabot_task *task)
{
	FILE *file;

	signal(SIGCHLD, SIG_IGN);
	file = commands_start("exit 7", "r");
	if (pclose(file) == -1 && errno == ECHILD)
		sabot_observe(task, "pclose() gets ECHILD");
}

static inline void commands_leave_unflushed(struct sabot_task *task)
{
	FILE *file = commands_start("if read line; then echo w; else echo e; fi >result", "w");

	fputs("words\n", file);
	sabot_point(task, "written");
	(void)pclose(file);
}

static inline void commands_have_grandchild(struct sabot_task *task)
{
	FILE *file = commands_start("cat <never >/dev/null & exit 0", "w");
	int fd;

	if (pclose(file) == 0)
		sabot_observe(task, "pclose() does not wait for what the shell left behind");
	fd = SABOT_OK(open("never", O_RDWR));
	SABOT_OK(close(fd));
}

static inline void commands_see_what_came(struct sabot_check *check)
{
	char text = '\0';
	FILE *file = sabot_killed(check, "program") ? fopen("result", "r") : NULL;

	if (!file)
		return;
	(void)!fread(&text, 1, 1, file);
	fclose(file);
	if (text == 'w')
		sabot_check_observe(check, "the command gets what was not flushed");
	if (text == 'e')
		sabot_check_observe(check, "the command finds the end of the pipe");
}

#endif
