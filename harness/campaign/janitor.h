/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a worker has no namespaces, nothing ends its processes and removes its objects when it is
 * killed. Its keeper does then; and the command line does if the keeper was killed.
 */
#ifndef SABOT_CAMPAIGN_JANITOR_H
#define SABOT_CAMPAIGN_JANITOR_H

#include "campaign/pool.h"

#include <stddef.h>

/* Memory for a worker's control block that outlives the worker. Returns a descriptor or -errno. */
int janitor_open(void);

/* The working directory of a worker without a world of its own: in the output directory. */
const char *janitor_directory(const struct pool_options *options, unsigned index, char *path,
			      size_t size);

/*
 * The worker is gone: ends the children that the caller adopted, but those kept, and removes what
 * the worker's control block lists, and its working directory.
 */
void janitor_clean(int control_fd, const char *directory, const pid_t *kept, size_t kept_count);

#endif
