/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is there whole, or not at all: on a full disk, or when the writer dies, nobody finds
 * half of it, or nothing, under its name. It is written beside and renamed; what was there before
 * stays until then.
 */
#ifndef SABOT_OS_WHOLE_H
#define SABOT_OS_WHOLE_H

#include <limits.h>
#include <stdio.h>

struct whole {
	int directory; /* that holds it, or AT_FDCWD */
	const char *name;
	char beside[PATH_MAX];
};

/* NULL: errno says why. Else to be given to whole_end() when it is written. */
FILE *whole_begin(struct whole *whole, int directory, const char *name);

/*
 * Closes it. `error`: 0, or why it could not be written; that, or what the closing adds, is
 * returned as -errno, and no file is left then.
 */
int whole_end(const struct whole *whole, FILE *file, int error);

#endif
