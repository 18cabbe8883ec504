/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/fuzz_server.h"

#include "campaign/finding.h"
#include "campaign/guided.h"
#include "campaign/janitor.h"
#include "campaign/worker.h"
#include "memory/edges.h"
#include "os/sys.h"
#include "os/world.h"
#include "search/guided_features.h"
#include "search/strategies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

/* AFL++'s include/types.h and config.h have these, and what they mean. */
enum { CONTROL_FD = 198, STATUS_FD = 199 };
#define OPTIONS_ENABLED	 0x80000001u
#define OPTION_MAP_SIZE	 0x40000000u
#define OPTION_INPUT_MAP 0x01000000u

enum { ARENA_BYTES = 1 << 26, LOOK_NS = 50000000, CPUS = 64 };

enum answer { ANSWER_NOTHING, ANSWER_FOUND, ANSWER_NOT_RUN };

/* Shared by the server and its worker. */
struct exchange {
	uint32_t request; /* futex word: counts the runs that are asked for */
	uint32_t answer;  /* futex word: counts those that are done */
	enum answer what;
	uint32_t size;
	uint8_t input[PLAN_CODE_BYTES_MAX];
};

struct server {
	const struct fuzz_server_options *options;
	struct exchange *exchange;
	uint8_t *map;
	const uint32_t *input_map; /* afl-fuzz's: the size, and then the bytes; or NULL */
	struct pool_options pool;
	struct worker_start start;
	pid_t keeper;
};

/* ---- In the worker ------------------------------------------------------------------------- */

/* Large, and of the one worker of this process. */
static struct {
	struct plan_code code;
	struct plan plan;
	struct plan_code_roots roots;
} now;

static void decode(struct server *server, struct execution *execution)
{
	const struct fuzz_server_options *options = server->options;
	const struct campaign_target *target;

	plan_code_decode(&now.code, server->exchange->input, server->exchange->size);
	target = &options->targets[now.code.scase % options->target_count];
	guided_roots(target->scenario, &now.roots);
	plan_code_to_plan(&now.code, &now.roots, &now.plan);
	guided_fit(&now.plan, target->scase);
	campaign_execution(execution, options->campaign, target);
	execution->strategy = &strategy_guided;
	execution->depth = now.code.base;
	execution->length = now.code.length;
	execution->seed = now.plan.seed;
	execution->plan = &now.plan;
	execution->faults = now.plan.faults;
	execution->fault_count = now.plan.fault_count;
	execution->races = true;
}

/* A plan that struck where the case does not allow it shows nothing. */
static enum answer run_one(struct server *server, struct pool_context *context)
{
	struct execution execution;

	decode(server, &execution);
	edges_clear();
	if (execution_run(&execution) != 0)
		return ANSWER_NOT_RUN;
	(void)finding_output(context);
	if (!guided_is_allowed(execution.scase))
		return ANSWER_NOTHING;
	guided_features_collect(server->map);
	return control->finding.kind == KIND_NONE ? ANSWER_NOTHING : ANSWER_FOUND;
}

static void *serve(struct pool_context *context, uint32_t job, void *user)
{
	struct server *server = user;
	struct exchange *exchange = server->exchange;
	uint32_t served = exchange->answer;

	(void)job;
	campaign_tell(context->status);
	sys_withhold(exchange, sizeof(*exchange));
	while (!atomic_load(context->stop)) {
		while (__atomic_load_n(&exchange->request, __ATOMIC_ACQUIRE) == served)
			(void)sys_futex_wait(&exchange->request, served, NULL);
		served++;
		exchange->what = run_one(server, context);
		/* Without any feature afl-fuzz would take the program for one that has none. */
		server->map[0] |= 1;
		__atomic_store_n(&exchange->answer, served, __ATOMIC_RELEASE);
		(void)sys_futex_wake(&exchange->answer, 1);
	}
	return NULL;
}

/* ---- In the server ------------------------------------------------------------------------- */

/* A CPU that no other server has: the name is taken for as long as this process lives. */
static unsigned free_cpu(void)
{
	unsigned cpu, cpus = world_cpus();
	char name[32];

	for (cpu = 0; cpu < cpus && cpu < CPUS; cpu++) {
		snprintf(name, sizeof(name), "sabot-fuzz-cpu-%u", cpu);
		if (world_claim(name) >= 0)
			return cpu;
	}
	return (unsigned)sys_getpid() % cpus;
}

/* The job's counters, of which a server's worker has but one: it never ends. */
static void begin_worker(struct server *server)
{
	struct worker_start *start = &server->start;

	atomic_store(&start->shared->next_job, 0);
	if (start->control_fd >= 0)
		close(start->control_fd);
	start->control_fd = janitor_open();
	/* What was asked of a worker that is gone is not asked again. */
	server->exchange->answer = server->exchange->request;
	server->keeper = fork();
	if (server->keeper == 0) {
		close(CONTROL_FD);
		close(STATUS_FD);
		worker_keep(start);
	}
}

