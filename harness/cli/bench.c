/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/bench.h"
#include "campaign/pool.h"
#include "cli/cli.h"
#include "cli/detection.h"
#include "core/verdict.h"
#include "os/tree.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	KEY_JSON = 256,
	KEY_SCALE,
	KEY_DETECTION,
	KEY_SEEDS,
	KEY_EXECUTIONS,
	KEY_FUZZ,
	WORDS_MAX = 256
};

static const struct argp_option bench_options[] = {
	{ "json", KEY_JSON, NULL, 0, "One JSON object a row", 0 },
	{ "scale", KEY_SCALE, "X", 0, "Multiply the iterations (default 1)", 0 },
	{ "detection", KEY_DETECTION, NULL, 0,
	  "Compare the strategies: how many executions each needs to catch each twin", 0 },
	{ "seeds", KEY_SEEDS, "N", 0, "detection: the median of the seeds 1 to N (default 5)", 0 },
	{ "executions", KEY_EXECUTIONS, "N", 0, "detection: give up after N (default 1000)", 0 },
	{ "fuzz", KEY_FUZZ, NULL, 0,
	  "detection: a column of afl-fuzz as well, which takes a second or two a search", 0 },
	{ "jobs", 'j', "N", 0,
	  "detection: workers, each on a CPU of its own; default: one for each", 0 },
	{ 0 },
};

struct bench_arguments {
	bool json;
	double scale;
	struct bench *bench; /* shared with the worker */
	const char *lost;
	bool compares;
	struct detection detection;
	const char *words[WORDS_MAX];
	size_t word_count;
};

static unsigned long long number_of(const char *text, const char *option, unsigned long long most,
				    struct argp_state *state)
{
	unsigned long long number = 0;

	if (cli_number(text, &number) || number < 1 || number > most)
		argp_error(state, "--%s takes a number from 1 to %llu, not \"%s\"", option, most,
			   text);
	return number;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct bench_arguments *arguments = state->input;
	char *end;

	switch (key) {
	case KEY_JSON:
		arguments->json = true;
		break;
	case KEY_SCALE:
		arguments->scale = strtod(argument, &end);
		if (*end || !(arguments->scale > 0 && arguments->scale <= 1000))
			argp_error(state, "--scale takes a number above 0, not \"%s\"", argument);
		break;
	case KEY_DETECTION:
		arguments->compares = true;
		break;
	case KEY_SEEDS:
		arguments->detection.seeds =
			(uint32_t)number_of(argument, "seeds", DETECTION_SEEDS_MAX, state);
		break;
	case KEY_EXECUTIONS:
		arguments->detection.limit = number_of(argument, "executions", 1000000, state);
		break;
	case KEY_FUZZ:
		arguments->detection.fuzzes = true;
		break;
	case 'j':
		arguments->detection.suite.workers =
			number_of(argument, "jobs", POOL_WORKERS_MAX, state);
		break;
	case ARGP_KEY_ARG:
		if (arguments->word_count == WORDS_MAX)
			argp_error(state, "too many arguments");
		arguments->words[arguments->word_count++] = argument;
		break;
	case ARGP_KEY_SUCCESS:
		if (arguments->word_count && !arguments->compares)
			argp_error(state, "only bench --detection takes scenarios");
		if (arguments->detection.fuzzes && !arguments->compares)
			argp_error(state, "only bench --detection takes --fuzz");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp bench_argp = {
	.options = bench_options,
	.parser = parse,
	.args_doc = "[PATTERN|MODULE.so...]",
	.doc = "Measures the engine beside the floor that the kernel sets, in the same "
	       "run. A bar that is missed is "
	       "said, and decides nothing: figures depend on the machine.",
};

static void *run(struct pool_context *context, uint32_t job, void *user)
{
	struct bench_arguments *arguments = user;

	(void)job;
	bench_run(arguments->bench, arguments->scale, &context->status->alive);
	return arguments->bench;
}

static void done(uint32_t job, void *result, const char *how, void *user)
{
	struct bench_arguments *arguments = user;

	(void)job;
	if (!result)
		arguments->lost = strdup(how);
}

static void tick(const struct pool_status *status, unsigned workers, uint32_t jobs_done, void *user)
{
	(void)status;
	(void)workers;
	(void)jobs_done;
	(void)user;
}

static void print_row(const struct bench_row *row, bool json)
{
	if (json) {
		printf("{\"name\":\"%s\",\"unit\":\"%s\",\"value\":%.3f,\"floor\":%.3f,"
		       "\"ratio\":%.3f,\"bar\":%.3f,\"bar_is\":\"%s\",\"met\":%s}\n",
		       row->name, row->unit, row->value, row->floor, row->ratio, row->bar,
		       row->at_least ? "at least" : "at most", row->pass ? "true" : "false");
		return;
	}
	printf("%-7s %-44s %10.1f %-4s", row->pass ? "met" : "missed", row->name, row->value,
	       row->unit);
	if (row->floor > 0)
		printf(" %5.2f of the floor, %s %.1f\n%60s %10.1f %s (%s)\n", row->ratio,
		       row->at_least ? "at least" : "at most", row->bar, "", row->floor, row->unit,
		       row->floor_name);
	else
		printf(" %s %.0f\n", row->at_least ? "at least" : "at most", row->bar);
}

/* Plans go nowhere: what is asked is only when they come. */
static int compare(struct bench_arguments *arguments)
{
	struct selection *selection = &arguments->detection.suite.selection;
	char directory[] = "/tmp/sabot-detection-XXXXXX";
	int code = 0;
	size_t i;

	if (!arguments->word_count)
		code = select_add(selection, NULL, NULL);
	for (i = 0; i < arguments->word_count && !code; i++)
		code = select_add(selection, arguments->words[i], NULL);
	if (code)
		return code;
	if (!mkdtemp(directory))
		return cli_fail(EXIT_UNDECIDED, "no temporary directory: %s", strerror(errno));
	arguments->detection.suite.out = directory;
	arguments->detection.json = arguments->json;
	code = detection_run(&arguments->detection);
	tree_remove(AT_FDCWD, directory);
	return code;
}

int cli_bench(int argc, char **argv)
{
	static struct bench_arguments arguments = { .scale = 1 };
	struct pool_options pool = { .workers = 1, .run = run, .done = done, .tick = tick };
	size_t i;
	int error;

	suite_defaults(&arguments.detection.suite);
	arguments.detection.seeds = 5;
	arguments.detection.limit = 1000;
	argp_parse(&bench_argp, argc, argv, 0, NULL, &arguments);
	if (arguments.compares)
		return compare(&arguments);
	arguments.bench = mmap(NULL, sizeof(*arguments.bench), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arguments.bench == MAP_FAILED)
		return cli_fail(EXIT_BUG, "out of memory");
	pool.user = &arguments;
	pool.out_directory = "/tmp";
	error = pool_run(&pool, 1);
	if (arguments.lost || error)
		return cli_fail(EXIT_UNDECIDED, "the benchmark did not end: %s",
				arguments.lost ? arguments.lost : strerror(-error));
	for (i = 0; i < arguments.bench->count; i++)
		print_row(&arguments.bench->rows[i], arguments.json);
	return fflush(stdout) == 0
		       ? EXIT_PASS
		       : cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(errno));
}
