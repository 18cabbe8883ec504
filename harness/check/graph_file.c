/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and locks on files: all of it from /proc, which knows the owners exactly. */
#include "check/graph_look.h"
#include "core/object.h"
#include "os/inspect.h"
#include "os/locks.h"
#include "os/sys.h"

#include <string.h>
#include <sys/file.h>

enum { LINES_MAX = 256 };

/* A search through the descriptors of all processes that could have the file open. */
struct search {
	struct graph_edge *edge;
	const struct look *look;
	struct stat file;
	bool writes; /* a pipe's task waits to write: readers are looked for */
	const struct lock_line *wanted;
	bool unlisted; /* that is made up from the call: it names no file */
	pid_t pid;     /* whose lock is looked at now */
	bool found;
};

void graph_hold(struct graph_edge *edge, pid_t pid)
{
	if (pid == sys_getpid())
		edge->harness = true;
	else
		edge->holders |= graph_process(pid);
}

static bool is_file(const struct search *search, pid_t pid, int fd)
{
	struct stat status;

	return inspect_stat(pid, fd, &status) == 0 && status.st_dev == search->file.st_dev &&
	       status.st_ino == search->file.st_ino;
}

void graph_each_descriptor(bool (*visit)(pid_t pid, int fd, void *argument), void *argument)
{
	uint32_t i;

	for (i = 0; i < control->task_count; i++) {
		const struct task *task = &control->tasks[i];

		if (!task_is_over(task) && (int)i == __builtin_ctzll(graph_process(task->pid)))
			(void)inspect_descriptors(task->pid, visit, argument);
	}
	(void)inspect_descriptors(sys_getpid(), visit, argument);
}

static bool visit_end(pid_t pid, int fd, void *argument)
{
	struct search *search = argument;
	int mode;

	if (!is_file(search, pid, fd))
		return true;
	mode = inspect_flags(pid, fd);
	if (mode >= 0 && (mode & O_ACCMODE) != (search->writes ? O_WRONLY : O_RDONLY))
		graph_hold(search->edge, pid);
	return true;
}

void graph_pipe_ends(struct graph_edge *edge, const struct look *look, const struct stat *pipe,
		     bool writes)
{
	struct search search = { .edge = edge, .look = look, .file = *pipe, .writes = writes };

	graph_each_descriptor(visit_end, &search);
}

static void pipe_ends(struct search *search)
{
	struct graph_edge *edge = search->edge;

	edge->how = GRAPH_OPEN;
	edge->holders = 0;
	edge->inode = search->file.st_ino;
	snprintf(edge->part, sizeof(edge->part), search->writes ? "read end" : "write end");
	graph_pipe_ends(edge, search->look, &search->file, search->writes);
}

static void stream(struct search *search, int fd)
{
	struct graph_edge *edge = search->edge;

	if (edge->object < 0)
		snprintf(edge->name, sizeof(edge->name), "%s %d",
			 S_ISSOCK(search->file.st_mode)	  ? "socket"
			 : S_ISFIFO(search->file.st_mode) ? "pipe"
							  : "descriptor",
			 fd);
	edge->free = inspect_ready(search->look->task->pid, fd, search->writes);
	if (S_ISFIFO(search->file.st_mode) && !edge->free)
		pipe_ends(search);
	else if (S_ISSOCK(search->file.st_mode))
		graph_look_socket(edge, search->look);
	else if ((search->file.st_mode & S_IFMT) == 0)
		graph_look_numbered(edge, search->look, fd, search->writes);
	else
		graph_anybody(edge);
}

/* ---- Locks --------------------------------------------------------------------------------- */

struct lines {
	uint32_t count;
	struct lock_line lines[LINES_MAX];
};

static bool collect(const struct lock_line *lock, void *argument)
{
	struct lines *lines = argument;

	lines->lines[lines->count++] = *lock;
	return lines->count < LINES_MAX;
}

/* The line of what the task asks for; OFD locks name no process, so the file must do. */
static const struct lock_line *find_wanted(const struct lines *lines, enum locks_kind kind,
					   const struct search *search)
{
	const struct lock_line *found = NULL;
	uint32_t i;

	for (i = 0; i < lines->count; i++) {
		const struct lock_line *line = &lines->lines[i];

		if (!line->waits || line->kind != kind ||
		    (line->pid != -1 && line->pid != search->look->task->pid) ||
		    (search->file.st_ino && line->inode != search->file.st_ino))
			continue;
		if (found && kind == LOCKS_OFD)
			return NULL; /* two such: whose is whose cannot be known */
		found = line;
	}
	return found;
}

static void posix_holders(struct graph_edge *edge, const struct lines *lines,
			  const struct lock_line *wanted)
{
	uint32_t i;

	for (i = 0; i < lines->count; i++) {
		const struct lock_line *line = &lines->lines[i];

		if (!line->waits && line->kind != LOCKS_FLOCK && line->pid != wanted->pid &&
		    locks_conflict(line, wanted))
			graph_hold(edge, line->pid);
	}
}

static bool visit_lock(const struct lock_line *lock, void *argument)
{
	struct search *search = argument;
	struct lock_line wanted = *search->wanted;
	bool flock = wanted.kind == LOCKS_FLOCK;

	/* A process's own record locks never bar it; those of others are known by their pid. */
	if (lock->waits || (lock->kind == LOCKS_FLOCK) != flock ||
	    (lock->kind == LOCKS_POSIX && wanted.kind == LOCKS_POSIX))
		return true;
	if (search->unlisted) { /* the descriptor has told that it is the file */
		wanted.inode = lock->inode;
		wanted.major = lock->major;
		wanted.minor = lock->minor;
	}
	if (locks_conflict(lock, &wanted))
		search->found = true;
	return true;
}

