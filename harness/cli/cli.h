/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one file a verb. */
#ifndef SABOT_CLI_CLI_H
#define SABOT_CLI_CLI_H

#include <sabot/sabot.h>

#include <stdbool.h>
#include <stdio.h>

/*
 * The program. `builtin` is the NULL-terminated table of the scenarios that come with it. Returns
 * the exit code. Exported: the executable is this call and the scenarios.
 */
__attribute__((visibility("default"))) int sabot_main(int argc, char **argv,
						      const struct sabot_scenario *const *builtin);

struct cli_verb {
	const char *name;
	const char *about;		   /* one line */
	int (*run)(int argc, char **argv); /* argv[0] is "sabot VERB" */
};

extern const struct cli_verb cli_verbs[]; /* ends with a zeroed entry */

int cli_run(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_shrink(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_bench(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_faults(int argc, char **argv);
int cli_new(int argc, char **argv);
int cli_semantics(int argc, char **argv);
int cli_mutate(int argc, char **argv);
int cli_coverage(int argc, char **argv);
int cli_fuzz(int argc, char **argv);
int cli_cc(int argc, char **argv);
int cli_cxx(int argc, char **argv);

extern const struct sabot_scenario *const *cli_builtin;
extern const char *cli_program; /* as the user called it */
extern char **cli_arguments;	/* all of them, as they were typed; ends with NULL */

/* One line on standard error, "sabot: ...". Message as printf. Returns `code`. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Address-space layout randomisation off, by running this program anew once; without it addresses
 * differ from run to run. Goes on as it is where the kernel refuses.
 */
void cli_fix_addresses(char **argv);

/* Reads "30s", "5m", "2h", "250ms", or seconds. 0 or -EINVAL. */
int cli_duration(const char *text, unsigned long long *ns);
/* Reads an unsigned number, decimal or 0x. 0 or -EINVAL. */
int cli_number(const char *text, unsigned long long *number);

#endif
