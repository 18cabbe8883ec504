#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What sabot says of scenarios that are bad on purpose: for each case of failures.c its verdict, the
# kind of finding, the exit code and the line that tells why; and that every plan it leaves replays.
set -euo pipefail
: "${SABOT:?}" "${LIBSABOT:?}" "${SABOT_SOURCE_DIR:?}"
CC=${CC:-cc}
tests=$SABOT_SOURCE_DIR/ci/tests

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
failed=0

# fail WHAT: and shows the last output.
fail() {
	echo "FAIL $*"
	sed 's/^/    /' "$temp/output"
	failed=1
}

# build SOURCE MODULE FLAG...
build() {
	local source=$1 module=$2
	shift 2
	"$CC" -shared -fPIC -std=gnu17 -O1 -g -Wall -Wextra -Wpedantic -Werror "$@" \
		-I"$SABOT_SOURCE_DIR/harness/include" "$source" -o "$module" \
		-L"$LIBSABOT" -lsabot -pthread
}

# member NAME: of the case's line in the report, and not of a finding in it.
member() {
	sed -n "s/, \"findings\": .*//; s/^{\"type\": \"case\".* \"$1\": \"\([^\"]*\)\".*/\1/p" \
		"$temp/report"
}

# run CASE OPTION...: the exit code is in $status, what it said in output and report.
run() {
	local case=$1
	shift
	status=0
	"$SABOT" run "$temp/failures.so" --case "$case" --out "$temp/out" \
		--report "jsonl=$temp/report" "$@" >"$temp/output" 2>&1 || status=$?
}

# expect CASE VERDICT KIND CODE LINE OPTION...
expect() {
	local case=$1 verdict=$2 kind=$3 code=$4 line=$5
	shift 5
	run "$case" "$@"
	[[ $(member verdict) == "$verdict" ]] || fail "$case: the verdict is not $verdict"
	[[ $(member kind) == "$kind" ]] || fail "$case: the kind is not $kind"
	((status == code)) || fail "$case: the exit code is $status, not $code"
	grep -qF -- "$line" "$temp/output" || fail "$case: it does not say: $line"
}

# placed TEXT: the finding is at the line that has it, not at the task's last call.
placed() {
	local line
	line=$(grep -nF "$1" "$tests/failures.c" | cut -d: -f1)
	grep -qE "^ +at failures.c:$line(,|$)" "$temp/output" ||
		fail "\"$1\" is not the place, line $line"
}

# replays CASE: the plan of its first finding takes the same steps again and ends as it did.
replays() {
	local plan code=0
	plan=$(member plan)
	[[ -e $plan ]] || fail "$1: there is no plan \"$plan\""
	grep -qF -- "replay $plan" "$temp/output" || fail "$1: no replay line for $plan"
	"$SABOT" replay "$plan" >"$temp/output" 2>&1 || code=$?
	((code == status)) || fail "$1: its replay ends with $code, not $status"
	grep -qF "1 of 1 runs took the same steps" "$temp/output" || fail "$1: its replay differs"
}

# refused LINE FLAG...: a module whose tables are wrong is refused before anything runs.
refused() {
	local line=$1 code=0
	shift
	build "$tests/refused.c" "$temp/refused.so" "$@"
	"$SABOT" run "$temp/refused.so" --out "$temp/out" >"$temp/output" 2>&1 || code=$?
	((code == 2)) || fail "refused $*: the exit code is $code, not 2"
	grep -qF -- "$line" "$temp/output" || fail "refused $*: it does not say: $line"
}

build "$tests/failures.c" "$temp/failures.so"

# Found in a role.
few=(--executions 20)
expect invariant FAIL invariant 1 "2 are inside, 1 may be (is_alone(" "${few[@]}"
replays invariant
expect assertion FAIL assertion 1 "got 3, wanted 4 (got == 4" "${few[@]}"
placed 'sabot_assert(task, got == 4'
replays assertion
expect deadlock FAIL deadlock 1 "the cycle: worker#0 -> worker#1 -> worker#0" "${few[@]}"
replays deadlock
expect self-deadlock FAIL self-deadlock 1 "which it holds itself" "${few[@]}"
replays self-deadlock
expect orphan FAIL "orphaned owner" 1 "which worker#0 held when it ended" "${few[@]}"
replays orphan
expect livelock FAIL livelock 1 "100 steps without progress; the last was point by worker#" \
	"${few[@]}"
