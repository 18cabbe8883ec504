/* SPDX-License-Identifier: Apache-2.0 */
/* A user's scenarios: shared objects that define sabot_scenarios. */
#ifndef SABOT_CLI_MODULE_H
#define SABOT_CLI_MODULE_H

#include <sabot/sabot.h>

#include <stdbool.h>

/* Whether the word is meant as a module: a path, or a program's command line (cli/program.h). */
bool module_is_path(const char *word);

/*
 * Loads a module once; stays loaded. *scenarios is its table. Returns 0, or an exit code after one
 * clear line: no such file, no module, built for another version, no scenarios, or a table that is
 * wrong.
 */
int module_load(const char *path, const struct sabot_scenario *const **scenarios);

#endif
