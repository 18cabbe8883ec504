/* SPDX-License-Identifier: Apache-2.0 */
/* The executable: the library's command line, and the scenarios that come with it. */
#include "cli/cli.h"
#include "os/checker.h"

#if CHECKER_IS_ASAN
/* LeakSanitizer looks at tasks, on request (--leaks=lsan): what we have at our end goes with us. */
__attribute__((visibility("default"), no_sanitize_address)) const char *
__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:intercept_tls_get_addr=0:use_sigaltstack=0";
}
#endif

/* scenarios/scenarios.c */
extern const struct sabot_scenario *const scenarios_builtin[];

int main(int argc, char **argv)
{
	return sabot_main(argc, argv, scenarios_builtin);
}