replays livelock
expect endless-step FAIL livelock 1 "worker#0 runs on after point without reaching another" \
	--executions 1
expect crash FAIL crash 1 'died of SIGSEGV after point "here"' "${few[@]}"
placed '*nowhere = 1'
replays crash
# Whoever keeps the others from their ends needs some ten seconds for each.
expect thread-crash FAIL crash 1 'died of SIGSEGV after point "here"' --executions 20 --budget 30s
grep -q '^{"type": "case".*"executions": 20, ' "$temp/report" ||
	fail "thread-crash: a crash takes too long"
replays thread-crash
expect exit FAIL exit 1 "worker#0 ended with status 3" "${few[@]}"
replays exit
expect role-fails BROKEN broken 5 'open("no-such-file", O_RDONLY) failed with ENOENT at failures.c:'
expect unlisted-point BROKEN broken 5 \
	'worker#0 reaches point "hree", which the scenario'"'"'s table of points lacks'
expect unfit SKIP none 77 "no flux capacitor here"

# Left behind.
expect leak-set FAIL leak 1 "2 SysV semaphore sets are left behind" "${few[@]}"
replays leak-set
expect leak-shm FAIL leak 1 '"left-over" is left behind' "${few[@]}"
replays leak-shm
expect leak-file FAIL leak 1 'file "left-over.tmp" is left behind' "${few[@]}"
replays leak-file
expect leak-attached FAIL leak 1 "worker#0 ends with 1 SysV segment attached" "${few[@]}"
replays leak-attached
expect leak-descriptor FAIL leak 1 "worker#0 ends with descriptor 3 left open" "${few[@]}"
replays leak-descriptor

# Could not test.
expect setup-crash BROKEN broken 5 "the worker died of SIGSEGV in the scenario's setup"
expect setup-fails BROKEN broken 5 'setup: open("no-such-file", O_RDONLY) failed with ENOENT'
expect check-crash BROKEN broken 5 'the check "all is well" died of SIGSEGV'
expect end-check-crash BROKEN broken 5 "the worker died of SIGSEGV in one of its checks"
expect keeps-state BROKEN broken 5 "it keeps state although it says that it does not" --twice

# Proves nothing.
expect no-fault-fires INCONCLUSIVE none 5 "no fault ever fired"
expect idle-check INCONCLUSIVE none 5 "no invariant was ever judged"
expect silent-role INCONCLUSIVE none 5 'role "idler" never reached a point'
expect not-caught FAIL none 1 'a twin that "deadlock" must catch was not caught' "${few[@]}"
expect sweep-not-caught FAIL none 1 'a twin that "livelock" must catch was not caught'
expect twin-not-struck INCONCLUSIVE none 5 "no fault ever fired"
expect caught-by-another FAIL invariant 1 \
	'a twin that "deadlock" must catch; what caught it: 2 are inside' "${few[@]}"

# And a case with nothing wrong passes in the same module, or all of this shows nothing.
expect good PASS none 0 "1 case: 1 pass"

refused 'case "twin" has a fault for a role that does not exist' -DROLE='"wroker"'
refused 'case "twin" has a fault at a point that the scenario'"'"'s points do not list' \
	-DPOINT='"hree"'
refused 'case "twin" is caught by an oracle that does not exist' -DORACLE='"deadlok"'
refused 'case "Twin" needs a name of a-z, 0-9 and '"'-'" -DCASE='"Twin"'
build "$tests/refused.c" "$temp/refused.so"
"$SABOT" run "$temp/refused.so" --out "$temp/out" >"$temp/output" 2>&1 ||
	fail "the module without a misspelling is refused"

((failed)) || echo "every failure is called by its name"
exit "$failed"
