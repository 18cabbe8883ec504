/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot fuzz`: what the user asked for, and the afl-fuzz processes that it has started. */
#ifndef SABOT_CLI_FUZZ_H
#define SABOT_CLI_FUZZ_H

#include "campaign/fuzz_watch.h"
#include "cli/select.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define FUZZ_ALONE "default" /* afl-fuzz calls itself so */

enum { FUZZ_INSTANCES_MAX = 64, FUZZ_WORDS_MAX = 64 };

/* The environment variables by which a fork server is told of its counter. */
#define FUZZ_COUNTER_FD	   "SABOT_FUZZ_COUNTER_FD"
#define FUZZ_COUNTER_PLACE "SABOT_FUZZ_COUNTER_PLACE"

/* One afl-fuzz. */
struct fuzz_instance {
	pid_t pid;   /* 0: it has ended */
	int failure; /* its wait status, if it ended before it was told to, and not well */
	char name[64];
};

struct fuzz {
	/* What the user asked for. */
	struct campaign_options campaign;
	struct selection selection;
	const char *words[FUZZ_WORDS_MAX], *case_name, *out;
	size_t word_count;
	unsigned long long budget_ns, instances, warm_up;
	bool first, serves, json, quiet;
	char **afl_options; /* behind -- */
	int afl_option_count;

	uint32_t roots, faults; /* the most of any case */
	const char *plans,
		*out_absolute; /* where plans go: as the user named it, and its full path */
	/* In it, for these cases: our own files, what afl-fuzz reads, and what it writes. */
	char directory[PATH_MAX], seeds[PATH_MAX], outputs[PATH_MAX];

	const char *program, *mutator; /* paths */
	struct fuzz_watch *watch;
	struct fuzz_instance started[FUZZ_INSTANCES_MAX];
	uint32_t started_count;
	const uint64_t *counters; /* executions of each, which their fork servers count */
	int counter_fd;
	uint64_t began_ns, told_ns;
	size_t told[FUZZ_TARGETS_MAX]; /* findings of each case */
	const char *lost;	       /* the worker has died: how */
	bool screen;		       /* afl-fuzz draws on the terminal */
	bool begun, stopped;
	uint64_t warmed; /* executions of the search before */
	int code;	 /* they could not be started */
};

struct fuzz_figures {
	uint64_t executions, kept; /* of all together */
	double stability;	   /* the lowest, in percent; negative if nobody has said */
};

/* Of a *fuzz that is all zeros. */
void fuzz_defaults(struct fuzz *fuzz);

/* Fills *fuzz from the arguments; ends the process with EXIT_USAGE where they are wrong. */
void fuzz_parse(struct fuzz *fuzz, int argc, char **argv);

/* Which of several it is, if the user has said so: -M NAME, -S NAME; else FUZZ_ALONE. */
const char *fuzz_afl_own_name(const struct fuzz *fuzz);

/* Finds afl-fuzz and our mutator. Returns 0, or an exit code after one clear line. */
int fuzz_afl_find(struct fuzz *fuzz);

/* Starts them. Returns 0, or an exit code after one clear line. */
int fuzz_afl_start(struct fuzz *fuzz);

/* Whether any still runs. */
bool fuzz_afl_run(struct fuzz *fuzz);

/* Ends them and all that they have started, gently first. */
void fuzz_afl_end(struct fuzz *fuzz);

/* From what is counted, and what they have written. */
void fuzz_afl_figures(const struct fuzz *fuzz, struct fuzz_figures *figures);

/* Executions of the first afl-fuzz until its first crash; 0: there was none. */
uint64_t fuzz_afl_first_crash(const struct fuzz *fuzz);

/* Why one has ended by itself that should not have. NULL: all did as they should. */
const char *fuzz_afl_complaint(const struct fuzz *fuzz);

/* Whether `fuzz_detect` can: 0, or an exit code after one clear line. */
int fuzz_check(void);

/*
 * Searches this one case from the default schedule on, until it is found to be bad; for
 * `bench --detection`. Files go to `out`, a directory of the caller's. *executions: how many that
 * took, or 0 if there was no such finding within `limit`. Returns 0, or an exit code after one
 * clear line.
 */
int fuzz_detect(const struct campaign_target *target, const struct campaign_options *campaign,
		uint64_t limit, const char *out, uint64_t *executions);

#endif
