/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program reads from, or writes to, a command of the shell by popen(3); the command may die, and
 * so may the program.
 *
 * Shows: pclose(3) waits for the command and tells how it ended, wherever it is killed, and leaves
 * neither a child nor a descriptor; fclose(3) in its place leaves a zombie. And what the platform
 * does: with SIGCHLD ignored there is no status, what was not flushed dies with the program, whose
 * command then finds the end of the pipe; and pclose() waits for the shell, not for what that has
 * left behind. Does not show: what happens inside of the command.
 */
#include <sabot/sabot.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
	int status; /* as pclose() told it; -2: it was not called */
	bool whole; /* all of the command's words came */
};

struct variant {
	void (*body)(struct sabot_task *task);
	int (*close)(FILE *file);
};

static FILE *start(const char *command, const char *mode)
{
	return SABOT_OK(popen(command, mode));
}

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->status = -2;
	SABOT_OK(mkfifo("never", 0600));
	SABOT_OK(mknod("result", S_IFREG | 0600, 0));
}

static void read_words(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	FILE *file = start("echo some words; exit 7", "r");
	char line[32] = "";

	shared->whole = fgets(line, sizeof(line), file) && !strcmp(line, "some words\n");
	shared->status = variant->close(file);
}

static void write_words(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	FILE *file = start("read line && test \"$line\" = words && exit 7", "w");

	signal(SIGPIPE, SIG_IGN);
	shared->whole = fputs("words\n", file) >= 0;
	shared->status = variant->close(file);
}

/* The command waits for what nobody will write, and its program for the command. */
static void hang(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);

	shared->status = variant->close(start("cat never", "r"));
}

/* ---- What the platform does ----------------------------------------------------------------- */

static void ignore_children(struct sabot_task *task)
{
	FILE *file;

	signal(SIGCHLD, SIG_IGN);
	file = start("exit 7", "r");
	if (pclose(file) == -1 && errno == ECHILD)
		sabot_observe(task, "pclose() gets ECHILD");
}

static void leave_unflushed(struct sabot_task *task)
{
	FILE *file = start("if read line; then echo w; else echo e; fi >result", "w");

	fputs("words\n", file);
	sabot_point(task, "written");
	(void)pclose(file);
}

static void have_grandchild(struct sabot_task *task)
{
	FILE *file = start("cat <never >/dev/null & exit 0", "w");
	int fd;

	if (pclose(file) == 0)
		sabot_observe(task, "pclose() does not wait for what the shell left behind");
	fd = SABOT_OK(open("never", O_RDWR));
	SABOT_OK(close(fd));
}

static void see_what_came(struct sabot_check *check)
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

/* --------------------------------------------------------------------------------------------- */

static const struct variant reads = { read_words, pclose };
static const struct variant writes = { write_words, pclose };
static const struct variant forgets = { read_words, fclose };
static const struct variant hangs = { hang, pclose };
static const struct variant ignores = { ignore_children, pclose };
static const struct variant unflushed = { leave_unflushed, pclose };
static const struct variant grandchild = { have_grandchild, pclose };

static void run(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);

	variant->body(task);
}

/* Killed, or as its last command says: a part of what it was to do shows in neither. */
static void the_status_is_right(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int status = shared->status;

	sabot_require(check,
		      status == -2 || (WIFSIGNALED(status) && sabot_killed(check, NULL)) ||
			      (WIFEXITED(status) && WEXITSTATUS(status) == 7 && shared->whole),
		      "status %x, %s", (unsigned)status,
		      shared->whole ? "and all words came" : "and not all words came");
}

static const struct sabot_role roles[] = { { "program", 1, run }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "the status tells how the command ended", SABOT_AT_END, the_status_is_right },
	{ "the command says what came", SABOT_AT_END, see_what_came },
	{ 0 },
};

static const char *const no_child[] = { "pclose() gets ECHILD", NULL };
static const char *const ended[] = { "the command finds the end of the pipe", NULL };
static const char *const left[] = { "pclose() does not wait for what the shell left behind", NULL };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &reads },
	{ .name = "writes", .variant = &writes },
	{ .name = "kill-anywhere", .variant = &reads, .fault = { .kind = SABOT_KILL } },
	{ .name = "kill-writer", .variant = &writes, .fault = { .kind = SABOT_KILL } },
	{ .name = "fclose", .variant = &forgets, .caught_by = "leak" },
	{ .name = "hangs", .variant = &hangs, .caught_by = "deadlock" },
	{ .name = "platform-ignored",
	  .variant = &ignores,
	  .characterises = "SIGCHLD is ignored when a command of popen() ends",
	  .known = no_child },
	{ .name = "platform",
	  .variant = &unflushed,
	  .fault = { .kind = SABOT_KILL, .who = "program#0", .point = "written" },
	  .characterises = "a program dies that has written to a command, and not flushed",
	  .known = ended },
	{ .name = "platform-grandchild",
	  .variant = &grandchild,
	  .characterises = "a command of popen() leaves a process behind",
	  .known = left },
	{ 0 },
};

static const char *const points[] = { "written", NULL };

const struct sabot_scenario popen_child = {
	.name = "popen-child",
	.group = "pipes-fifos",
	.about = "a command of the shell dies, hangs, or is forgotten",
	.tags = "crash leak platform",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
