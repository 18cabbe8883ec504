/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "os/sys.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS_BETWEEN_LINES = 5, MS_BETWEEN_REDRAWS = 200 };

void progress_begin(struct progress *progress)
{
	memset(progress, 0, sizeof(*progress));
	progress->terminal = isatty(STDERR_FILENO);
	progress->began_ns = progress->last_ns = sys_now_ns();
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}

static void note_host(struct progress *progress, const struct pool_status *status)
{
	if (!atomic_load(&status->executions))
		return;
	if (!atomic_load(&status->gated))
		progress->no_gate = true;
	if (!atomic_load(&status->isolated))
		progress->no_world = true;
	if (atomic_load(&status->shares_files))
		progress->shares_files = true;
}

void progress_show(struct progress *progress, const struct pool_status *status, unsigned workers,
		   uint32_t done, uint32_t total, const char *now)
{
	uint64_t now_ns = sys_now_ns(), executions = 0;
	uint64_t wait_ns = progress->terminal ? (uint64_t)MS_BETWEEN_REDRAWS * 1000000u
					      : (uint64_t)SECONDS_BETWEEN_LINES * 1000000000u;
	double seconds = (double)(now_ns - progress->began_ns) / 1e9;
	unsigned i;

	for (i = 0; i < workers; i++) {
		executions += atomic_load(&status[i].executions);
		note_host(progress, &status[i]);
	}
	if (now_ns - progress->last_ns < wait_ns || done == total)
		return;
	progress->last_ns = now_ns;
	progress_clear(progress);
	fprintf(stderr, "sabot: %u of %u cases, %llu executions, %.0f a second, %.0f s", done,
		total, (unsigned long long)executions, (double)executions / seconds, seconds);
	if (done)
		fprintf(stderr, ", about %.0f s left", seconds / done * (total - done));
	if (now[0])
		fprintf(stderr, " (%s)", now);
	if (!progress->terminal)
		fputc('\n', stderr);
	progress->shown = progress->terminal;
	fflush(stderr);
}

static void add_note(struct progress *progress, bool applies, const char *note)
{
	size_t used = strlen(progress->notes);

	if (applies)
		snprintf(progress->notes + used, sizeof(progress->notes) - used, "%s%s",
			 used ? "; " : "", note);
}

const char *progress_notes(struct progress *progress)
{
	progress->notes[0] = '\0';
	add_note(progress, progress->no_gate,
		 "no real-time priorities: a task cannot be held or killed between being woken and "
		 "running");
	add_note(progress, progress->no_world, "no namespaces: objects are private by name only");
	add_note(progress, progress->shares_files,
		 "no overlay of files: what the program does to them stays, for the next execution "
		 "and after the last");
	return progress->notes;
}
