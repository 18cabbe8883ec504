/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_CLI_OUTDIR_H
#define SABOT_CLI_OUTDIR_H

/*
 * Makes the output directory (and those above it) and checks that files can be written there.
 * *absolute is its full path, for ever. Returns 0, or an exit code after one clear line.
 */
int outdir_make(const char *path, const char **absolute);

#endif
