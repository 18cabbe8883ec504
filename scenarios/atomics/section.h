/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A critical section, and what shows whether a lock keeps others out of it: a mark, and a plain log
 * that nothing orders but the lock. Stands first in a scenario's shared memory.
 */
#ifndef SCENARIOS_ATOMICS_SECTION_H
#define SCENARIOS_ATOMICS_SECTION_H

#include <sabot/sabot.h>

enum { SECTION_PASSES = 2, SECTION_TASKS_MAX = 3 };
enum { SECTION_LOG = SECTION_PASSES * SECTION_TASKS_MAX, SECTION_LIMIT_STEPS = 300 };

#define SECTION_POINT	"inside"
#define SECTION_OUTSIDE "outside"

enum { OUTSIDE, INSIDE };

/* One time that somebody went through. */
struct pass {
	unsigned ticket; /* the pass's own: no two are the same; from 1 */
	unsigned after;	 /* the ticket that it queued behind, or 0 */
};

struct section {
	unsigned passes;
	struct pass log[SECTION_LOG];
	unsigned done[SECTION_TASKS_MAX]; /* each by its own task, when it is out again */
};

/* With the lock. */
static inline void section_pass(struct sabot_task *task, struct pass pass)
{
	struct section *section = sabot_shared(task);

	sabot_mark(task, INSIDE);
	sabot_point(task, SECTION_POINT);
	section->log[section->passes % SECTION_LOG] = pass;
	section->passes++;
	sabot_mark(task, OUTSIDE);
}

/* Without the lock: who dies here is in nobody's way. */
static inline void section_leave(struct sabot_task *task)
{
	struct section *section = sabot_shared(task);

	section->done[sabot_index(task)]++;
	sabot_point(task, SECTION_OUTSIDE);
}

static inline void section_check_inside(struct sabot_check *check)
{
	unsigned inside = sabot_alive(check, INSIDE);

	sabot_require(check, inside <= 1, "%u are inside", inside);
}

static inline unsigned section_times(const struct section *section, unsigned ticket)
{
	unsigned times = 0, i;

	for (i = 0; i < section->passes && i < SECTION_LOG; i++)
		times += section->log[i].ticket == ticket;
	return times;
}

static inline void section_check_log(struct sabot_check *check)
{
	const struct section *section = sabot_check_shared(check);
	unsigned done = 0, killed = sabot_killed(check, NULL), i;

	for (i = 0; i < SECTION_TASKS_MAX; i++)
		done += section->done[i];
	sabot_require(check, section->passes >= done && section->passes <= done + killed,
		      "%u passes are counted, %u were made, %u were in the hands of the dead",
		      section->passes, done, killed);
	for (i = 0; i < section->passes && i < SECTION_LOG; i++)
		sabot_require(check, section_times(section, section->log[i].ticket) == 1,
			      "ticket %u is there %u times", section->log[i].ticket,
			      section_times(section, section->log[i].ticket));
}

static inline void section_check_order(struct sabot_check *check)
{
	const struct section *section = sabot_check_shared(check);
	unsigned i;

	for (i = 0; i < section->passes && i < SECTION_LOG; i++) {
		const struct pass *pass = &section->log[i];
		unsigned before = i ? section->log[i - 1].ticket : 0;

		sabot_require(check, !pass->after || pass->after == before,
			      "ticket %u, which queued behind %u, came in after %u", pass->ticket,
			      pass->after, before);
	}
}

#define SECTION_EXCLUDES "one at most is inside"
#define SECTION_COUNTS	 "each pass is in the log once"
#define SECTION_ORDER	 "who came first is let in first"

static const struct sabot_invariant section_invariants[] = {
	{ SECTION_EXCLUDES, SABOT_WHEN_ALWAYS, section_check_inside },
	{ SECTION_COUNTS, SABOT_AT_END, section_check_log },
	{ 0 },
};

static const struct sabot_invariant section_queue_invariants[] = {
	{ SECTION_EXCLUDES, SABOT_WHEN_ALWAYS, section_check_inside },
	{ SECTION_COUNTS, SABOT_AT_END, section_check_log },
	{ SECTION_ORDER, SABOT_AT_END, section_check_order },
	{ 0 },
};

static const char *const section_points[] = { SECTION_POINT, SECTION_OUTSIDE, NULL };

#endif
