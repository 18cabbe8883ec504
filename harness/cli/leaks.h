/* SPDX-License-Identifier: Apache-2.0 */
/* --leaks: which checker looks at the memory of tasks, and how the program comes to run with it. */
#ifndef SABOT_CLI_LEAKS_H
#define SABOT_CLI_LEAKS_H

#include <argp.h>

/*
 * A child parser for verbs that run cases: its input is a `const char *`, the name of a checker.
 * Ends the process with EXIT_USAGE if there is none of that name.
 */
extern const struct argp leaks_argp;

enum { LEAKS_GO_ON = -1 };

/*
 * Makes this program one that the checker works in: starts it anew on valgrind, or with
 * LeakSanitizer's options set. Returns LEAKS_GO_ON in the program that is to run, else an exit code
 * (that of the program that has run, or 77 after one clear line where it cannot).
 */
int leaks_begin(const char *checker);

#endif
