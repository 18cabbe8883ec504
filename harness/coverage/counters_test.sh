#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `sabot cc --coverage` builds counts exactly, in processes that are killed too: from outside
# at any instruction, and by the engine. The lines at which it kills and the counts fit together.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
fixtures=$SABOT_SOURCE_DIR/harness/coverage/fixtures
unset SABOT_COVERAGE SABOT_COVERAGE_WRITE
export SABOT_CC=gcc

for tool in gcc gcov python3; do
	command -v "$tool" >/dev/null || { echo "needs $tool" && exit 77; }
done

# counts FILE.gcda: leaves gcov's lines in the file "lines".
counts() {
	gcov -t "$1" >lines 2>err || complain "gcov cannot read $1: $(cat err)"
}

# count TEXT: how often the line with this text was run; "" if it is no code.
count() {
	sed -n "s/^ *\([0-9#]*\)\*\{0,1\}: *[0-9]*:.*$1.*/\1/p" lines | tr -d '#'
}

is() {
	[[ $(count "$1") == "$2" ]] || complain "\"$1\" ran $(count "$1") times, not \"$2\""
}

# ---- Killed from outside ----

outside() {
	local rounds=$1 looped
	is "before the sleep" 20
	is "after the sleep" ""
	is "the end" ""
	# A child may have died between the two: it had counted, and did not tell.
	looped=$(count "the loop")
	((looped >= rounds && looped <= rounds + 20)) ||
		complain "the loop ran $looped times, not $rounds and up to 20 more"
}

expect "a program is built" 0 "$SABOT" cc --coverage "$fixtures/outside.c" -o outside
expect "it runs without sabot" 0 ./outside
counts outside-*.gcda
outside "$(cat out)"
is "the last line" ""

# As a file, the counts outlast all that counted.
rm ./*.gcda
mkdir counters
# A shell of its own takes what bash says of a process that was killed.
die=(env SABOT_COVERAGE=counters bash -c './outside die; exit $?')
expect "a program that is killed" 137 "${die[@]}"
[[ -z $(find . -name '*.gcda') ]] || complain "somebody has written"
expect "it runs once more" 137 "${die[@]}"
expect "what was gathered is written" 0 env SABOT_COVERAGE=counters SABOT_COVERAGE_WRITE=1 ./outside
[[ ! -s out ]] || complain "main was reached"
[[ -z $(ls counters) ]] || complain "it is still there"
counts outside-*.gcda
is "before the sleep" 40
is "the last line" 2
is "nothing after it" ""

# ---- Killed by the engine ----

build=(-O0 -shared -fPIC "$fixtures/struck.c" -o struck.so)
expect "a module is built" 0 "$SABOT" cc --coverage "${build[@]}"

# executions and faults of the case that was run, from the report
run_case() {
	rm -f ./*.gcda
	expect "case $1" 0 "$SABOT" run -j 1 ./struck.so --case "$1" --report jsonl=run.jsonl \
		--report kills=kills.info
	counts struck.so-*.gcda
	read -r executions fired hash < <(python3 - <<-'END'
		import json
		case = next(x for x in map(json.loads, open("run.jsonl")) if x["type"] == "case")
		print(case["executions"], case["faults_fired"], case["trace_hash"])
	END
	)
}

# killed LINE: how often somebody was killed there, at whichever coordinate
killed() {
	local line
	line=$(grep -n "line $1 " "$fixtures/struck.c" | cut -d: -f1)
	sed -n "s/^DA:$line,//p" kills.info | awk '{ sum += $1 } END { print sum + 0 }'
}

run_case at-3
((fired > 0)) || complain "nothing was killed"
is "line 3 " $((2 * executions))
is "line 4 " $((2 * executions - fired))
is "line 6 " $((2 * executions - fired))
[[ $(killed 3) == "$fired" && $(grep -c ^DA: kills.info) == 1 ]] ||
	complain "kills.info tells of others than the $fired kills at line 3"

run_case anywhere
with=$hash
is "line 1 " $((2 * executions))
left=$((2 * executions - $(sed -n "s/^FNDA:\([0-9]*\),lock/\1/p" kills.info |
	awk '{ sum += $1 } END { print sum + 0 }')))
for line in 2 3 4 5 6; do
	is "line $line " "$left"
	left=$((left - $(killed $line)))
done
grep -q '^TN:kill_one_at_point$' kills.info || complain "no kills at points: $(cat kills.info)"
"$SABOT" doctor >out 2>err
if grep -q '^OK *real-time' out; then
	for where in asleep woken; do
		grep -q "^TN:kill_one_$where$" kills.info || complain "nobody was killed $where"
	done
fi

# libgcov takes record locks and opens files: none of that is a step.
expect "a module without coverage" 0 "$SABOT" cc "${build[@]}"
expect "it runs" 0 "$SABOT" run -j 1 ./struck.so --case anywhere --report jsonl=run.jsonl
grep -q "\"trace_hash\": \"$with\"" run.jsonl || complain "coverage changes the trace"

# ---- What cannot be ----

if command -v clang >/dev/null; then
	refuses "clang" 2 "sabot: --coverage: only gcc's counters can be shared by processes, so \
that none is lost when one is killed (SABOT_CC=gcc)" \
		env SABOT_CC=clang "$SABOT" cc --coverage -c "$fixtures/struck.c" -o struck.o
fi

verdict "coverage is exact in processes that are killed"
