/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's side of the pool: a keeper outside of its world, and the worker itself, process 1 in
 * it. */
#ifndef SABOT_CAMPAIGN_WORKER_H
#define SABOT_CAMPAIGN_WORKER_H

#include "campaign/pool.h"

/* Shared between the command line and all workers. */
struct worker_shared {
	_Atomic uint32_t next_job;
	_Atomic bool stop;
	uint32_t job_count;
	uint64_t deadline_ns;
	struct pool_status status[POOL_WORKERS_MAX];
	void *results[];
};

struct worker_start {
	unsigned index;
	const struct pool_options *options;
	struct worker_shared *shared;
	struct pool_status *status;
	struct arena *arena;
	int output_fd;
	int result_fd;
	int control_fd; /* memory for its control block: new for each worker that is started */
	pid_t parent;	/* the command line */
};

/* In a fork of the command line: makes the world, starts the worker in it, and ends as it ends. */
_Noreturn void worker_keep(const struct worker_start *start);

#endif
