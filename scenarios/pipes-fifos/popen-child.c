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
#include "commands.h"

static void setup(struct sabot_env *env)
{
	struct commands *shared = sabot_env_shared(env);

	shared->status = -2;
	SABOT_OK(mkfifo("never", 0600));
	SABOT_OK(mknod("result", S_IFREG | 0600, 0));
}

static void read_words(struct sabot_task *task)
{
	const struct commands_way *variant = sabot_variant(task);
	struct commands *shared = sabot_shared(task);
	FILE *file = commands_start("echo some words; exit 7", "r");
	char line[32] = "";

	shared->whole = fgets(line, sizeof(line), file) && !strcmp(line, "some words\n");
	shared->status = variant->close(file);
}

static void write_words(struct sabot_task *task)
{
	const struct commands_way *variant = sabot_variant(task);
	struct commands *shared = sabot_shared(task);
	FILE *file = commands_start("read line && test \"$line\" = words && exit 7", "w");

	signal(SIGPIPE, SIG_IGN);
	shared->whole = fputs("words\n", file) >= 0;
	shared->status = variant->close(file);
}

/* The command waits for what nobody will write, and its program for the command. */
static void hang(struct sabot_task *task)
{
	const struct commands_way *variant = sabot_variant(task);
	struct commands *shared = sabot_shared(task);

	shared->status = variant->close(commands_start("cat never", "r"));
}

static const struct commands_way reads = { read_words, pclose };
static const struct commands_way writes = { write_words, pclose };
static const struct commands_way forgets = { read_words, fclose };
static const struct commands_way hangs = { hang, pclose };
static const struct commands_way ignores = { commands_ignore_children, pclose };
static const struct commands_way unflushed = { commands_leave_unflushed, pclose };
static const struct commands_way grandchild = { commands_have_grandchild, pclose };

static void run(struct sabot_task *task)
{
	const struct commands_way *variant = sabot_variant(task);

	variant->body(task);
}

/* Killed, or as its last command says: a part of what it was to do shows in neither. */
static void the_status_is_right(struct sabot_check *check)
{
	const struct commands *shared = sabot_check_shared(check);
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
	{ "the command says what came", SABOT_AT_END, commands_see_what_came },
	{ 0 },
};

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
	  .known = (const char *const[]){ "pclose() gets ECHILD", NULL } },
	{ .name = "platform",
	  .variant = &unflushed,
	  .fault = { .kind = SABOT_KILL, .who = "program#0", .point = "written" },
	  .characterises = "a program dies that has written to a command, and not flushed",
	  .known = (const char *const[]){ "the command finds the end of the pipe", NULL } },
	{ .name = "platform-grandchild",
	  .variant = &grandchild,
	  .characterises = "a command of popen() leaves a process behind",
	  .known = (const char *const[]){ "pclose() does not wait for what the shell left behind",
					  NULL } },
	{ 0 },
};

static const char *const points[] = { "written", NULL };

const struct sabot_scenario popen_child = {
	.name = "popen-child",
	.group = "pipes-fifos",
	.about = "a command of the shell dies, hangs, or is forgotten",
	.tags = "crash leak platform",
	.shared_size = sizeof(struct commands),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
	.points = points,
};
