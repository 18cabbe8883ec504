/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program as a scenario: one role, which is the program, and one case, in which nothing strikes
 * it. Its module is its command line behind "-- ", so that plans can name it.
 */
#ifndef SABOT_CLI_PROGRAM_H
#define SABOT_CLI_PROGRAM_H

#include <sabot/sabot.h>

#include <stdbool.h>

/* Whether the name of a module is that of a program. */
bool program_is(const char *module);

/* The name of the module that is this command; NULL: no memory. */
char *program_module(char *const *words);

/*
 * The table of its scenario, which runs it in the working directory of now. Returns 0, or an exit
 * code after one clear line: there is no such program, or a second one.
 */
int program_load(const char *module, const struct sabot_scenario *const **scenarios);

#endif
