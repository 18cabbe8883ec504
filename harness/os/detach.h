/* SPDX-License-Identifier: Apache-2.0 */
/* Takes this process's copy of libc out of the files that all other processes map. */
#ifndef SABOT_OS_DETACH_H
#define SABOT_OS_DETACH_H

/*
 * Puts copies of our own in the place of what is mapped of libc and of the dynamic linker. A
 * process that maps a file takes a lock of the kernel's on it when it forks and when it ends, as
 * every other process does: the one that has it may wait for the very CPU that we keep at real-time
 * priority. In a process with one thread only; its children inherit it. What cannot be replaced
 * stays as it is.
 */
void detach_files(void);

#endif
