/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/module.h"

#include "cli/cli.h"
#include "cli/program.h"
#include "cli/table.h"
#include "core/verdict.h"
#include "os/elf.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

bool module_is_path(const char *word)
{
	size_t length = strlen(word);

	return program_is(word) || (length > 3 && !strcmp(word + length - 3, ".so"));
}

/* dlopen() looks for a name without a slash in the library path: here it means the working
 * directory. */
static void *open_module(const char *path)
{
	char local[4096];

	if (strchr(path, '/'))
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	snprintf(local, sizeof(local), "./%s", path);
	return dlopen(local, RTLD_NOW | RTLD_LOCAL);
}

int module_load(const char *path, const struct sabot_scenario *const **scenarios)
{
	const struct sabot_scenario *const *at;
	const int *version;
	void *module;
	int code;

	if (program_is(path))
		return program_load(path, scenarios);
	if (access(path, R_OK) != 0)
		return cli_fail(EXIT_USAGE, "%s: %s", path, strerror(errno));
	if (elf_needs(path, "libtsan.so"))
		return cli_fail(EXIT_USAGE,
				"%s is linked with libtsan, whose place sabot takes: build it with "
				"`sabot cc`, or without -fsanitize=thread",
				path);
	module = open_module(path);
	if (!module)
		return cli_fail(EXIT_USAGE, "%s cannot be loaded: %s", path, dlerror());
	version = dlsym(module, "sabot_api_version");
	*scenarios = dlsym(module, "sabot_scenarios");
	if (!version || !*scenarios)
		return cli_fail(EXIT_NOTHING, "%s holds no scenarios (no SABOT_MODULE line)", path);
	if (*version != SABOT_API_VERSION)
		return cli_fail(EXIT_USAGE,
				"%s was built for version %d of <sabot/sabot.h>; this is %d", path,
				*version, SABOT_API_VERSION);
	if (!**scenarios)
		return cli_fail(EXIT_NOTHING, "%s holds no scenarios (its SABOT_MODULE is empty)",
				path);
	for (at = *scenarios; *at; at++) {
		code = table_check(*at, path);
		if (code)
			return code;
	}
	return 0;
}
