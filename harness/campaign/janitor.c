/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/janitor.h"

#include "core/control.h"
#include "exec/audit.h"
#include "os/adopt.h"
#include "os/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

int janitor_open(void)
{
	return control_memory();
}

const char *janitor_directory(const struct pool_options *options, unsigned index, char *path,
			      size_t size)
{
	snprintf(path, size, "%s/work-%u", options->out_directory, index);
	return path;
}

void janitor_clean(int control_fd, const char *directory, const pid_t *kept, size_t kept_count)
{
	const struct control *block =
		mmap(NULL, sizeof(*block), PROT_READ, MAP_SHARED, control_fd, 0);

	adopt_end(kept, kept_count);
	if (block != MAP_FAILED) {
		if (control_valid(block))
			audit_remove_made(block);
		(void)munmap((void *)(uintptr_t)block, sizeof(*block));
	}
	tree_remove(AT_FDCWD, directory);
}
