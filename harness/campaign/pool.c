/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/pool.h"

#include "campaign/janitor.h"
#include "campaign/worker.h"
#include "core/control.h"
#include "core/verdict.h"
#include "os/adopt.h"
#include "os/checker.h"
#include "os/image.h"
#include "os/sys.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, SILENCE_S = 30, ARENA_BYTES = 1 << 28, OUTPUT_SHOWN = 400 };

struct lost {
	bool finished;
	char how[1024];
};

static volatile sig_atomic_t interrupts;

static void note_interrupt(int signo)
{
	(void)signo;
	interrupts++;
}

void pool_stop(void)
{
	interrupts = 1;
}

static void note_child(int signo)
{
	(void)signo;
}

struct worker {
	struct worker_start start;
	pid_t keeper;
	uint64_t seen; /* its sign of life at the last look */
	uint64_t seen_ns;
	bool silenced;
};

struct pool {
	const struct pool_options *options;
	struct worker_shared *shared;
	struct worker workers[POOL_WORKERS_MAX];
	struct lost *jobs;
	uint32_t job_count, told, running;
	int results[2]; /* pipe: numbers of finished jobs */
};

static void spawn(struct pool *pool, unsigned index)
{
	struct worker *worker = &pool->workers[index];
	pid_t keeper;

	atomic_store(&worker->start.status->job, 0);
	worker->start.status->last_words[0] = '\0';
	if (worker->start.control_fd >= 0)
		close(worker->start.control_fd);
	worker->start.control_fd = janitor_open();
	worker->seen_ns = sys_now_ns();
	worker->silenced = false;
	fflush(NULL);
	keeper = fork();
	if (keeper == 0) {
		close(pool->results[0]);
		worker_keep(&worker->start);
	}
	worker->keeper = keeper;
	if (keeper > 0)
		pool->running++;
}

/* The last of what the worker's processes wrote: it may say why the worker died. */
static void last_output(int fd, char *text, size_t size)
{
	off_t end = lseek(fd, 0, SEEK_END);
	off_t from = end > (off_t)size - 1 ? end - ((off_t)size - 1) : 0;
	ssize_t got = pread(fd, text, size - 1, from);

	text[got > 0 ? got : 0] = '\0';
}

static void explain_loss(struct worker *worker, int status, struct lost *lost)
{
	static const char *const phases[] = { "between executions", "in the scenario's setup",
					      "while its tasks ran", "in one of its checks",
					      "while it wrote a finding" };
	const char *where = phases[atomic_load(&worker->start.status->phase) % 5];
	char output[OUTPUT_SHOWN], how[128];

	lost->finished = true;
	if (worker->start.status->last_words[0]) {
		snprintf(lost->how, sizeof(lost->how), "%.*s", POOL_WORDS_MAX,
			 worker->start.status->last_words);
		return;
	}
	last_output(worker->start.output_fd, output, sizeof(output));
	if (worker->silenced)
		snprintf(how, sizeof(how), "made no step for %d s", SILENCE_S * checker_slowness());
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "died of SIG%s", sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(status));
	snprintf(lost->how, sizeof(lost->how), "the worker %s %s%s%s", how, where,
		 output[0] ? "; it wrote: " : "", output);
}

void pool_lost_plan(uint32_t job, char *name, size_t size)
{
	snprintf(name, size, "lost-%u.plan", job + 1);
}

/* Its successor would write its own over it. */
static void keep_plan(const struct pool *pool, unsigned worker, uint32_t job)
{
	char from[PATH_MAX], to[PATH_MAX], name[64];

	pool_lost_plan(job, name, sizeof(name));
	snprintf(from, sizeof(from), "%s/running-%u.plan", pool->options->out_directory, worker);
	snprintf(to, sizeof(to), "%s/%s", pool->options->out_directory, name);
	(void)rename(from, to);
}

static void explain_failed_start(struct worker *worker, int status)
{
	char output[OUTPUT_SHOWN];

	last_output(worker->start.output_fd, output, sizeof(output));
	if (WIFSIGNALED(status))
		fprintf(stderr, "sabot: worker %u died of SIG%s as it began\n", worker->start.index,
			sigabbrev_np(WTERMSIG(status)));
	fputs(output, stderr);
}

static void tell_finished(struct pool *pool)
{
	while (pool->told < pool->job_count && pool->jobs[pool->told].finished) {
		uint32_t job = pool->told++;

		pool->options->done(job, pool->shared->results[job], pool->jobs[job].how,
				    pool->options->user);
	}
}

/* Its keeper has done so already, unless that was killed. */
static void clean_after(const struct pool *pool, unsigned index)
{
	pid_t keepers[POOL_WORKERS_MAX];
	char path[PATH_MAX];
	unsigned i;

	if (atomic_load(&pool->workers[index].start.status->isolated))
		return;
	for (i = 0; i < pool->options->workers; i++)
		keepers[i] = i == index ? 0 : pool->workers[i].keeper;
	janitor_clean(pool->workers[index].start.control_fd,
		      janitor_directory(pool->options, index, path, sizeof(path)), keepers,
		      pool->options->workers);
}

static void worker_ended(struct pool *pool, unsigned index, int status)
{
	struct worker *worker = &pool->workers[index];
	uint32_t job = atomic_load(&worker->start.status->job);

	pool->running--;
	worker->keeper = 0;
	if (WIFSIGNALED(status))
		clean_after(pool, index);
	if (job) {
		explain_loss(worker, status, &pool->jobs[job - 1]);
		keep_plan(pool, index, job - 1);
	} else if (status != 0) {
		explain_failed_start(worker, status);
	}
	/* One that failed before it took a job would fail again. */
	if (job && !atomic_load(&pool->shared->stop) &&
	    atomic_load(&pool->shared->next_job) < pool->job_count)
		spawn(pool, index);
}

