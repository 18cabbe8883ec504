/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "core/verdict.h"
#include "os/checker.h"

#include <argp.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

const struct sabot_scenario *const *cli_builtin;
const char *cli_program;
char **cli_arguments;

const struct cli_verb cli_verbs[] = {
	{ "run", "run scenarios and judge them", cli_run },
	{ "list", "show the scenarios and their cases", cli_list },
	{ "replay", "run a plan again and compare the traces", cli_replay },
	{ "shrink", "remove from a plan what its finding does not need", cli_shrink },
	{ "explain", "tell a plan's execution as a story", cli_explain },
	{ "bench", "measure the engine beside its floors", cli_bench },
	{ "doctor", "say what this machine allows, and what is missing", cli_doctor },
	{ "semantics", "show what this machine does when somebody dies", cli_semantics },
	{ "faults", "list the kinds of faults, and what they hit", cli_faults },
	{ "mutate", "measure the suite: break primitives, see who notices", cli_mutate },
	{ "coverage", "run modules and say which lines ran, and where faults struck",
	  cli_coverage },
	{ "fuzz", "search with AFL++ for schedules and faults that show something new", cli_fuzz },
	{ "cc", "compile C so that each access of shared memory is a point", cli_cc },
	{ "c++", "the same for C++", cli_cxx },
	{ "new", "write a scenario to start from", cli_new },
	{ 0 },
};

int cli_fail(int code, const char *format, ...)
{
	va_list list;

	fflush(stdout);
	fputs("sabot: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return code;
}

void cli_fix_addresses(char **argv)
{
	int persona = personality(0xffffffff);

	/* On valgrind this program is valgrind, which lays out memory as it always does. */
	if (persona == -1 || (persona & ADDR_NO_RANDOMIZE) || getenv("SABOT_KEEP_ASLR") ||
	    checker_is_valgrind())
		return;
	if (personality((unsigned)persona | ADDR_NO_RANDOMIZE) == -1)
		return;
	execv("/proc/self/exe", argv);
	(void)personality((unsigned)persona);
}

static void usage(FILE *file)
{
	const struct cli_verb *verb;

	fprintf(file, "Usage: sabot VERB [OPTION...]\n\n"
		      "Runs programs made of several processes one step at a time, kills them at "
		      "points that it\n"
		      "chooses, and judges what the survivors see.\n\n");
	for (verb = cli_verbs; verb->name; verb++)
		fprintf(file, "  %-9s %s\n", verb->name, verb->about);
	fprintf(file, "\nStart with `sabot run`. `sabot VERB --help` tells more.\n"
		      "Exit codes: 0 all pass; 1 a finding; 2 usage; 3 replay diverged; 4 "
		      "nothing selected;\n"
		      "5 undecided; 70 bug in sabot; 77 all skipped.\n");
}

/* What parses the arguments moves and cuts them. */
static char **copy_of(int argc, char **argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));
	int i;

	for (i = 0; copy && i < argc; i++)
		copy[i] = strdup(argv[i]);
	return copy;
}

int sabot_main(int argc, char **argv, const struct sabot_scenario *const *builtin)
{
	static char name[64];
	const struct cli_verb *verb;

	cli_builtin = builtin;
	cli_program = argv[0] && argv[0][0] ? argv[0] : "sabot";
	/* Set, not defined: a definition of this library would not take the place of libc's. */
	argp_program_version = "sabot " SABOT_VERSION;
	argp_err_exit_status = EXIT_USAGE;
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return fflush(stdout) == 0 ? EXIT_PASS : EXIT_UNDECIDED;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts(argp_program_version);
		return EXIT_PASS;
	}
	/* Ours has taken its place; what only it has shows that it is there, too. */
	if (dlsym(RTLD_DEFAULT, "__tsan_create_fiber"))
		return cli_fail(EXIT_USAGE, "libtsan is loaded, whose place sabot takes: run it "
					    "without (LD_PRELOAD?)");
	for (verb = cli_verbs; verb->name; verb++)
		if (!strcmp(argv[1], verb->name)) {
			cli_fix_addresses(argv);
			cli_arguments = copy_of(argc, argv);
			if (!cli_arguments)
				return cli_fail(EXIT_BUG, "out of memory");
			snprintf(name, sizeof(name), "sabot %s", verb->name);
			argv[1] = name;
			return verb->run(argc - 1, argv + 1);
		}
	return cli_fail(EXIT_USAGE, "there is no verb \"%s\"; `sabot --help` lists them", argv[1]);
}
