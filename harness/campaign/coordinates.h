/* SPDX-License-Identifier: Apache-2.0 */
/* The places of an execution at which a fault can strike, read off its trace. Supervisor only. */
#ifndef SABOT_CAMPAIGN_COORDINATES_H
#define SABOT_CAMPAIGN_COORDINATES_H

#include "core/control.h"

struct coordinate {
	char victim[PLAN_TASK_MAX];
	const char *role;
	uintptr_t site; /* return address of the call that the victim is in */
	uint32_t op;
	uint32_t again; /* how often the victim had come to that state in the operation before */
	enum op kind;
	enum plan_where where;
	int value; /* of the shot: which error, how much */
	bool lasting;
	uint64_t key;	/* equal keys: no survivor can tell the strikes apart */
	uint64_t place; /* equal for strikes at the same role and line of code, in the same way */
};

enum { COORDINATES_MAX = 4096 };

struct coordinates {
	size_t count;
	struct coordinate list[COORDINATES_MAX];
};

/*
 * The coordinates of the execution that the control block shows, as far as `fault` allows them;
 * `after_fault`: only those that came after the last fault fired.
 */
void coordinates_collect(struct coordinates *coordinates, const struct sabot_fault *fault,
			 bool after_fault);

/*
 * The same of an execution in free mode, whose trace tells of calls and named points alone: places
 * asleep are where the victim may sleep; and accesses of shared memory are known by their number.
 */
void coordinates_collect_free(struct coordinates *coordinates, const struct sabot_fault *fault);

/* The shot at a place that was collected for `fault`. */
void coordinates_aim(struct plan_fault *shot, const struct sabot_fault *fault,
		     const struct coordinate *at);

/* The kind of a case's fault in plans. Its kind is not zero. */
enum plan_fault_kind coordinates_kind(const struct sabot_fault *fault);

/* A growing set of keys. */
struct coordinate_set {
	uint64_t *slots;
	size_t size, count;
};

/* False if the key was there already, or there is no memory for another. */
bool coordinate_set_add(struct coordinate_set *set, uint64_t key);
void coordinate_set_free(struct coordinate_set *set);

#endif
