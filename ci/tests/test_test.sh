#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/test on a small project with a test of each outcome: what it counts, names and returns.
set -euo pipefail
: "${SABOT_SOURCE_DIR:?}"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
project="$temp/a project"
failed=0
unset SABOT_BUILD

mkdir -p "$project/ci"
cp "$SABOT_SOURCE_DIR/ci/test" "$project/ci/"
cp "$SABOT_SOURCE_DIR/CMakePresets.json" "$project/"

# project SETUP-STATUS CMAKE-LINES
project() {
	printf '#!/bin/sh\nexit %d\n' "$1" >"$project/ci/setup"
	chmod +x "$project/ci/setup"
	printf '%s\n' 'cmake_minimum_required(VERSION 3.22)' 'project(small LANGUAGES NONE)' \
		'enable_testing()' "$2" >"$project/CMakeLists.txt"
}

# expect WHAT STATUS LAST-LINES STAGE...
expect() {
	local what=$1 want_status=$2 want=$3 status=0 got
	shift 3
	"$project/ci/test" "$@" >"$temp/log" 2>&1 || status=$?
	got=$(tail -n "$(wc -l <<<"$want")" "$temp/log")
	if [[ $status != "$want_status" || $got != "$want" ]]; then
		printf 'FAIL %s\n--- wanted status %d and last\n%s\n--- got status %d and\n' \
			"$what" "$want_status" "$want" "$status"
		cat "$temp/log"
		failed=1
	fi
}

passing='add_test(NAME good COMMAND true)'
project 0 "$passing"
expect "all pass" 0 $'\n3 passed, 0 failed, 0 skipped' setup dev

project 0 "$passing
add_test(NAME bad COMMAND false)
add_test(NAME absent COMMAND ./no-such-program)
add_test(NAME elsewhere COMMAND sh -c \"exit 77\")
set_tests_properties(elsewhere PROPERTIES SKIP_RETURN_CODE 77)"
expect "each outcome" 1 "
failed: bad, of dev
failed: absent, of dev
3 passed, 2 failed, 1 skipped" setup dev

project 1 "$passing"
expect "a failed stage does not stop those after it" 1 "
failed: setup
2 passed, 1 failed, 0 skipped" setup dev

project 0 "message(FATAL_ERROR \"cannot be built\")"
expect "no tests of what could not be built" 1 "
failed: build of dev
0 passed, 1 failed, 0 skipped" dev
grep -q 'cannot be built' "$temp/log" || { echo "FAIL the build's log is not shown"; failed=1; }

project 0 ""
expect "no tests at all" 1 "
failed: tests of dev: ctest ended with 8
1 passed, 1 failed, 0 skipped" dev

expect "an unknown stage" 2 \
	"ci/test: no such stage: nosuch; there are setup tidy dev ubsan asan clang" setup nosuch

((failed)) || echo "ci/test counts what it should"
exit "$failed"
