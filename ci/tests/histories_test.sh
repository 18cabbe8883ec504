#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The histories of histories.c, from the recording to the report: objects that are right pass, with
# their users killed too; those that are wrong are caught by the history's name and shown as a
# table; what is no history is BROKEN and says why.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

compile "$SABOT_SOURCE_DIR/ci/tests/histories.c" histories.so

# runs CASE STATUS OPTION...: the report is in "out".
runs() {
	local case=$1 want=$2
	shift 2
	expect "$case" "$want" "$SABOT" run ./histories.so -j 1 --case "$case" --out "$temp/plans" \
		"$@"
}

# replays SCENARIO CASE: its plan takes the same steps again, and shows the same table.
replays() {
	local table
	table=$(sed -n '/^ *of [0-9]* operations, /,/^$/p' out | sed 's/^ *//')
	[[ $table ]] || complain "$2: there is no table"
	expect "$2 again" 1 "$SABOT" replay "$temp/plans/histories-$1.$2.1.plan"
	matches out '1 of 1 runs took the same steps'
	[[ $(sed -n '/^ *of [0-9]* operations, /,/^$/p' out | sed 's/^ *//') == "$table" ]] ||
		complain "$2: the replay's table is another: $(cat out)"
}

# ---- A queue ----

runs mutex 0
matches out '^PASS +histories/queue:mutex '
runs kill 0
matches out '^PASS +histories/queue:kill .*kill points ([0-9]+) of \1$'

# The sweep that passes has killed enqueues before they took place, and after.
runs killed-after 0
matches out 'caught by a killed enqueue never takes place$'
runs killed-before 0
matches out 'caught by a killed enqueue always takes place$'

runs no-mutex 0 --verbose
matches out 'caught by each item leaves once, in the order of arrival$'
runs no-mutex 1 --raw
matches out '^ *invariant: each item leaves once, in the order of arrival$'
matches out '^ *of 10 operations, these 2 have no order that a FIFO queue allows:$'
matches out '^ *1  producer#[01]  enqueue\([12]2\) +\|---\|$'
matches out '^ *2  consumer#0  dequeue\(\) = empty +\|---\|$'
matches out '^ *possible in this order: 1; then not 2$'
replays queue no-mutex

runs kill-early 1 --raw
matches out '^ *of [0-9]+ operations, this one has no order that a FIFO queue allows:$'
matches out '^ *1  consumer#0  dequeue\(\) = 0  \|---\|$'
matches out '^ *not possible as the first: 1$'
replays queue kill-early

# ---- A lock, and a specification of one's own ----

runs lock 0
matches out '^PASS +histories/lock:lock '
runs no-lock 1 --raw
matches out '^ *of 6 operations, these 2 have no order that a lock allows:$'
replays lock no-lock
runs own 1 --raw
matches out '^ *of 4 operations, these 3 have no order that a maximum allows:$'
matches out '^ *[0-9]+\. raiser#[01] has done show 1 '
replays maximum own

for case in mutex kill lock own; do
	runs "$case" 0 --twice --executions 100
done

# ---- What is no history ----

# broken CASE LINE
broken() {
	runs "$1" 5
	matches out "^BROKEN +histories/misuse:$1 "
	grep -qF -- "$2" out || complain "$1: it does not say: $2"$'\n'"$(cat out)"
}

broken unlisted \
	"worker#0 calls an operation of history 7, which the scenario's table of histories lacks"
broken twice "worker#0 calls an operation within another: enqueue(1) has not returned"
broken only-return "worker#0 returns from an operation that it has not called"
broken open-end "worker#0 has ended without a return from enqueue(1)"
broken often "worker#0 calls an operation when 4096 are recorded: there is room for no more"
broken nothing "no operation was recorded in any of the scenario's histories"

verdict "histories are recorded, judged and shown"
