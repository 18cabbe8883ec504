/* SPDX-License-Identifier: Apache-2.0 */
#include "check/leaks.h"

#include "check/leak.h"
#include "check/place.h"
#include "core/control.h"
#include "intercept/heap.h"
#include "os/hot.h"
#include "os/sys.h"
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERNS_MAX = 64, REPORT_MAX = 16 << 20 };

/* What a process has lost. */
struct loss {
	int task;
	enum heap_look_kind kind; /* of the last look at it */
	struct leak leak;
};

static struct loss losses[LEAKS_MAX];
static uint32_t loss_count HOT;

static char patterns[PATTERNS_MAX][LEAK_TEXT_MAX];
static uint32_t pattern_count;

int leaks_suppress(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	while (pattern_count < PATTERNS_MAX && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!strncmp(line, "leak:", 5))
			snprintf(patterns[pattern_count++], LEAK_TEXT_MAX, "*%.*s*",
				 LEAK_TEXT_MAX - 3, line + 5);
	}
	free(line);
	fclose(file);
	return 0;
}

/* What the checker could not tell of a frame. */
static void name_frames(struct leak *leak)
{
	uint32_t i;

	for (i = 0; i < leak->frame_count; i++) {
		struct leak_frame *frame = &leak->frames[i];
		struct symbol symbol;
		char place[LEAK_TEXT_MAX];

		if (frame->line || !frame->address)
			continue;
		(void)place_find(frame->address + 1, &symbol, place, sizeof(place));
		if (symbol.function[0] && !frame->function[0])
			snprintf(frame->function, sizeof(frame->function), "%.*s",
				 LEAK_TEXT_MAX - 1, symbol.function);
		if (symbol.line) {
			snprintf(frame->file, sizeof(frame->file), "%.*s", LEAK_TEXT_MAX - 1,
				 symbol.file);
			frame->line = symbol.line;
		}
	}
}

/* Of the harness or of the checker, which are on every stack. */
static bool is_not_theirs(const struct leak_frame *frame)
{
	const char *object = basename(frame->object);

	return !strncmp(object, "libsabot.", 9) || !strncmp(object, "vgpreload_", 10) ||
	       !strncmp(object, "libasan.", 8) || !strncmp(object, "liblsan.", 8);
}

/* The part of the stack that is the scenario's: from *first on, so many. */
static uint32_t their_frames(const struct leak *leak, uint32_t *first)
{
	uint32_t i, count = 0;

	for (i = 0; i < leak->frame_count && is_not_theirs(&leak->frames[i]); i++)
		continue;
	*first = i;
	for (; i < leak->frame_count && !is_not_theirs(&leak->frames[i]); i++)
		count++;
	return count;
}

static bool is_of_harness(const struct leak_frame *frame)
{
	return !strncmp(basename(frame->object), "libsabot.", 9);
}

/*
 * What the supervisor has allocated is there in each task, too, and what pointed to it may be gone
 * there: in a register, say. A task's stack goes through the harness again, which called the body.
 */
static bool is_supervisors(const struct leak *leak)
{
	uint32_t i, first, count = their_frames(leak, &first);
	bool by_harness = false;

	for (i = 0; i < first; i++)
		by_harness |= is_of_harness(&leak->frames[i]);
	return by_harness && first + count == leak->frame_count &&
	       (!count || leak->frame_count < LEAK_FRAMES_MAX);
}

static bool is_suppressed(const struct leak *leak)
{
	uint32_t i, j;

	for (i = 0; i < leak->frame_count; i++)
		for (j = 0; j < pattern_count; j++)
			if (fnmatch(patterns[j], leak->frames[i].function, 0) == 0 ||
			    fnmatch(patterns[j], leak->frames[i].object, 0) == 0)
				return true;
	return false;
}

/* What the checker said, of *size bytes; NULL: nothing. The caller frees it. */
static char *words(const struct heap_look *look, size_t *size)
{
	size_t length = (size_t)(look->end - look->begin);
	bool any = length && length <= REPORT_MAX;
	int fd = any ? sys_open(heap_path(), O_RDONLY | O_CLOEXEC, 0) : -1;
	char *text = fd >= 0 ? malloc(length) : NULL;
	ssize_t got = text ? sys_pread(fd, text, length, (off_t)look->begin) : 0;

	if (fd >= 0)
		(void)sys_close(fd);
	*size = got > 0 ? (size_t)got : 0;
	if (*size)
		return text;
	free(text);
	return NULL;
}

