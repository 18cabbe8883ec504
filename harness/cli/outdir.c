/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outdir.h"

#include "cli/cli.h"
#include "core/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_all(const char *path)
{
	char part[4096];
	size_t i, length = strlen(path);

	if (length >= sizeof(part))
		return -ENAMETOOLONG;
	for (i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int outdir_make(const char *path, const char **absolute)
{
	struct stat status;
	int error = make_all(path);

	if (error)
		return cli_fail(EXIT_USAGE, "the output directory %s cannot be made: %s", path,
				strerror(-error));
	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return cli_fail(EXIT_USAGE, "%s is not a directory", path);
	if (access(path, W_OK | X_OK) != 0)
		return cli_fail(EXIT_USAGE, "the output directory %s cannot be written: %s", path,
				strerror(errno));
	*absolute = realpath(path, NULL);
	return *absolute ? 0 : cli_fail(EXIT_USAGE, "%s: %s", path, strerror(errno));
}
