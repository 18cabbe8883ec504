/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers: each in a world of its own, on a CPU of its own, takes jobs in order until there are
 * none. A worker that dies (a scenario's setup or check crashed it) loses its job, says so, and is
 * replaced.
 */
#ifndef SABOT_CAMPAIGN_POOL_H
#define SABOT_CAMPAIGN_POOL_H

#include "campaign/arena.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { POOL_WORKERS_MAX = 64, POOL_WORDS_MAX = 160 };

/* What a worker shows of itself while it runs; read by the command line at any time. */
struct pool_status {
	_Atomic uint64_t executions; /* those that records count */
	_Atomic uint64_t alive;	     /* moves with those of shrinking and replays as well */
	_Atomic uint64_t findings;
	_Atomic uint32_t job;	/* index + 1; 0: none */
	_Atomic uint32_t phase; /* of enum pool_phase */
	_Atomic bool gated;	/* or in free mode, which misses nothing by it */
	_Atomic bool isolated;
	_Atomic bool shares_files;	 /* a program's changes to files stay */
	_Atomic int error;		 /* why it could not begin: an errno */
	char last_words[POOL_WORDS_MAX]; /* of one that gives up its job; "": none */
};

enum pool_phase { POOL_IDLE, POOL_SETUP, POOL_TASKS, POOL_CHECK, POOL_REPORT };

/* What a job's function has to work with, inside the worker. */
struct pool_context {
	unsigned worker;
	struct arena *arena;
	struct pool_status *status;
	const _Atomic bool *stop; /* finish soon: the user wants to leave */
	int output_fd;		  /* what the tasks write to standard output and error */
	int out_fd;		  /* the output directory */
	uint64_t deadline_ns;	  /* real monotonic time at which to stop, or 0 */
};

struct pool_options {
	unsigned workers;
	bool no_world; /* stay in the caller's namespaces: its debugger has to find the tasks */
	bool free;     /* workers run on all CPUs, without real-time priorities */
	const char *out_directory; /* absolute */
	bool out_is_temporary;	   /* it goes, with what is in it, if the command line is killed */
	uint64_t budget_ns;	   /* real time for all jobs together; 0: none */
	/* In the worker; returns the result, in the arena. */
	void *(*run)(struct pool_context *context, uint32_t job, void *user);
	/* In the command line, in the order of the jobs; result NULL: the worker died, `how` says
	 * how. */
	void (*done)(uint32_t job, void *result, const char *how, void *user);
	/* Every so often while jobs run. */
	void (*tick)(const struct pool_status *status, unsigned workers, uint32_t jobs_done,
		     void *user);
	void *user;
};

/*
 * The name, in the output directory, under which the plan that a lost job ran last is kept, if
 * there is one.
 */
void pool_lost_plan(uint32_t job, char *name, size_t size);

/* From a callback: finish soon, as if the user had interrupted. */
void pool_stop(void);

/* Runs the jobs. Returns 0, -EINTR if the user ended it, or -errno if no worker could be made. */
int pool_run(const struct pool_options *options, uint32_t jobs);

#endif
