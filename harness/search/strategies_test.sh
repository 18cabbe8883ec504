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
refuses "nothing to detect" 4 "sabot: no case that is selected is a twin" \
	"$SABOT" bench --detection sysv-sem/semundo-crash:no-fault
verdict "all strategies find, replay and repeat"