static int prepare(struct server *server)
{
	size_t size = sizeof(*server->start.shared) + sizeof(void *);
	struct worker_start *start = &server->start;

	start->shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	server->exchange = mmap(NULL, sizeof(*server->exchange), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	start->arena = arena_create(ARENA_BYTES);
	start->output_fd = memfd_create("sabot-output", MFD_CLOEXEC);
	start->result_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (start->shared == MAP_FAILED || server->exchange == MAP_FAILED || !start->arena ||
	    start->output_fd < 0 || start->result_fd < 0)
		return -errno;
	server->pool = (struct pool_options){
		.workers = 1,
		.out_directory = server->options->out_directory,
		.run = serve,
		.user = server,
	};
	start->options = &server->pool;
	start->shared->job_count = 1;
	start->status = &start->shared->status[0];
	start->index = free_cpu();
	start->parent = getpid();
	start->control_fd = -1;
	return 0;
}

/* An id that afl-fuzz has made. It vanishes with the last process that has it, however that ends.
 */
static void *attach(const char *variable)
{
	const char *text = getenv(variable);
	void *at = text ? shmat((int)strtol(text, NULL, 10), NULL, 0) : (void *)-1;

	if (at == (void *)-1)
		return NULL;
	(void)shmctl((int)strtol(text, NULL, 10), IPC_RMID, NULL);
	return at;
}

static bool take(uint32_t *word)
{
	return read(CONTROL_FD, word, sizeof(*word)) == (ssize_t)sizeof(*word);
}

static bool tell(uint32_t word)
{
	return write(STATUS_FD, &word, sizeof(word)) == (ssize_t)sizeof(word);
}

static bool greet(struct server *server)
{
	uint32_t options =
		OPTIONS_ENABLED | OPTION_MAP_SIZE | (uint32_t)(GUIDED_MAP_BYTES - 1) << 1;
	uint32_t granted;

	if (!server->input_map)
		return tell(options);
	return tell(options | OPTION_INPUT_MAP) && take(&granted);
}

static void fetch_input(struct server *server)
{
	struct exchange *exchange = server->exchange;
	ssize_t got;

	if (server->input_map) {
		exchange->size = *server->input_map < sizeof(exchange->input)
					 ? *server->input_map
					 : (uint32_t)sizeof(exchange->input);
		memcpy(exchange->input, server->input_map + 1, exchange->size);
		return;
	}
	got = pread(STDIN_FILENO, exchange->input, sizeof(exchange->input), 0);
	exchange->size = got > 0 ? (uint32_t)got : 0;
}

/* Returns a wait status, as of a process that this run would have been. */
static int run(struct server *server)
{
	struct timespec look = { .tv_nsec = LOOK_NS };
	struct exchange *exchange = server->exchange;
	uint32_t asked = exchange->request + 1;
	int status;

	++*server->options->counter;
	__atomic_store_n(&exchange->request, asked, __ATOMIC_RELEASE);
	(void)sys_futex_wake(&exchange->request, 1);
	while (__atomic_load_n(&exchange->answer, __ATOMIC_ACQUIRE) != asked) {
		(void)sys_futex_wait(&exchange->answer, asked - 1, &look);
		if (waitpid(server->keeper, &status, WNOHANG) != server->keeper)
			continue;
		/* afl-fuzz has lost patience and killed it; or a check has crashed it. */
		server->keeper = 0;
		return WIFSIGNALED(status) ? status : SIGABRT;
	}
	return exchange->what == ANSWER_FOUND ? SIGABRT : 0;
}

static int serve_all(struct server *server)
{
	uint32_t killed;

	while (take(&killed)) {
		fetch_input(server);
		if (server->keeper <= 0)
			begin_worker(server);
		if (server->keeper <= 0)
			return -errno;
		if (!tell((uint32_t)server->keeper) || !tell((uint32_t)run(server)))
			break;
		if (server->exchange->what == ANSWER_NOT_RUN)
			return -EAGAIN;
	}
	return 0;
}

int fuzz_server_run(const struct fuzz_server_options *options)
{
	struct server server = { .options = options };
	int error;

	server.map = attach("__AFL_SHM_ID");
	server.input_map = attach("__AFL_SHM_FUZZ_ID");
	if (!server.map)
		return -ENOTCONN;
	/* afl-fuzz may be killed: then nobody else would end this process. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -errno;
	error = prepare(&server);
	if (!error && greet(&server))
		error = serve_all(&server);
	if (server.keeper > 0) {
		(void)sys_kill(server.keeper, SIGTERM);
		(void)waitpid(server.keeper, NULL, 0);
	}
	return error;
}
