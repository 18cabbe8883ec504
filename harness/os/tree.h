/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_OS_TREE_H
#define SABOT_OS_TREE_H

#include <stdbool.h>

/*
 * Removes a file, or a directory with everything in it; follows no symbolic link. `at`: the
 * directory that holds it, or AT_FDCWD. What cannot be removed stays.
 */
void tree_remove(int at, const char *name);

/* Whether the path is the directory, or lies in it, by their names alone. */
bool tree_holds(const char *directory, const char *path);

#endif
