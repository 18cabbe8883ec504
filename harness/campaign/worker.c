/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/worker.h"

#include "campaign/janitor.h"
#include "core/control.h"
#include "core/verdict.h"
#include "exec/audit.h"
#include "exec/execution.h"
#include "os/adopt.h"
#include "os/proc.h"
#include "os/sys.h"
#include "os/tree.h"
#include "os/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void give_up(const struct worker_start *start, const char *what, int error)
{
	dprintf(start->output_fd, "sabot: %s: %s\n", what, strerror(-error));
	atomic_store(&start->status->error, -error);
	_exit(EXIT_BUG);
}

/* Descriptors 0, 1, 2 are for the scenario: nothing to read, and what is written is kept for a
 * finding. */
static void redirect(int output_fd)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(output_fd, STDOUT_FILENO);
	dup2(output_fd, STDERR_FILENO);
	close(null);
}

/* All that the harness keeps open is moved above what tasks will use, and is closed in them. */
static void move_descriptors(struct pool_context *context, int *result_fd, int control_fd)
{
	context->out_fd = proc_move_fd(context->out_fd, control->fd_base);
	context->output_fd = proc_move_fd(context->output_fd, control->fd_base);
	*result_fd = proc_move_fd(*result_fd, control->fd_base);
	control->program.memory_fd = proc_move_fd(control_fd, control->fd_base);
	(void)sys_close_range(3, (unsigned)control->fd_base - 1);
}

static void run_jobs(const struct worker_start *start, struct pool_context *context, int result_fd)
{
	for (;;) {
		uint32_t job;

		if (atomic_load(&start->shared->stop))
			return;
		job = atomic_fetch_add(&start->shared->next_job, 1);
		if (job >= start->shared->job_count)
			return;
		atomic_store(&start->status->job, job + 1);
		start->shared->results[job] =
			start->options->run(context, job, start->options->user);
		atomic_store(&start->status->phase, POOL_IDLE);
		atomic_store(&start->status->job, 0);
		(void)sys_write(result_fd, &job, sizeof(job));
	}
}

/*
 * What the command line reads is not in the tasks, which may store anywhere: a scenario that is as
 * bad as can be is judged by a command line that is not.
 */
static void withhold(const struct worker_start *start)
{
	const struct worker_shared *shared = start->shared;

	sys_withhold(shared, sizeof(*shared) + shared->job_count * sizeof(shared->results[0]));
	sys_withhold(start->arena, start->arena->size);
}

static _Noreturn void work(const struct worker_start *start, const struct world *world)
{
	struct pool_context context = {
		.worker = start->index,
		.arena = start->arena,
		.status = start->status,
		.stop = &start->shared->stop,
		.output_fd = start->output_fd,
		.deadline_ns = start->shared->deadline_ns,
	};
	int result_fd = start->result_fd;
	char path[4096] = "";
	const char *what = "";
	int error;

	withhold(start);
	context.out_fd = open(start->options->out_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!world->isolated)
		(void)mkdir(janitor_directory(start->options, start->index, path, sizeof(path)),
			    0700);
	error = world_enter(world, path, &what);
	if (error)
		give_up(start, what, error);
	redirect(start->output_fd);
	error = execution_prepare(start->control_fd, start->options->free);
	if (error)
		give_up(start, "making the control block", error);
	move_descriptors(&context, &result_fd, start->control_fd);
	control->isolated = world->isolated;
	control->world = world->isolated ? 0 : (uint32_t)getpid();
	error = audit_open(world->isolated);
	if (error)
		give_up(start, "opening the working directory", error);
	atomic_store(&start->status->gated, control->gated || start->options->free);
	atomic_store(&start->status->isolated, world->isolated);
	run_jobs(start, &context, result_fd);
	execution_end_pool();
	if (!world->isolated)
		(void)rmdir(path);
	_exit(0);
}

/* Tasks begin with every signal at its default and none blocked, whatever this process was started
 * with. */
static void reset_signals(void)
{
	sigset_t none;
	int signo;

	for (signo = 1; signo < SIGRTMAX; signo++)
		(void)signal(signo, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* SIGCHLD has to be caught, else it is not left pending for sigwait. */
static void note_parent(int signo)
{
	(void)signo;
}

/* From here on a keeper whose command line is killed is told so, and cleans up before it ends. */
static void outlive(const struct worker_start *start, sigset_t *watched)
{
	sigemptyset(watched);
	sigaddset(watched, SIGCHLD);
	sigaddset(watched, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, watched, NULL);
	(void)signal(SIGCHLD, note_parent);
	world_tell_of_end(start->parent, SIGTERM);
}

/* Returns the worker's wait status; `orphaned` if the command line ended first. */
static int wait_for_worker(pid_t worker, const sigset_t *watched, bool *orphaned)
{
	int status = 0, signo = 0;

	while (waitpid(worker, &status, WNOHANG) == 0) {
		if (signo == SIGTERM) {
			*orphaned = true;
			(void)sys_kill(worker, SIGKILL);
		}
		if (sigwait(watched, &signo) != 0)
			signo = 0;
	}
	return status;
}

static void clean_up(const struct worker_start *start, const struct world *world, bool orphaned)
{
	char path[4096];

	if (!world->isolated)
		janitor_clean(start->control_fd,
			      janitor_directory(start->options, start->index, path, sizeof(path)),
			      NULL, 0);
	if (orphaned && start->options->out_is_temporary)
		tree_remove(AT_FDCWD, start->options->out_directory);
}

/* Ends as the worker did, without a second core file. */
static _Noreturn void end_alike(int status)
{
	struct rlimit none = { 0, 0 };

	if (WIFSIGNALED(status)) {
		(void)setrlimit(RLIMIT_CORE, &none);
		reset_signals();
		(void)sys_kill(sys_getpid(), WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}

_Noreturn void worker_keep(const struct worker_start *start)
{
	struct world world = { 0 };
	bool orphaned = false;
	sigset_t watched;
	int alive[2], status;
	pid_t worker;

	reset_signals();
	world_die_with(start->parent);
	(void)setsid();
	if (!start->options->free)
		(void)world_pin(start->index);
	if (!start->options->no_world)
		world_part(&world);
	if (!world.isolated)
		adopt_orphans();
	if (pipe2(alive, O_CLOEXEC) != 0)
		give_up(start, "making a pipe", -errno);
	outlive(start, &watched);
	worker = fork();
	if (worker == 0) {
		reset_signals();
		close(alive[1]);
		world_die_with_writer(alive[0]);
		work(start, &world);
	}
	close(alive[0]);
	if (worker < 0)
		give_up(start, "forking the worker", -errno);
	status = wait_for_worker(worker, &watched, &orphaned);
	clean_up(start, &world, orphaned);
	end_alike(status);
}
