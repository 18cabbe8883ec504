/* SPDX-License-Identifier: Apache-2.0 */
/* The executable: the library's command line, and the scenarios that come with it. */
#include "cli/cli.h"

/* scenarios/scenarios.c */
extern const struct sabot_scenario *const scenarios_builtin[];

int main(int argc, char **argv)
{
	return sabot_main(argc, argv, scenarios_builtin);
}
