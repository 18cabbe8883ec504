/* SPDX-License-Identifier: Apache-2.0 */
/* The floors: what the kernel alone takes for the same, in bare system calls. ns each. */
#ifndef SABOT_CAMPAIGN_BENCH_FLOOR_H
#define SABOT_CAMPAIGN_BENCH_FLOOR_H

#include <stdbool.h>

/* Two processes forked, ended (one by SIGKILL, if `kill`), and reaped. */
double bench_floor_forks(unsigned rounds, bool kill);
/* One hand-over between two processes on this CPU by futex. */
double bench_floor_futex(unsigned rounds);

#endif
