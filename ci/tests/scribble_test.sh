#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A task that stores over all memory that the harness shares with it is told of in one line, and
# sabot ends as it always does: it does not crash, hang, or find such a case good. What is stored
# here and there may hit what nobody reads; then the case may pass.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

overwritten='^ +a task has written over what the harness shares with it: [a-z0-9 ]+$'

# scribble CASE SEED OPTION...: the exit code is in $status.
scribble() {
	local case=$1 seed=$2
	shift 2
	status=0
	timeout 60 "$SABOT" run ./scribble.so -j 1 --executions 40 --case "$case" --seed "$seed" \
		--out "$temp/runs" "$@" >out 2>err </dev/null || status=$?
}

# says WHAT STATUS
says() {
	[[ $status == "$2" ]] || complain "$1: status $status: $(cat out err)"
	[[ $2 != 5 ]] || matches out "$overwritten"
	[[ $2 != 5 ]] || matches out '^BROKEN +wild/scribble:'
}

compile "$SABOT_SOURCE_DIR/ci/tests/scribble.c" scribble.so -pthread

for mode in '' --free; do
	scribble nothing 1 $mode
	says "nothing $mode" 0
	for case in ones zeroes; do
		scribble $case 1 $mode
		says "$case $mode" 5
	done
done

# Another case's worker is a new one.
status=0
"$SABOT" run ./scribble.so -j 1 --executions 40 --out "$temp/runs" >out 2>err </dev/null ||
	status=$?
[[ $status == 5 ]] || complain "all cases: status $status: $(cat out err)"
matches out '^BROKEN +wild/scribble:ones '
matches out '^PASS +wild/scribble:nothing '
says "all cases" 5

# The plan that it ran when it gave up leads there again.
scribble ones 1
expect "replay" 5 "$SABOT" replay "$temp/runs/lost-1.plan"
matches err ': a task has written over what the harness shares with it: [a-z0-9 ]+$'

for case in bytes words lines pages; do
	for seed in 1 2 3 4; do
		scribble $case $seed
		[[ $status == 0 ]] || says "$case, seed $seed" 5
	done
done

verdict "a task's wild stores are told of, and harm nobody else"
