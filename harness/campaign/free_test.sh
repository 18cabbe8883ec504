#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot run --free: what it finds, what it proves, what it leaves undecided, and how it says so.
# Needs all CPUs: free tasks run on all.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

"$SABOT" cc -shared -fPIC -g -Wall -Wextra "$SABOT_SOURCE_DIR/harness/campaign/fixtures/free.c" \
	-o free.so || exit 1
run=("$SABOT" run --free --out results ./free.so)

expect "a deadlock is proved" 1 "${run[@]}" --case plain -k crossed --executions 5
matches out '^FAIL +free/crossed:plain'
matches out 'crosser#[01] waits for mutex#[01] .*held by crosser#[01]'
matches out 'the cycle: crosser#[01] -> crosser#[01] -> crosser#[01]'
matches out 'seen in 5 of 5 executions in free mode: not exactly replayable'
! grep -q 'real-time' out || complain "it misses what free mode does not want"
plan=results/free-crossed.plain.1.plan
matches out "replay: .* replay $plan\$"
grep -q '^strategy free:5$' "$plan" || complain "the plan does not say how often to run it"

expect "its plan is run as often again" 1 "$SABOT" replay "$plan"
matches out "^$plan: seen in 5 of 5 executions in free mode"
expect "or as often as is asked for" 1 "$SABOT" replay --times 2 -q "$plan"
holds out "$plan: seen in 2 of 2 executions in free mode, where nothing comes back exactly"
refuses "there is nothing to shrink" 2 \
	"sabot: $plan: a plan of free mode has no schedule to shrink" "$SABOT" shrink "$plan"

expect "a twin is caught" 0 "${run[@]}" --case twin --executions 3
expect "a twin that another oracle caught is undecided" 5 "${run[@]}" --case other --executions 3
matches out '"leak" did not catch it; what did: crosser'

expect "settled states are judged" 1 "${run[@]}" -k open --case no-fault --executions 50
matches out 'invariant: one at most is inside'
matches out '[23] are inside'
expect "and hold where they hold" 0 "${run[@]}" -k locked:no-fault --executions 50 --json
matches out '"free": true, "late": 0'
matches out '"checks": [1-9]'
expect "whoever is killed holds the lock" 0 "${run[@]}" -k locked:kill --executions 50 --json
matches out '"verdict": "PASS", "kind": "orphaned owner"'
matches out '"faults_fired": [1-9]'
expect "no livelock is proved" 77 "${run[@]}" --case spins
matches out 'a livelock cannot be told from a slow run in free mode'

expect "a signal comes at its point" 0 "${run[@]}" --case half-done --executions 5
expect "places are where it can strike" 0 "${run[@]}" --case errors --executions 40
matches out '^PASS +free/struck:errors .* kill points 1 of 1$'

expect "a minute is short" 0 "${run[@]}" -k slow --executions 3
expect "what does not end is undecided" 5 "${run[@]}" -k endless --executions 1
matches out '1 of 1 executions did not end, and nothing proves why'
expect "steps are not to be had" 77 "${run[@]}" -k stepped
matches out 'it counts on steps, which free mode has none of'
expect "nor a weaker memory than there is" 77 "${run[@]}" --case pso-twin
matches out 'this processor keeps stores in order'

expect "one task at a time sees no late store" 0 \
	"$SABOT" run --out results ./free.so -k stores:relaxed --executions 3
expect "stores in order are" 0 "${run[@]}" --case seq-cst --executions 5
if (($(nproc) > 1)); then
	# How seldom two tasks meet so closely is the machine's affair: it ends at twenty findings.
	expect "the hardware's late stores are seen" 1 "${run[@]}" --case relaxed --executions 20000
	matches out "neither saw the other's store"
	matches out 'seen in [0-9]+ of [0-9]+ executions in free mode: not exactly replayable'
fi

refuses "no strategy chooses there" 2 "$(printf '%s\n%s' \
	'sabot run: --free goes with no --strategy, --memory or --twice' \
	"Try \`sabot run --help' or \`sabot run --usage' for more information.")" \
	"$SABOT" run --free --strategy random
verdict "what runs free is judged as far as it can be known"