static void read_look(const struct heap_look *look, struct leak_list *list)
{
	size_t size;
	char *text = words(look, &size);

	if (text && heap_checker() == HEAP_VALGRIND)
		(void)leak_read_valgrind(list, text, size);
	else if (text)
		leak_read_lsan(list, text, size);
	free(text);
}

static uint32_t looks(void)
{
	return control->heap.look_count < HEAP_LOOKS_MAX ? control->heap.look_count
							 : HEAP_LOOKS_MAX;
}

static bool is_of(const struct heap_look *look, const struct task *task)
{
	return look->task >= 0 && control->tasks[look->task].process == task_number(task);
}

/*
 * valgrind tells at each look what is new since the last, of the process or of the one that it is a
 * copy of. LeakSanitizer tells all each time: what counts is the last, less what the process began
 * with.
 */
static enum heap_look_kind read_task(const struct task *task, struct leak_list *list)
{
	static struct leak_list before;
	enum heap_look_kind kind = HEAP_AT_BIRTH;
	bool all = heap_checker() == HEAP_LSAN;
	uint32_t i;

	list->count = list->left_out = before.count = before.left_out = 0;
	for (i = 0; i < looks(); i++) {
		const struct heap_look *look = &control->heap.looks[i];
		bool first = look->task < 0;

		if (look->kind == HEAP_REFUSED || (!first && !is_of(look, task)))
			continue;
		if (look->kind == HEAP_AT_BIRTH) {
			before.count = 0;
			if (all)
				read_look(look, &before);
			continue;
		}
		if (all)
			list->count = 0;
		read_look(look, list);
		kind = look->kind;
	}
	leak_subtract(list, &before);
	return kind;
}

static void add_losses(const struct task *task)
{
	static struct leak_list list;
	enum heap_look_kind kind = read_task(task, &list);
	uint32_t i;

	for (i = 0; i < list.count && loss_count < LEAKS_MAX; i++) {
		struct loss *loss = &losses[loss_count];

		name_frames(&list.leaks[i]);
		if (is_supervisors(&list.leaks[i]) || is_suppressed(&list.leaks[i]))
			continue;
		*loss = (struct loss){ task_number(task), kind, list.leaks[i] };
		loss_count++;
	}
}

/* The first that is lost itself. */
static const struct loss *main_loss(void)
{
	uint32_t i;

	for (i = 0; i < loss_count; i++)
		if (!losses[i].leak.indirect)
			return &losses[i];
	return loss_count ? &losses[0] : NULL;
}

static const char *amount(const struct leak *leak, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64 " byte%s in %" PRIu64 " block%s", leak->bytes,
		 leak->bytes == 1 ? "" : "s", leak->blocks, leak->blocks == 1 ? "" : "s");
	return text;
}

static const char *frame_place(const struct leak_frame *frame, char *text, size_t size)
{
	if (frame->line)
		snprintf(text, size, "%s:%u", basename(frame->file), frame->line);
	else
		snprintf(text, size, "%s", basename(frame->object));
	return text;
}

static void find(const struct loss *loss)
{
	const struct leak *leak = &loss->leak;
	const struct task *task = &control->tasks[loss->task];
	char lost[64], place[LEAK_TEXT_MAX + 16] = "an unknown place";
	uint32_t first;

	if (their_frames(leak, &first))
		frame_place(&leak->frames[first], place, sizeof(place));
	control_find(KIND_MEMORY_LEAK, loss->task, kind_name(KIND_MEMORY_LEAK),
		     "%s %s lost %s, allocated at %s", task->name,
		     loss->kind == HEAP_AT_END ? "has" : "had", amount(leak, lost, sizeof(lost)),
		     place);
	if (first < leak->frame_count)
		control->finding.site = leak->frames[first].address + 1;
}

/* Of the execution that the block shows. */
static void gather(void)
{
	uint32_t i;

	loss_count = 0;
	for (i = 0; heap_checker() && i < control->task_count; i++)
		if (control->tasks[i].process == (int)i)
			add_losses(&control->tasks[i]);
}

void leaks_judge(void)
{
	const struct loss *loss;

	gather();
	loss = main_loss();
	if (loss && !control->over)
		find(loss);
}

