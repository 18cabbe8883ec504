/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is a file without a path: memfd_create(2). What is done with its descriptor is as
 * with any file's. To make one is no point: nobody else knows of it yet.
 */
#include "intercept/descriptor.h"
#include "intercept/real.h"

#include <sys/mman.h>

INTERPOSE int memfd_create(const char *name, unsigned flags)
{
	struct stat status;
	struct call call;
	bool is_task = call_enter(&call, OP_MEMFD);
	int fd;

	if (is_task)
		call_note(&call);
	fd = REAL(memfd_create)(name, flags);
	if (fd >= 0 && (is_task || descriptor_in_setup()) && descriptor_status(fd, &status) == 0)
		call.object = descriptor_made(&status, name);
	descriptor_setup_opened(fd);
	return is_task ? (int)call_end(&call, fd) : fd;
}
