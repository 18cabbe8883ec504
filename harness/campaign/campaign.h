/* SPDX-License-Identifier: Apache-2.0 */
/* The campaign of one case: many executions, what they showed, and the verdict. Worker only. */
#ifndef SABOT_CAMPAIGN_CAMPAIGN_H
#define SABOT_CAMPAIGN_CAMPAIGN_H

#include "campaign/pool.h"
#include "campaign/strikes.h"
#include "core/plan.h"
#include "core/record.h"
#include "exec/execution.h"
#include "mutate/mutate.h"

#include <sabot/sabot.h>

enum { CAMPAIGN_FINDINGS_MAX = 8, CAMPAIGN_OBSERVATIONS_MAX = 64 };

struct campaign_options {
	uint64_t seed;
	uint64_t executions;  /* 0: as many as the kind of case needs */
	const char *strategy; /* NULL: a mix; else of search/strategies.h, or "sweep" */
	uint32_t depth;	      /* pct */
	uint32_t schedules;   /* of a sweep: how many base schedules are swept */
	bool bounded;	      /* exhaustive: so many preemptions at most */
	uint32_t preemptions;
	enum sabot_memory memory; /* at least so weak, whatever the case asks for */
	bool quick;		  /* fewer schedules */
	bool raw;		  /* a twin is judged as any other case */
	bool twice;		  /* every execution two times: the traces must be equal */
	bool sampled; /* one strike for each schedule, at a random place, in place of a sweep */
	bool shrink;
	bool free;    /* all tasks run at once: see campaign/free.h */
	bool first;   /* the first finding ends it: only whether there is one is asked */
	bool endless; /* goes on until it is stopped, which is no interruption */
	const struct mutation *mutation; /* a primitive that is broken, or NULL */
	bool gdb;			 /* replay: stop at the last step */
	const char *out_directory;	 /* as shown in replay lines */
	const char *program;		 /* how the user called us */
};

struct campaign_target {
	const struct sabot_scenario *scenario;
	const struct sabot_case *scase;
	const char *module; /* path, or "" */
	bool injected;	    /* the fault is not the case's own: it may have no place there */
};

struct campaign {
	const struct campaign_options *options;
	const struct campaign_target *target;
	struct pool_context *context;
	struct record_case *record;
	struct record_finding findings[CAMPAIGN_FINDINGS_MAX];
	struct record_observation observations[CAMPAIGN_OBSERVATIONS_MAX];
	struct strikes strikes;
	struct execution execution; /* as the next try will run it */
	uint64_t began_ns;
	uint64_t limit;		/* executions at most */
	uint64_t roles_reached; /* bit per role: it came to a point */
	bool accessed;		/* some access of shared memory was a point */
	bool missed;		/* others could not be seen: mapped where none is */
	uint32_t length;	/* decisions of the longest execution so far */
	bool swept;		/* all schedules that a sweep was to take were */
	bool ended;		/* no more tries: the answer is known, or the time is up */
	/* Told of each execution while the control block shows it as it was; or NULL. */
	void (*learn)(void *learner);
	void *learner;
};

/* Everything about one case. The result is in the context's arena. */
struct record_case *campaign_run(struct pool_context *context,
				 const struct campaign_options *options,
				 const struct campaign_target *target);

/* The two ends of it, for who tries the executions itself; the campaign is in the arena. */
struct campaign *campaign_begin(struct pool_context *context,
				const struct campaign_options *options,
				const struct campaign_target *target);
struct record_case *campaign_end(struct campaign *campaign);

/* From here on this is where executions tell what the worker is at, for who reports its death. */
void campaign_tell(struct pool_status *status);

/* Fills an execution of the target with its oracles; strategy and faults are the caller's. */
void campaign_execution(struct execution *execution, const struct campaign_options *options,
			const struct campaign_target *target);

/*
 * Runs campaign->execution once, counts, and takes care of a finding. Returns false when the
 * campaign is to end. The control block shows the execution until the next try.
 */
bool campaign_try(struct campaign *campaign);

/*
 * Few schedules will do: the run is quick, and what the case knows of the platform was seen. What
 * else there may be to see, `sabot semantics` looks for.
 */
bool campaign_has_shown_enough(const struct campaign *campaign);

/* One more execution: for the record, and for who watches meanwhile. */
void campaign_count(struct campaign *campaign);

/* "group/name" of a scenario, in the arena. */
const char *campaign_name(struct arena *arena, const struct sabot_scenario *scenario);

/* The budget is spent, or the user wants to leave. */
bool campaign_is_out_of_time(const struct campaign *campaign);

/* The case is known to be bad, and is judged so. */
bool campaign_is_twin(const struct campaign *campaign);

/* Whether a finding of this kind and oracle is what the twin's caught_by names. */
bool campaign_is_caught_by(const char *caught_by, enum kind kind, const char *oracle);

#endif
