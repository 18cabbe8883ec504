/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times as arguments. Apart from the verbs, so that who reads only does without them.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cli_number(const char *text, unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return errno || end == text || *end || strchr(text, '-') ? -EINVAL : 0;
}

int cli_duration(const char *text, unsigned long long *ns)
{
	static const struct {
		const char *unit;
		unsigned long long ns;
	} units[] = { { "ms", 1000000 },
		      { "s", 1000000000 },
		      { "", 1000000000 },
		      { "m", 60000000000 },
		      { "h", 3600000000000 } };
	unsigned long long count;
	char *end;
	size_t i;

	errno = 0;
	count = strtoull(text, &end, 10);
	if (errno || end == text || strchr(text, '-'))
		return -EINVAL;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit)) {
			*ns = count * units[i].ns;
			return count && *ns / units[i].ns != count ? -EINVAL : 0;
		}
	return -EINVAL;
}
