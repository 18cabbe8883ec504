/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the supervisor writes in every execution lies together in memory: after a fork the first
 * write to a page copies it, and pages are what a fork costs.
 */
#ifndef SABOT_OS_HOT_H
#define SABOT_OS_HOT_H

#define HOT __attribute__((section("sabot_hot")))

#endif
