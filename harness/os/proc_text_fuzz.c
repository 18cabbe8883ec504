/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz entry: whatever a file of /proc says, reading it stays within its text, and what is read is
 * within its bounds. Built by ci/fuzz only; else it is empty.
 */
#include "os/proc_text.h"

#ifdef SABOT_FUZZ

#include "os/locks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void read_stat(const char *text)
{
	uint64_t ticks = 1;
	char state = proc_text_state(text, &ticks);

	require(state && proc_text_state(text, NULL) == state);
	(void)proc_text_exit_status(text);
	require(state != 'X' || strchr(text, 'X') || proc_text_parent(text) == 0);
}

static void read_status(const char *text)
{
	struct proc_signals signals;
	struct proc_rest rest;
	int64_t number = 7;

	proc_text_rest(text, &rest);
	proc_text_signals(text, &signals);
	require(proc_text_number(text, "\nflags:", 8, &number) || number == 7);
}

static void read_children(const char *text)
{
	pid_t children[3] = { 0, 0, -5 };
	size_t count = proc_text_children(text, children, 2);

	require(count <= 2 && children[2] == -5);
}

static void read_lines(char *text)
{
	struct proc_range range;
	struct lock_line lock;
	char words[64], *line, *rest = text;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (proc_text_range(line, &range))
			require(!range.path[0] ||
				(range.path >= line && range.path < line + strlen(line)));
		if (locks_parse(line, &lock))
			require(locks_range(lock.first, lock.last, words, sizeof(words)) == words);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Its own memory, to its last byte: what is read beyond is seen. */
	char *text = malloc(size + 1);
	uint64_t arguments[6] = { 0 };

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	read_stat(text);
	read_status(text);
	read_children(text);
	(void)proc_text_syscall(text, arguments);
	(void)proc_text_sent(text);
	read_lines(text);
	free(text);
	return 0;
}

#endif
