/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fuzz.h"

#include "cli/cc.h"
#include "cli/cli.h"
#include "cli/tool_text.h"
#include "core/verdict.h"
#include "os/sys.h"
#include "os/tree.h"
#include "os/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Before ours, and after what afl-fuzz takes for itself (198, 199). */
enum { COUNTER_FD = 196, GENTLE_NS = 5000000, GENTLE_TIMES = 600 };

/* Real time that one execution may take; a task that never ends is ended by its own limits. */
#define PATIENCE_MS "20000"

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* As execvp would: in the directories of PATH. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char *found;

	for (; path && *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, ':');
		if (asprintf(&found, "%.*s/%s", (int)(end - path), path, name) < 0)
			return NULL;
		if (end != path && is_program(found))
			return found;
		free(found);
	}
	return NULL;
}

/* Beside our library, in a build and installed. */
static char *mutator_path(void)
{
	static const char *const places[] = { "", "sabot/" };
	char *path;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (asprintf(&path, "%s/%slibsabot-mutator.so", cc_library_directory(), places[i]) <
		    0)
			return NULL;
		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

int fuzz_afl_find(struct fuzz *fuzz)
{
	fuzz->program = find_program("afl-fuzz");
	if (!fuzz->program)
		return cli_fail(EXIT_SKIPPED,
				"afl-fuzz was not found: install afl++ (or search without it: "
				"sabot run --strategy guided)");
	fuzz->mutator = mutator_path();
	if (!fuzz->mutator)
		return cli_fail(EXIT_UNDECIDED, "libsabot-mutator.so is not beside libsabot.so");
	return 0;
}

static bool has_option(const struct fuzz *fuzz, const char *option)
{
	int i;

	for (i = 0; i < fuzz->afl_option_count; i++)
		if (!strncmp(fuzz->afl_options[i], option, 2))
			return true;
	return false;
}

/* The user's words may say which of several it is: -M NAME, -SNAME. */
const char *fuzz_afl_own_name(const struct fuzz *fuzz)
{
	int i;

	for (i = 0; i < fuzz->afl_option_count; i++) {
		const char *option = fuzz->afl_options[i];

		if (strncmp(option, "-M", 2) != 0 && strncmp(option, "-S", 2) != 0)
			continue;
		if (option[2])
			return option + 2;
		return i + 1 < fuzz->afl_option_count ? fuzz->afl_options[i + 1] : FUZZ_ALONE;
	}
	return FUZZ_ALONE;
}

/* ---- Starting ------------------------------------------------------------------------------ */

static void add_afl_options(struct cc_list *list, const struct fuzz *fuzz, uint32_t number)
{
	int i;

	cc_add(list, fuzz->program);
	cc_add(list, "-i");
	cc_add(list, fuzz->seeds);
	cc_add(list, "-o");
	cc_add(list, fuzz->outputs);
	if (!has_option(fuzz, "-t")) {
		cc_add(list, "-t");
		cc_add(list, PATIENCE_MS);
	}
	if (fuzz->budget_ns)
		cc_add_format(list, "-V%llu", (fuzz->budget_ns + 999999999) / 1000000000);
	if (!has_option(fuzz, "-s"))
		cc_add_format(list, "-s%llu", (unsigned long long)fuzz->campaign.seed + number);
	if (fuzz->instances > 1) {
		cc_add(list, number ? "-S" : "-M");
		cc_add(list, fuzz->started[number].name);
	}
	for (i = 0; i < fuzz->afl_option_count; i++)
		cc_add(list, fuzz->afl_options[i]);
	cc_add(list, "--");
}

static void add_server(struct cc_list *list, const struct fuzz *fuzz, uint32_t number)
{
	static char self[PATH_MAX];
	static const char *const memory[] = { "sc", "tso", "pso" };
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	self[length > 0 ? length : 0] = '\0';
	cc_add(list, self);
	cc_add(list, "fuzz");
	cc_add(list, "--serve");
	cc_add_format(list, "--memory=%s", memory[fuzz->campaign.memory]);
	cc_add_format(list, "--out=%s/serve-%s", fuzz->directory, fuzz->started[number].name);
	if (fuzz->case_name)
		cc_add_format(list, "--case=%s", fuzz->case_name);
	for (i = 0; i < fuzz->word_count; i++)
		cc_add(list, fuzz->words[i]);
}

static void put(const char *name, const char *value)
{
	(void)setenv(name, value, 0);
}

/* What a user would have to know: none of it is a choice. What is set already stays. */
static void set_environment(const struct fuzz *fuzz, uint32_t number)
{
	char text[128];

	put("AFL_SKIP_CPUFREQ", "1");
	put("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1");
	put("AFL_NO_AFFINITY", "1"); /* the fork server takes a CPU */
	put("AFL_SKIP_BIN_CHECK", "1");
	put("AFL_AUTORESUME", "1");
	put("AFL_FORKSRV_INIT_TMOUT", "60000");
	put("AFL_CUSTOM_MUTATOR_LIBRARY", fuzz->mutator);
	put("AFL_CUSTOM_MUTATOR_ONLY", "1");
	if (fuzz->first)
		put("AFL_BENCH_UNTIL_CRASH", "1");
	if (!fuzz->screen || number)
		put("AFL_NO_UI", "1");
	snprintf(text, sizeof(text), "%u %zu %u %u", fuzz->roots, fuzz->selection.count,
		 fuzz->faults, fuzz->watch->length);
	(void)setenv("SABOT_FUZZ_LIMITS", text, 1);
	snprintf(text, sizeof(text), "%d", COUNTER_FD);
	(void)setenv(FUZZ_COUNTER_FD, text, 1);
	snprintf(text, sizeof(text), "%u", number);
	(void)setenv(FUZZ_COUNTER_PLACE, text, 1);
	/* Layout randomisation is off here already; libsabot must not be loaded into afl-fuzz. */
	(void)unsetenv("LD_PRELOAD");
}

static void redirect(const struct fuzz *fuzz, uint32_t number)
{
	char path[PATH_MAX + 80];
	int null = open("/dev/null", O_RDONLY), log;

	snprintf(path, sizeof(path), "%s/%s.log", fuzz->directory, fuzz->started[number].name);
	log = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (!fuzz->screen || number) {
		dup2(null, STDIN_FILENO);
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
	}
	close(null);
	close(log);
}

static _Noreturn void become_afl(const struct fuzz *fuzz, uint32_t number, pid_t parent)
{
	struct cc_list list = { 0 };
	sigset_t none;

	/* Whatever ends us ends it; it ends its fork server, that its worker. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_BUG);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	add_afl_options(&list, fuzz, number);
	add_server(&list, fuzz, number);
	set_environment(fuzz, number);
	if (dup2(fuzz->counter_fd, COUNTER_FD) < 0)
		_exit(EXIT_BUG);
	redirect(fuzz, number);
	execv(fuzz->program, cc_end(&list));
	_exit(EXIT_BUG);
}

static int make_counters(struct fuzz *fuzz)
{
	size_t size = FUZZ_INSTANCES_MAX * sizeof(*fuzz->counters);

	fuzz->counter_fd = memfd_create("sabot-executions", MFD_CLOEXEC);
	if (fuzz->counter_fd < 0 || ftruncate(fuzz->counter_fd, (off_t)size) != 0)
		return -errno;
	fuzz->counters = mmap(NULL, size, PROT_READ, MAP_SHARED, fuzz->counter_fd, 0);
	return fuzz->counters == MAP_FAILED ? -errno : 0;
}

int fuzz_afl_start(struct fuzz *fuzz)
{
	pid_t parent = getpid();
	uint32_t i;
	int error = make_counters(fuzz);

	if (error)
		return cli_fail(EXIT_BUG, "out of memory: %s", strerror(-error));
	if (fuzz->instances > world_cpus()) {
		fuzz->instances = world_cpus();
		fprintf(stderr, "sabot: fuzz: one afl-fuzz for each CPU: %llu\n", fuzz->instances);
	}
	fuzz->started_count = (uint32_t)fuzz->instances;
	for (i = 0; i < fuzz->started_count; i++) {
		struct fuzz_instance *instance = &fuzz->started[i];

		if (fuzz->instances == 1)
			snprintf(instance->name, sizeof(instance->name), "%s",
				 fuzz_afl_own_name(fuzz));
		else
			snprintf(instance->name, sizeof(instance->name), "sabot%u", i);
		fflush(NULL);
		instance->pid = fork();
		if (instance->pid == 0)
			become_afl(fuzz, i, parent);
		if (instance->pid < 0) {
			instance->pid = 0;
			return cli_fail(EXIT_UNDECIDED, "afl-fuzz cannot be started: %s",
					strerror(errno));
		}
	}
	return 0;
}

bool fuzz_afl_run(struct fuzz *fuzz)
{
	bool any = false;
	uint32_t i;
	int status;

	for (i = 0; i < fuzz->started_count; i++) {
		struct fuzz_instance *instance = &fuzz->started[i];

		if (instance->pid > 0 &&
		    waitpid(instance->pid, &status, WNOHANG) == instance->pid) {
			instance->pid = 0;
			instance->failure = fuzz->stopped ? 0 : status;
		}
		any |= instance->pid > 0;
	}
	return any;
}

static void signal_all(struct fuzz *fuzz, int signo)
{
	uint32_t i;

	for (i = 0; i < fuzz->started_count; i++)
		if (fuzz->started[i].pid > 0)
			(void)kill(fuzz->started[i].pid, signo);
}

void fuzz_afl_end(struct fuzz *fuzz)
{
	char path[PATH_MAX + 80];
	unsigned times;
	uint32_t i;

	fuzz->stopped = true;
	signal_all(fuzz, SIGTERM);
	for (times = 0; times < GENTLE_TIMES && fuzz_afl_run(fuzz); times++)
		sys_nap(GENTLE_NS);
	signal_all(fuzz, SIGKILL);
	while (fuzz_afl_run(fuzz))
		sys_nap(GENTLE_NS);
	for (i = 0; i < fuzz->started_count; i++) {
		snprintf(path, sizeof(path), "%s/serve-%s", fuzz->directory, fuzz->started[i].name);
		tree_remove(AT_FDCWD, path);
	}
}

/* ---- What they say ------------------------------------------------------------------------- */

static void read_figures(const char *path, struct fuzz_figures *figures)
{
	FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		tool_text_figures(line, figures);
	if (file)
		fclose(file);
}

void fuzz_afl_figures(const struct fuzz *fuzz, struct fuzz_figures *figures)
{
	char path[PATH_MAX + 100];
	uint32_t i;

	*figures = (struct fuzz_figures){ .stability = -1 };
	for (i = 0; i < fuzz->started_count; i++) {
		figures->executions += __atomic_load_n(&fuzz->counters[i], __ATOMIC_RELAXED);
		snprintf(path, sizeof(path), "%s/%s/fuzzer_stats", fuzz->outputs,
			 fuzz->started[i].name);
		read_figures(path, figures);
	}
}

/* The names of its crashes tell. */
uint64_t fuzz_afl_first_crash(const struct fuzz *fuzz)
{
	char path[PATH_MAX + 100];
	const struct dirent *entry;
	uint64_t first = 0, executions;
	DIR *directory;

	snprintf(path, sizeof(path), "%s/%s/crashes", fuzz->outputs, fuzz->started[0].name);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)) != NULL) {
		executions = tool_text_executions(entry->d_name);
		if (executions && (!first || executions < first))
			first = executions;
	}
	if (directory)
		closedir(directory);
	return first;
}

static char *last_words(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024], *words = NULL;

	while (file && fgets(line, sizeof(line), file)) {
		const char *complaint = tool_text_complaint(line);

		if (!complaint)
			continue;
		free(words);
		words = strdup(complaint);
	}
	if (file)
		fclose(file);
	return words;
}

const char *fuzz_afl_complaint(const struct fuzz *fuzz)
{
	char path[PATH_MAX + 80], *words;
	uint32_t i;

	for (i = 0; i < fuzz->started_count; i++) {
		int status = fuzz->started[i].failure;

		if (status == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s.log", fuzz->directory, fuzz->started[i].name);
		words = last_words(path);
		if (words)
			return words;
		if (asprintf(&words, "it ended with %s %d (see %s)",
			     WIFSIGNALED(status) ? "signal" : "status",
			     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			     path) < 0)
			return "it failed";
		return words;
	}
	return NULL;
}