/* Locks of open file descriptions belong to whoever has the description, a forked child too. */
static bool visit_description(pid_t pid, int fd, void *argument)
{
	struct search *search = argument;
	const struct look *look = search->look;

	if (!is_file(search, pid, fd) ||
	    inspect_same(look->task->pid, (int)look->arguments[0], pid, fd))
		return true;
	search->found = false;
	(void)locks_each(pid, fd, visit_lock, search);
	if (search->found)
		graph_hold(search->edge, pid);
	return true;
}

static enum locks_kind kind_of(enum op op, long number, const struct look *look)
{
	if (op == OP_SETLKW || op == OP_LOCKF)
		return LOCKS_POSIX;
	if (op == OP_OFD_SETLKW)
		return LOCKS_OFD;
	if (op == OP_FLOCK || number == SYS_flock)
		return LOCKS_FLOCK;
	if (number == SYS_fcntl)
		return look->arguments[1] == F_OFD_SETLKW ? LOCKS_OFD : LOCKS_POSIX;
	return LOCKS_OTHER;
}

static void announced_range(struct graph_edge *edge, const struct call *call)
{
	enum family family = op_family(call->op);
	uint64_t first = call->detail[0], length = call->detail[1];

	if (family == FAMILY_RECORD_LOCK || family == FAMILY_OFD_LOCK)
		locks_range(first, length ? first + length - 1 : LOCKS_TO_END, edge->part,
			    sizeof(edge->part));
}

/*
 * The kernel lists no flock, nor who waits for it, once the process that took it is no more; others
 * may have it still, by the same open file description.
 */
static const struct lock_line *ask_for(const struct search *search, enum locks_kind kind)
{
	static struct lock_line asked;

	if (kind != LOCKS_FLOCK || search->look->number != SYS_flock)
		return NULL;
	asked = (struct lock_line){ .kind = kind,
				    .waits = true,
				    .writes = (search->look->arguments[1] & LOCK_EX) != 0,
				    .last = LOCKS_TO_END };
	return &asked;
}

static void lock(struct search *search, enum locks_kind kind)
{
	static struct lines lines;
	struct graph_edge *edge = search->edge;

	edge->how = GRAPH_HELD;
	edge->holders = 0;
	lines.count = 0;
	(void)locks_each(0, -1, collect, &lines);
	search->wanted = find_wanted(&lines, kind, search);
	if (!search->wanted) {
		search->wanted = ask_for(search, kind);
		search->unlisted = search->wanted;
	}
	if (search->wanted) {
		if (kind != LOCKS_FLOCK)
			locks_range(search->wanted->first, search->wanted->last, edge->part,
				    sizeof(edge->part));
		if (kind == LOCKS_POSIX)
			posix_holders(edge, &lines, search->wanted);
		if (search->file.st_ino)
			graph_each_descriptor(visit_description, search);
	} else {
		announced_range(edge, &search->look->task->call);
		edge->holders = graph_logged(edge->object) & ~task_bit(edge->task);
	}
	if (!edge->holders && !edge->harness)
		graph_anybody(edge);
}

/*
 * A call that moves bytes between two descriptors waits for the first to have some, else for room
 * in the second. Made into the read or write that would wait for the same.
 */
static void move_as_transfer(struct graph_edge *edge, struct look *look)
{
	bool has_source = look->number == SYS_splice || look->number == SYS_tee;
	int source = (int)look->arguments[0];
	struct stat file;

	if (!has_source && look->number != SYS_sendfile && look->number != SYS_vmsplice)
		return;
	if (has_source && !inspect_ready(look->task->pid, source, false)) {
		look->number = SYS_read;
		return;
	}
	if (has_source)
		look->arguments[0] = look->arguments[look->number == SYS_splice ? 2 : 1];
	look->number = SYS_write;
	if (inspect_stat(look->task->pid, (int)look->arguments[0], &file) == 0 &&
	    S_ISFIFO(file.st_mode) && object_seek(FAMILY_PIPE, file.st_dev, file.st_ino) >= 0)
		edge->object = object_seek(FAMILY_PIPE, file.st_dev, file.st_ino);
}

void graph_look_file(struct graph_edge *edge, const struct look *caller)
{
	struct look seen = *caller, *look = &seen;
	struct search search = { .edge = edge, .look = look };
	enum locks_kind kind;
	bool by_fd;
	int fd;

	move_as_transfer(edge, look);
	kind = kind_of(edge->op, look->number, look);
	by_fd = look->number == SYS_read || look->number == SYS_readv ||
		look->number == SYS_write || look->number == SYS_writev;
	fd = (int)look->arguments[0];

	if ((by_fd || kind != LOCKS_OTHER) && look->number >= 0 &&
	    inspect_stat(look->task->pid, fd, &search.file) != 0)
		by_fd = false;
	search.writes = look->number == SYS_write || look->number == SYS_writev;
	if (kind != LOCKS_OTHER)
		lock(&search, kind);
	else if (by_fd)
		stream(&search, fd);
	else
		graph_anybody(edge);
}
