#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each strategy finds what twins hold, and the same with the same seed; what it finds replays.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

hash_of() { sed -n 's/.*"trace_hash": "\(0x[0-9a-f]*\)".*/\1/p' "$temp/out"; }

for strategy in random pct pos guided; do
	expect "$strategy, a schedule" 1 \
		"$SABOT" run -j1 --raw --strategy "$strategy" --out results \
		pthread-shared/lock-order:opposite-order
	plan=$(sed -n 's/.*sabot replay //p' out | head -n 1)
	expect "$strategy, replayed" 1 "$SABOT" replay -q "$plan"
	expect "$strategy, a fault" 1 "$SABOT" run -j1 --raw --strategy "$strategy" --out results \
		sysv-sem/semundo-crash:without-undo
	matches out 'faults fired [1-9]'
	plan=$(sed -n 's/.*sabot replay //p' out | head -n 1)
	expect "$strategy, a fault replayed" 1 "$SABOT" replay -q "$plan"

	expect "$strategy, seed 7" 0 "$SABOT" run -j1 --json --strategy "$strategy" --seed 7 \
		--executions 60 --out results atomics/ticket-lock:no-fault
	first=$(hash_of)
	expect "$strategy, seed 7 again" 0 "$SABOT" run -j1 --json --strategy "$strategy" --seed 7 \
		--executions 60 --out results atomics/ticket-lock:no-fault
	[[ -n $first && $(hash_of) == "$first" ]] || complain "$strategy: another trace"
	expect "$strategy, seed 8" 0 "$SABOT" run -j1 --json --strategy "$strategy" --seed 8 \
		--executions 60 --out results atomics/ticket-lock:no-fault
	[[ $(hash_of) != "$first" ]] || complain "$strategy: the seed has no part in it"
done

expect "guided, twice" 0 "$SABOT" run -j1 --strategy guided --executions 100 --twice --out results \
	sysv-sem/semundo-crash record-locks/fcntl-fork-exec
expect "guided, places that an error can come from" 0 "$SABOT" run -j1 --strategy guided \
	--executions 100 --out results sockets-epoll/short-io

expect "a table" 0 "$SABOT" bench --detection --json -j1 --seeds 3 --executions 50 \
	sysv-sem/semundo-crash
matches out '^\{"twin": "sysv-sem/semundo-crash:without-undo", "skipped": false, .*"guided": [1-9]'
mv out first
expect "the same table" 0 "$SABOT" bench --detection --json -j1 --seeds 3 --executions 50 \
	sysv-sem/semundo-crash
cmp -s first out || complain "a table differs from the same one before"
if command -v afl-fuzz >/dev/null; then
	expect "beside afl-fuzz" 0 "$SABOT" bench --detection --fuzz -j1 --seeds 1 \
		--executions 500 sysv-sem/semundo-crash:without-undo
	matches out '^executions until it is caught +random +pct +pos +sweep +guided +fuzz$'
	matches out '^sysv-sem/semundo-crash:without-undo +([0-9]+ +){5}[1-9][0-9]*$'
	expect "given up" 0 "$SABOT" bench --detection --fuzz --json -j1 --seeds 1 --executions 2 \
		sysv-sem/semundo-crash:without-undo
	matches out '"fuzz": null}$'
fi
mkdir none
refuses "without afl-fuzz" 77 "sabot: afl-fuzz was not found: install afl++ (or search without it: \
sabot run --strategy guided)" env PATH="$temp/none" "$SABOT" bench --detection --fuzz --seeds 1 \
	sysv-sem/semundo-crash:without-undo
refuses "nothing to detect" 4 "sabot: no case that is selected is a twin" \
	"$SABOT" bench --detection sysv-sem/semundo-crash:no-fault
verdict "all strategies find, replay and repeat"
