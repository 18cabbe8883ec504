/* SPDX-License-Identifier: Apache-2.0 */
#include "os/adopt.h"

#include "os/proc_text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void adopt_orphans(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* From /proc/PID/stat: the fourth field, behind a name that may hold anything. 0: gone. */
static pid_t parent_of(const char *pid)
{
	char path[300], text[512];
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	got = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[got] = '\0';
	return proc_text_parent(text);
}

static bool is_kept(pid_t pid, const pid_t *kept, size_t kept_count)
{
	size_t i;

	for (i = 0; i < kept_count; i++)
		if (kept[i] == pid)
			return true;
	return false;
}

static bool end_some(const pid_t *kept, size_t kept_count)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	bool some = false;

	while (directory && (entry = readdir(directory)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) || is_kept(pid, kept, kept_count) ||
		    parent_of(entry->d_name) != getpid())
			continue;
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		some = true;
	}
	if (directory)
		(void)closedir(directory);
	return some;
}

void adopt_end(const pid_t *kept, size_t kept_count)
{
	while (end_some(kept, kept_count))
		continue;
}
