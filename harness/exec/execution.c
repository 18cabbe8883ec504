/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/execution.h"

#include "core/api.h"
#include "core/free.h"
#include "core/point.h"
#include "exec/audit.h"
#include "exec/free.h"
#include "exec/gate.h"
#include "exec/intact.h"
#include "exec/start.h"
#include "exec/strike.h"
#include "exec/supervise.h"
#include "exec/unseen.h"
#include "exec/watch.h"
#include "intercept/alloc.h"
#include "intercept/crash.h"
#include "intercept/descriptor.h"
#include "intercept/heap.h"
#include "intercept/mapping.h"
#include "intercept/program.h"
#include "intercept/real.h"
#include "intercept/signal.h"
#include "memory/edges.h"
#include "memory/race.h"
#include "os/detach.h"
#include "os/hot.h"
#include "os/network.h"
#include "os/proc.h"
#include "os/sys.h"
#include "os/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { LIMIT_STEPS = 4000, FD_BASE = 160 };

static const struct sabot_scenario *kept HOT; /* whose tasks a pool keeps, and of which case */
static const struct sabot_case *kept_case HOT;

int execution_prepare(int control_fd, bool free)
{
	struct rlimit limit;
	int error = control_create(control_fd);

	if (error)
		return error;
	/* Low enough that the table of descriptors, which a fork copies, stays at its second size.
	 */
	control->fd_base = FD_BASE;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 256)
		control->fd_base = (int)limit.rlim_cur / 2;
	program_prepare();
	real_prepare();
	/* A checker knows code by its file, and what lies between variables. */
	if (!checker_is_valgrind() && !CHECKER_IS_ASAN)
		detach_files();
	if (free)
		world_keep_cpus();
	else
		(void)gate_open();
	heap_prepare();
	error = edges_prepare();
	if (!error)
		error = signal_prepare(sys_getpid());
	return error ? error : crash_prepare();
}

