/* SPDX-License-Identifier: Apache-2.0 */
#include "os/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void tree_remove(int at, const char *name)
{
	struct dirent *entry;
	DIR *directory;
	int fd;

	if (unlinkat(at, name, 0) == 0 || errno != EISDIR)
		return;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	directory = fd >= 0 ? fdopendir(fd) : NULL;
	while (directory && (entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			tree_remove(dirfd(directory), entry->d_name);
	if (directory)
		(void)closedir(directory);
	(void)unlinkat(at, name, AT_REMOVEDIR);
}

bool tree_holds(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (!path[length] || path[length] == '/');
}
