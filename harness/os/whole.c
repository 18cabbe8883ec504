/* SPDX-License-Identifier: Apache-2.0 */
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

FILE *whole_begin(struct whole *whole, int directory, const char *name)
{
	int fd, length = snprintf(whole->beside, sizeof(whole->beside), "%s.new", name);
	FILE *file;

	whole->directory = directory;
	whole->name = name;
	if (length < 0 || (size_t)length >= sizeof(whole->beside)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = openat(directory, whole->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (fd >= 0 && !file)
		close(fd);
	return file;
}

int whole_end(const struct whole *whole, FILE *file, int error)
{
	if (fclose(file) != 0 && !error)
		error = -errno;
	if (!error && renameat(whole->directory, whole->beside, whole->directory, whole->name) != 0)
		error = -errno;
	if (error)
		(void)unlinkat(whole->directory, whole->beside, 0);
	return error;
}
