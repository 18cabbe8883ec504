/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/real.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *real_find(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found) {
		fprintf(stderr, "sabot: libc has no %s\n", name);
		abort();
	}
	return found;
}