static void reap(struct pool *pool)
{
	unsigned i;
	int status;

	for (i = 0; i < pool->options->workers; i++)
		if (pool->workers[i].keeper > 0 &&
		    waitpid(pool->workers[i].keeper, &status, WNOHANG) == pool->workers[i].keeper)
			worker_ended(pool, i, status);
}

/*
 * The last resort against a worker that is stuck outside of what it controls: a setup that blocks.
 * Not a verdict on the scenario's tasks, which cannot stall a worker.
 */
static void end_the_silent(struct pool *pool)
{
	const uint64_t limit_ns = (uint64_t)SILENCE_S * (unsigned)checker_slowness() * 1000000000u;
	uint64_t now = sys_now_ns();
	unsigned i;

	for (i = 0; i < pool->options->workers; i++) {
		struct worker *worker = &pool->workers[i];
		uint64_t alive = atomic_load(&worker->start.status->alive);

		if (worker->keeper <= 0)
			continue;
		if (alive != worker->seen)
			worker->seen_ns = now;
		worker->seen = alive;
		if (now - worker->seen_ns < limit_ns)
			continue;
		worker->silenced = true;
		kill(worker->keeper, SIGKILL);
	}
}

static void kill_all(struct pool *pool)
{
	unsigned i;

	for (i = 0; i < pool->options->workers; i++)
		if (pool->workers[i].keeper > 0)
			kill(pool->workers[i].keeper, SIGKILL);
}

static void drain_results(struct pool *pool)
{
	uint32_t job;

	while (read(pool->results[0], &job, sizeof(job)) == (ssize_t)sizeof(job))
		if (job < pool->job_count)
			pool->jobs[job].finished = true;
}

static void wait_for_workers(struct pool *pool)
{
	struct pollfd results = { .fd = pool->results[0], .events = POLLIN };
	uint64_t stopped_ns = 0;

	while (pool->running) {
		(void)poll(&results, 1, TICK_MS);
		drain_results(pool);
		reap(pool);
		drain_results(pool);
		tell_finished(pool);
		pool->options->tick(pool->shared->status, pool->options->workers, pool->told,
				    pool->options->user);
		end_the_silent(pool);
		if (!interrupts)
			continue;
		atomic_store(&pool->shared->stop, true);
		if (!stopped_ns)
			stopped_ns = sys_now_ns();
		if (interrupts > 1 || sys_now_ns() - stopped_ns > 5000000000u)
			kill_all(pool);
	}
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = note_interrupt };

	interrupts = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	/* A worker's end wakes the loop; SIGCHLD has to be caught for that. */
	action.sa_handler = note_child;
	sigaction(SIGCHLD, &action, NULL);
}

static int prepare(struct pool *pool, uint32_t jobs)
{
	size_t size = sizeof(*pool->shared) + jobs * sizeof(pool->shared->results[0]);
	unsigned i;

	pool->shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pool->jobs = calloc(jobs + 1, sizeof(*pool->jobs));
	if (pool->shared == MAP_FAILED || !pool->jobs || pipe2(pool->results, O_CLOEXEC) != 0)
		return -errno;
	fcntl(pool->results[0], F_SETFL, O_NONBLOCK);
	pool->shared->job_count = pool->job_count = jobs;
	for (i = 0; i < pool->options->workers; i++) {
		struct worker_start *start = &pool->workers[i].start;

		start->index = i;
		start->options = pool->options;
		start->shared = pool->shared;
		start->status = &pool->shared->status[i];
		start->arena = arena_create(ARENA_BYTES);
		start->output_fd = memfd_create("sabot-output", MFD_CLOEXEC);
		start->result_fd = pool->results[1];
		start->parent = getpid();
		start->control_fd = -1;
		if (!start->arena || start->output_fd < 0)
			return -errno;
	}
	return 0;
}

static int why_no_worker(const struct pool *pool)
{
	int error = atomic_load(&pool->shared->status[0].error);

	return pool->told == pool->job_count ? 0 : error ? -error : -ECHILD;
}

/* Where programs were that tasks ran, for places in the reports. */
static void keep_images(int control_fd)
{
	struct image_table *table = malloc(sizeof(*table));

	if (table && pread(control_fd, table, sizeof(*table), offsetof(struct control, images)) ==
			     (ssize_t)sizeof(*table))
		image_keep(table);
	free(table);
}

static void close_files(const struct pool *pool)
{
	unsigned i;

	for (i = 0; i < pool->options->workers; i++) {
		const struct worker_start *start = &pool->workers[i].start;

		close(start->output_fd);
		if (start->control_fd < 0)
			continue;
		keep_images(start->control_fd);
		close(start->control_fd);
	}
	close(pool->results[0]);
	close(pool->results[1]);
}

int pool_run(const struct pool_options *options, uint32_t jobs)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	unsigned i;
	int error;

	if (!pool)
		return -ENOMEM;
	pool->options = options;
	adopt_orphans();
	error = prepare(pool, jobs);
	if (!error) {
		catch_interrupts();
		if (options->budget_ns)
			pool->shared->deadline_ns = sys_now_ns() + options->budget_ns;
		for (i = 0; i < options->workers && i < jobs; i++)
			spawn(pool, i);
		wait_for_workers(pool);
		error = interrupts ? -EINTR : why_no_worker(pool);
	}
	/* The results live on in the arenas and in `shared`; the rest is small and the process
	 * short. */
	close_files(pool);
	free(pool->jobs);
	free(pool);
	return error;
}
