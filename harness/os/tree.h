/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_OS_TREE_H
#define SABOT_OS_TREE_H

/*
 * Removes a file, or a directory with everything in it; follows no symbolic link. `at`: the
 * directory that holds it, or AT_FDCWD. What cannot be removed stays.
 */
void tree_remove(int at, const char *name);

#endif