/* The scenario's memory: as large as it asks, zeroed, at the same place in every task. */
static int map_shared(size_t size)
{
	size_t pages = (size + 4095) & ~(size_t)4095;
	void *at;

	if (pages == 0)
		pages = 4096;
	if (control->shared_size == pages) {
		memset(control->shared, 0, pages);
		return 0;
	}
	if (control->shared)
		munmap(control->shared, control->shared_size);
	control->shared = NULL;
	control->shared_size = 0;
	at = mmap((void *)SHARED_ADDRESS, pages, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	control->shared = at;
	control->shared_size = pages;
	return 0;
}

/* "holder#0" runs, or "holder#0~1": the first of its stores that may arrive does. */
static void list_target(uint32_t i, const char *target)
{
	char name[PLAN_TASK_MAX];
	const char *store = strchr(target, '~');

	snprintf(name, sizeof(name), "%.*s", (int)(store ? store - target : PLAN_TASK_MAX - 1),
		 target);
	control->listed[i].target = random_text_hash(name);
	control->listed[i].store = store ? (uint16_t)strtoul(store + 1, NULL, 10) : 0;
}

static void begin_strategy(const struct execution *execution)
{
	struct decider *decider = &control->decider;

	decider->strategy = execution->strategy;
	decider->seed = execution->seed;
	decider->depth = execution->depth;
	decider->length = execution->length;
	decider->count = decider->used_count = decider->listed_count = 0;
	if (execution->plan) {
		const struct plan *plan = execution->plan;
		uint32_t i;

		for (i = 0; i < plan->switch_count; i++) {
			control->listed[i].task = random_text_hash(plan->switches[i].task);
			list_target(i, plan->switches[i].target);
			control->listed[i].op = plan->switches[i].op;
			control->listed[i].pass = plan->switches[i].pass;
		}
		decider->listed_count = plan->switch_count;
	}
	random_seed_stream(&decider->random, execution->seed, random_text_hash("schedule"),
			   execution->number, 0);
	decider->strategy->begin(decider);
}

static int arm_faults(const struct execution *execution)
{
	uint32_t i;
	int error;

	for (i = 0; i < execution->fault_count; i++) {
		error = strike_arm(&execution->faults[i]);
		if (error)
			return error;
	}
	return 0;
}

/* Setup runs here, in the supervisor: what it makes is there for every task. */
static bool run_setup(const struct execution *execution)
{
	bool done;

	if (!execution->scenario->setup)
		return true;
	control->in_setup = true;
	done = api_guard((void (*)(void *))execution->scenario->setup, NULL);
	control->in_setup = false;
	return done;
}

/* In free mode it is the hardware's own. */
static enum sabot_memory memory_of(const struct execution *execution)
{
	if (execution->free)
		return SABOT_SC;
	return execution->memory > execution->scase->memory ? execution->memory
							    : execution->scase->memory;
}

static int start_tasks(bool reuse)
{
	if (reuse) {
		start_reuse();
		return 0;
	}
	return start_fork();
}

/* To their end, or to a finding. What they leave in the control block can be believed then. */
static int run_tasks(const struct execution *execution, bool reuse)
{
	int error;

	audit_begin();
	heap_begin();
	intact_begin(execution->damaged);
	error = start_tasks(reuse);
	if (error)
		return error;
	if (execution->free)
		free_supervise(execution->stuck);
	else
		supervise(execution->stuck);
	intact_require(true);
	intact_end();
	return 0;
}

/* Programs map what the supervisor has mapped. */
static int prepare_races(bool program)
{
	int *fd = &control->program.race_fd;

	if (program && *fd < 0)
		*fd = proc_move_fd(race_memory(), control->fd_base);
	return program && *fd < 0 ? *fd : race_map(*fd);
}

static int run(const struct execution *execution)
{
	bool pool = execution->pool && execution->scenario->keeps_no_state && !heap_checker();
	bool program = program_is_scenario(execution->scenario);
	/* Their shadow is so large that no checker of memory could look at it in time. */
	bool races = execution->races && !execution->free && !heap_checker() &&
		     prepare_races(program) == 0;
	bool reuse = pool && races == control->race.on && kept == execution->scenario &&
		     kept_case == execution->scase && start_can_reuse();
	int error;

	if (!reuse)
		execution_end_pool();
	control_reset(control, reuse);
	free_begin(execution->free);
	control->pool = false;
	control->program.expected = program;
	snprintf(control->waits_at_end, sizeof(control->waits_at_end), "%s",
		 execution->held ? execution->held : "");
	control->scenario = execution->scenario;
	control->scase = execution->scase;
	control->brief = execution->brief;
	control->fingerprint = execution->fingerprint;
	control->memory = memory_of(execution);
	race_begin(races);
	control->seed = execution->seed;
	control->execution = execution->number;
	control->judge = execution->scenario->invariants ? execution->judge : NULL;
	control->limit_steps =
		execution->scenario->limit_steps ? execution->scenario->limit_steps : LIMIT_STEPS;
	error = map_shared(execution->scenario->shared_size);
	if (error)
		return error;
	begin_strategy(execution);
	error = arm_faults(execution);
	if (error)
		return error;
	alloc_watch(execution->scenario, execution->scase->fault.kind == SABOT_ALLOC ||
						 execution->scase->second.kind == SABOT_ALLOC);
	if (run_setup(execution)) {
		/* What its tasks have from setup, the end of their processes closes. */
		control->pool = pool && !descriptor_is_inherited() && !mapping_is_any();
		error = run_tasks(execution, reuse);
	}
	if (control->over && execution->over)
		execution->over();
	strike_disarm_all();
	kept = NULL;
	if (control->pool && !control->over && !error)
		kept = execution->scenario;
	kept_case = execution->scase;
	if (!kept || !start_can_reuse())
		start_kill_all();
	if (!error && !control->over)
		execution->ended();
	audit_clean();
	if (control->network && control->isolated && network_clean())
		execution_end_pool();
	return error;
}

int execution_run(const struct execution *execution)
{
	int error;

	control->heap.wanted_count = 0;
	error = run(execution);
	/* The same steps again, and a look at the memory of those that nobody had looked at. */
	if (!error && heap_checker() && !control->over && unseen_want())
		error = run(execution);
	return error;
}

void execution_end_pool(void)
{
	if (kept)
		start_kill_all();
	kept = NULL;
}