static void write_frames(FILE *file, const struct leak *leak)
{
	uint32_t first, count = their_frames(leak, &first), i;
	char place[LEAK_TEXT_MAX + 16];

	for (i = first; i < first + count; i++) {
		const struct leak_frame *frame = &leak->frames[i];

		fprintf(file, "    %s %s (%s)\n", i == first ? "in" : "by",
			frame->function[0] ? frame->function : "?",
			frame_place(frame, place, sizeof(place)));
	}
}

static void write_loss(FILE *file, const struct loss *loss, bool named)
{
	static const char *const when[] = {
		[HEAP_AT_BIRTH] = "",
		[HEAP_AT_FAULT] = ", as it came to the call at which it was struck",
		[HEAP_AT_LAST] = ", as it came to the call in which it ended",
		[HEAP_AT_CRASH] = ", as it crashed",
		[HEAP_AT_END] = ", at its end",
		[HEAP_REFUSED] = "",
	};
	char lost[64];

	if (named)
		fprintf(file, "%s%s\n", control->tasks[loss->task].name, when[loss->kind]);
	fprintf(file, "  %s%s, allocated\n", amount(&loss->leak, lost, sizeof(lost)),
		loss->leak.indirect ? " that only lost memory points to" : "");
	write_frames(file, &loss->leak);
}

char *leaks_text(void)
{
	const char *left;
	char *text = NULL;
	size_t size;
	uint32_t length, i, lines = left_lines(&left, &length);
	FILE *file;

	/* Of a finding of another kind nobody has looked yet. */
	gather();
	/* One object is what the finding's message tells. */
	if (!loss_count && lines < 2)
		return strdup("");
	file = open_memstream(&text, &size);
	if (!file)
		return strdup("");
	fprintf(file, "in execution %" PRIu64 "\n", control->execution);
	fwrite(left, 1, length, file);
	for (i = 0; i < loss_count; i++)
		write_loss(file, &losses[i], i == 0 || losses[i].task != losses[i - 1].task);
	fclose(file);
	return text;
}

/* What stands in every report of memcheck, and what it said of the process. */
static void write_document(FILE *file, const struct task *task)
{
	uint32_t i;

	fprintf(file,
		"<?xml version=\"1.0\"?>\n<valgrindoutput>\n"
		"<protocolversion>4</protocolversion>\n<protocoltool>memcheck</protocoltool>\n"
		"<pid>%d</pid>\n<tool>memcheck</tool>\n"
		"<args><vargv><exe>valgrind</exe></vargv><argv><exe>%s</exe></argv></args>\n",
		task->pid, task->name);
	for (i = 0; i < looks(); i++) {
		const struct heap_look *look = &control->heap.looks[i];
		bool lost = look->kind != HEAP_AT_BIRTH && look->kind != HEAP_REFUSED;
		size_t size;
		char *text = lost && is_of(look, task) ? words(look, &size) : NULL;

		if (text)
			fwrite(text, 1, size, file);
		free(text);
	}
	fprintf(file, "</valgrindoutput>\n");
}

void leaks_save(int directory, const char *name)
{
	uint32_t i;

	for (i = 0; i < loss_count && heap_checker() == HEAP_VALGRIND; i++) {
		const struct task *task = &control->tasks[losses[i].task];
		char path[NAME_MAX + 1], *slash;
		struct whole whole;
		FILE *file;

		if (i > 0 && losses[i].task == losses[i - 1].task)
			continue;
		snprintf(path, sizeof(path), "%.180s.%s.xml", name, task->name);
		while ((slash = strchr(path, '/')) != NULL)
			*slash = '-';
		file = whole_begin(&whole, directory, path);
		if (!file)
			continue;
		write_document(file, task);
		(void)whole_end(&whole, file, ferror(file) ? -EIO : 0);
	}
}

uint64_t leaks_hash(void)
{
	const struct loss *loss = main_loss();
	uint64_t hash;
	uint32_t first, count, i;

	if (!loss)
		return 0;
	hash = (uint64_t)control->tasks[loss->task].role + 1;
	count = their_frames(&loss->leak, &first);
	for (i = first; i < first + count; i++)
		hash = random_join(random_join(hash, loss->leak.frames[i].line),
				   random_text_hash(loss->leak.frames[i].function));
	return hash;
}
