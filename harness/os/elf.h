/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_OS_ELF_H
#define SABOT_OS_ELF_H

#include <stdbool.h>

/*
 * Whether the file is an object of this machine that is linked with a library whose name begins so.
 * False also of what is no such object, or cannot be read.
 */
bool elf_needs(const char *path, const char *library);

#endif
