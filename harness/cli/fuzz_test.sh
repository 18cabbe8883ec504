#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot fuzz: real afl-fuzz drives schedules and faults, its crashes become plans that replay, and
# nothing of it is left, whoever is killed.

# Memory that others share meanwhile must not count.
if [[ -z ${FUZZ_TEST_ALONE:-} ]] && unshare --ipc true 2>/dev/null; then
	FUZZ_TEST_ALONE=1 exec unshare --ipc bash "$0" "$@"
fi
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
mkfifo "$temp/never"

without="sabot: afl-fuzz was not found: install afl++"
without+=" (or search without it: sabot run --strategy guided)"
refuses "no afl-fuzz" 77 "$without" env PATH=/nowhere "$SABOT" fuzz sysv-sem/semundo-crash
expect "a scenario that there is not" 4 "$SABOT" fuzz semundo-crush
matches err '^sabot: no scenario matches "semundo-crush"; did you mean semundo-crash'
expect "no scenario" 2 "$SABOT" fuzz
refuses "a fact" 4 "sabot: what is selected judges nothing" \
	"$SABOT" fuzz sysv-sem/semundo-crash:platform
refuses "the server by hand" 2 "sabot: fuzz --serve is started by afl-fuzz only" \
	"$SABOT" fuzz --serve sysv-sem/semundo-crash
command -v afl-fuzz >/dev/null || {
	((failed)) || echo "afl-fuzz is not installed"
	exit $((failed ? 1 : 77))
}

# A moment without a process.
pause() { read -r -t 0.05 <>"$temp/never" || true; }

# ours: the processes that this test has made.
ours() { pgrep -f -- "--out=$temp/|$temp/[^ ]*/afl|fuzz .*--out $temp/" || true; }

# gone WHAT: none of them is left, nor any memory that afl-fuzz shares.
gone() {
	local n=400 memory
	while [[ -n $(ours) ]] && ((n--)); do pause; done
	[[ -z $(ours) ]] || complain "$1: processes are left: $(ours | xargs ps -o args= -p)"
	memory=$(ipcs -m | grep -c '^0x' || true)
	[[ $memory == "$before" ]] || complain "$1: $memory SysV segments, before $before"
}
before=$(ipcs -m | grep -c '^0x' || true)

expect "a twin" 1 "$SABOT" fuzz --first --warm-up 1 --budget 30s --out "$temp/a" \
	pthread-shared/lock-order:opposite-threads
matches out '^FAIL +pthread-shared/lock-order:opposite-threads'
matches out '^FAIL +1 case fuzzed: [0-9]+ executions, [0-9]+ plans kept, stability 100\.00 %'
plan=$(sed -n 's/.*sabot replay //p' out | head -n 1)
expect "its plan, replayed" 1 "$SABOT" replay -q "$plan"
matches out 'took the same steps'
gone "a twin"

# Every seed would end afl-fuzz: the warm-up has to find it.
expect "a race in every schedule" 1 "$SABOT" fuzz --first --warm-up 1 --budget 30s \
	--out "$temp/race" atomics/counter-cas:plain
matches out '^        data race$'

expect "a twin with a fault, two at once" 1 "$SABOT" fuzz --first --warm-up 1 --budget 60s -j2 \
	--out "$temp/b" sysv-sem/semundo-crash:without-undo
plan=$(sed -n 's/.*sabot replay //p' out | head -n 1)
expect "its plan, replayed" 1 "$SABOT" replay -q "$plan"
gone "two at once"

expect "correct cases" 0 "$SABOT" fuzz --warm-up 30 --budget 3s --out "$temp/c" \
	sysv-sem/semundo-crash atomics/ticket-lock
matches out '^PASS +[0-9]+ cases fuzzed: [0-9]+ executions, .* stability 100\.00 %, findings 0'
grep -q '^saved_hangs *: 0$' "$temp"/c/fuzz/*/afl/default/fuzzer_stats || complain "it hung"
expect "the same, resumed, with options of afl-fuzz" 0 "$SABOT" fuzz --warm-up 2 --budget 2s \
	--out "$temp/c" sysv-sem/semundo-crash atomics/ticket-lock -- -p explore
grep -q -- '-p explore' "$temp"/c/fuzz/*/afl/default/fuzzer_stats || complain "options were lost"
expect "an option that afl-fuzz does not know" 5 "$SABOT" fuzz --warm-up 2 --out "$temp/d" \
	sysv-sem/semundo-crash -- -p nonsense
matches err '^sabot: afl-fuzz: Unknown -p power schedule'
gone "correct cases"

# What AFL++ is shown of one plan: features of the interleaving, and edges if they are counted; the
# same each time.
if command -v clang >/dev/null; then
	expect "a scenario" 0 "$SABOT" new mine
	CC=clang compile mine.c mine.so -fsanitize-coverage=trace-pc-guard
	mkdir plans
	printf '\1\1\0\5\0' >plans/walk
	for map in first second; do
		AFL_MAP_SIZE=65536 expect "its map" 0 afl-showmap -q -t 20000 -i plans -o $map -- \
			"$SABOT" fuzz --serve "--out=$temp/m" ./mine.so --case no-fault
	done
	cmp -s first/walk second/walk || complain "the same plan has another map"
	for half in '<' '>='; do
		[[ -n $(awk -F: "\$1 + 0 $half 32768" first/walk) ]] ||
			complain "nothing in the map is $half 32768: $(cat first/walk)"
	done
fi

# killed WHO SIGNAL STATUS: that one is killed while it runs; all others end.
killed() {
	local who=$1 signal=$2 want=$3 pid victim='' n=400 got=0
	rm -rf "$temp/k"
	"$SABOT" fuzz --warm-up 2 --out "$temp/k" sysv-sem/semundo-crash:no-fault \
		>"$temp/out" 2>"$temp/err" </dev/null &
	pid=$!
	while [[ ! -e $(echo "$temp"/k/fuzz/*/afl/default/fuzzer_stats) ]] && ((n--)); do
		pause
	done
	case $who in
	sabot) victim=$pid ;;
	afl-fuzz) victim=$(pgrep -f -- "^[^ ]*afl-fuzz -i $temp/k") ;;
	server) victim=$(pgrep -o -f -- "fuzz --serve .*--out=$temp/k") ;;
	esac
	kill "-$signal" "$victim"
	wait "$pid" 2>/dev/null || got=$?
	[[ $got == "$want" ]] || complain "$who, SIG$signal: status $got, not $want: $(cat err)"
	gone "$who, SIG$signal"
}
killed sabot KILL 137
killed sabot TERM 0
killed sabot INT 0
killed afl-fuzz KILL 5
killed server KILL 5
verdict "afl-fuzz finds, its crashes replay, and nothing is left of it"
