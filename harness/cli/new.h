/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SABOT_CLI_NEW_H
#define SABOT_CLI_NEW_H

/* What `sabot new` writes; '@' stands for the scenario's name. */
extern const char new_template[];

#endif
