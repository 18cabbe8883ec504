#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same seed gives the same trace: of every case, two times in one run, from run to run, whatever
# the number of workers, and on a loaded machine. And every plan replays.
# Needs all CPUs: two workers.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

# Of each case: its name, and the hash of its traces.
hashes() {
	sed -E -e 's/.*"scenario": *"([^"]*)", *"case": *"([^"]*)"(.*)/\1:\2 \3/' \
		-e 's/ .*"trace_hash": *"([^"]*)".*/ \1/' "$1"
}

expect "each execution two times" 0 "$SABOT" run --twice --executions 20 --raw --no-shrink \
	--out "$temp/twice" --json --kind plain --kind sweep

expect "a first run" 0 "$SABOT" run --executions 12 --out "$temp/one" --json -j1 \
	--kind plain --kind sweep
hashes "$temp/out" >"$temp/first"
[[ -s $temp/first ]] || complain "no case ran"

# What ran before in the same worker tells nothing: the first of all takes the same steps.
grep -E '^(sysv-sem|message-queues|shared-memory)/' "$temp/first" >"$temp/some"
while read -r name _; do
	"$SABOT" run --executions 12 --out "$temp/alone" --json "$name" </dev/null
done <"$temp/some" >"$temp/out" 2>"$temp/err"
hashes "$temp/out" | diff "$temp/some" - || complain "alone, other traces"

load=()
for ((i = 0; i < 6; i++)); do
	(while :; do :; done) &
	load+=($!)
done
expect "the same, loaded" 0 "$SABOT" run --executions 12 --out "$temp/two" --json -j2 \
	--kind plain --kind sweep
hashes "$temp/out" | sort >"$temp/second"
expect "two times, loaded" 0 "$SABOT" run --twice --executions 12 --out "$temp/twice" --json -j2 \
	--kind plain --kind sweep
kill "${load[@]}" 2>/dev/null
wait "${load[@]}" 2>/dev/null
diff <(sort "$temp/first") "$temp/second" || complain "another load, other traces"

# Each twin's plan: the same finding, step for step, as often as it is asked for.
expect "the twins" 0 "$SABOT" run --kind twin --out "$temp/plans" -q
plans=("$temp"/plans/*.plan)
[[ -e ${plans[0]} ]] || complain "the twins left no plan"
for plan in "${plans[@]}"; do
	expect "replay of ${plan##*/}" 1 "$SABOT" replay --times 2 -q "$plan"
	grep -q '2 of 2 runs took the same steps' "$temp/out" ||
		complain "${plan##*/} was not compared"
done

# A plan whose trace says otherwise diverges, and the step is named.
plan=${plans[0]}
sed '0,/^| .* call /s/ call .*/ call 4711/' "$plan" >"$temp/bent.plan"
expect "a bent plan" 3 "$SABOT" replay -q "$temp/bent.plan"
grep -q 'diverged at step' "$temp/err" || complain "the step that differs is not named"
exit "$failed"
