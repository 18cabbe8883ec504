#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All schedules of small cases, from the command line: as many as are known to be, those of one
# preemption, kills at each place of each, what stays undecided, and a bug in one schedule of many.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

cat >steps.c <<'END'
#include <sabot/sabot.h>
#include <semaphore.h>

enum { TASKS = 2, STEPS = 3 };
struct shared { sem_t same, own[TASKS]; int last; };
static const bool dependent = true, independent = false;

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	int i;

	SABOT_OK(sem_init(&shared->same, 1, 0));
	for (i = 0; i < TASKS; i++)
		SABOT_OK(sem_init(&shared->own[i], 1, 0));
}

static void post(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const bool *same = sabot_variant(task);
	int i;

	for (i = 0; i < STEPS; i++)
		SABOT_OK(sem_post(*same ? &shared->same : &shared->own[sabot_index(task)]));
}

/* True in every schedule: what is counted here are the schedules. */
static void count(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);
	int value;

	sem_getvalue((sem_t *)&shared->same, &value);
	sabot_require(check, value >= 0, "%d", value);
}

static const struct sabot_role roles[] = { { "poster", TASKS, post }, { 0 } };
static const struct sabot_invariant invariants[] = {
	{ "the semaphore counts", SABOT_AT_END, count }, { 0 } };
static const struct sabot_case cases[] = {
	{ .name = "dependent", .variant = &dependent },
	{ .name = "independent", .variant = &independent },
	{ .name = "kill", .variant = &dependent, .fault.kind = SABOT_KILL },
	{ .name = "not-caught", .variant = &dependent, .caught_by = "deadlock" }, { 0 } };
static const struct sabot_scenario scenario = { .name = "steps", .group = "own",
	.about = "processes that post semaphores", .setup = setup, .roles = roles,
	.shared_size = sizeof(struct shared), .invariants = invariants, .cases = cases };
SABOT_MODULE(&scenario);
END
compile steps.c steps.so -pthread

# explore OPTION...: of the module, all schedules.
# shellcheck disable=SC2317 # it is called by expect
explore() { "$SABOT" run --strategy exhaustive --out plans "$@" ./steps.so; }

expect "six steps of two on one semaphore" 0 explore --case dependent
matches out '^ *all 20 schedules explored$' # 6 choose 3
expect "six steps that do not meet" 0 explore --case independent
matches out '^ *all 1 schedule explored$'
expect "as JSON" 0 explore --case dependent --json
matches out '"schedules": 20, "complete": true, "explored": "all 20 schedules explored"'

# One preemption: who began is interrupted at one of its steps, or runs to its end.
expect "one preemption" 0 explore --case dependent --preemptions 1
matches out '^ *all [0-9]+ schedules with at most 1 preemption explored$'
bounded=$(sed -nE 's/^ *all ([0-9]+) schedules.*/\1/p' out)
((bounded > 2 && bounded < 20)) || complain "one preemption has $bounded schedules of 20"
expect "each interleaving" 0 "$SABOT" run --strategy brute --out plans --case dependent ./steps.so
matches out '^ *all 70 schedules explored$' # the two starts are steps too: 8 choose 4

expect "killed at each place" 0 explore --case kill
matches out '^ *all [0-9]+ schedules explored$'
matches out 'kill points ([0-9]+) of \1$'

expect "too few executions" 5 explore --case dependent --executions 7
matches out '^ *6 schedules explored, not all: ' # the first one looks for memory points
matches out "replay: .* --strategy exhaustive \./steps\.so\$"
expect "a twin that no schedule shows" 1 explore --case not-caught
matches out 'a twin that "deadlock" must catch was not caught'

expect "a deadlock in some schedules" 1 "$SABOT" run --strategy exhaustive --raw --out plans \
	lock-order:opposite-order
matches out '^ *deadlock$'
expect "its replay" 1 "$SABOT" replay plans/pthread-shared-lock-order.opposite-order.1.plan

refuses "a bound for what is not exhaustive" 2 \
	$'sabot run: --preemptions goes with --strategy exhaustive
Try `sabot run --help\' or `sabot run --usage\' for more information.' \
	"$SABOT" run --preemptions 2
verdict "all schedules, and no more"
