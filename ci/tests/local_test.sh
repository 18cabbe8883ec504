#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/local on a small project with stand-ins for what it calls: which stages run and how each ends,
# what is collected, and what it says and returns.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
unset SABOT_BUILD
project="$temp/a project"
mkdir -p "$project/ci" bin
cp "$SABOT_SOURCE_DIR/ci/local" "$project/ci/"

# stand_in PATH SCRIPT
stand_in() {
	printf '#!/bin/bash\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

# Commands that are looked for are found here only, those of the system aside.
tools=$(mktemp -d -p "$temp")
for tool in bash sed rm mkdir cp tail realpath nproc dirname cat grep chmod; do
	ln -s "$(command -v "$tool")" "$tools/$tool"
done
run=(env PATH="$temp/bin:$tools" "$project/ci/local")

stand_in "$project/ci/setup" 'echo set up'
stand_in "$project/ci/tidy" 'echo "a.c:1: wrong (rule)"; exit 1'
# shellcheck disable=SC2016
stand_in "$project/ci/test" 'mkdir -p "$SABOT_BUILD/$1"; echo "<$1/>" >"$SABOT_BUILD/$1/ctest.xml"'
# shellcheck disable=SC2016
stand_in "$project/ci/coverage" '[[ -e lcov ]] || { echo "ci/coverage: lcov is missing"; exit 77; }
mkdir -p "$SABOT_BUILD/coverage/report"; echo all >"$SABOT_BUILD/coverage/report/index.html"'
stand_in "$project/ci/fuzz" 'echo "fuzz $*"'
# Builds a sabot that notes how it was called, and makes the reports.
# shellcheck disable=SC2016
stand_in "$temp/bin/cmake" 'mkdir -p build/release
cat >build/release/sabot <<"END"
#!/bin/bash
echo "sabot $*"
for word; do [[ $word != *=*/* ]] || echo report >"${word#*=}"; done
[[ "$*" != *--leaks* ]] || { echo "cannot run here"; exit 77; }
END
chmod +x build/release/sabot'

# ends STAGE OUTCOME [WHY]: in the last run.
ends() {
	local line="^$1 +$2 +[0-9]+ s${3:+ +$3}\$"
	grep -Eq "$line" out || complain "$1 is not $2: $(cat out)"
	grep -Eq "$line" "$folder/summary" || complain "no $1 in the summary"
}

folder="$project/build/reports"
expect "what passes and what fails" 1 "${run[@]}" setup tidy gcc
ends setup passed
ends tidy failed "status 1, see $folder/tidy/log"
ends gcc passed
matches out '^    a\.c:1: wrong \(rule\)$'
matches out "^reports: $folder\$"
[[ $(cat "$folder/gcc/junit.xml") == "<dev/>" ]] || complain "the tests' report is not collected"
[[ $(cat "$folder/setup/log") == "set up" ]] || complain "no log of setup"

folder="$temp/some where"
expect "the suites" 0 "${run[@]}" --out "some where" --jobs 3 quick full
ends quick passed
ends full passed
for name in quick full; do
	for report in report.txt report.jsonl junit.xml gitlab.xml report.sarif report.tap \
		kills.info; do
		[[ -s $folder/$name/$report ]] || complain "$name leaves no $report"
	done
done
grep -q '^sabot run -q .*--jobs 3 --quick ' "$folder/quick/log" || complain "not the quick profile"
grep -q -e --quick "$folder/full/log" && complain "the full suite is quick"

expect "tools that are missing" 0 "${run[@]}" --out "some where" clang valgrind coverage fuzz
ends clang skipped "clang is not installed"
ends valgrind skipped "valgrind is not installed"
ends coverage skipped "ci/coverage: lcov is missing" # as it says itself
ends fuzz skipped 'afl\+\+ is not installed'
[[ ! -e $folder/quick/junit.xml ]] && complain "reports of other stages are gone"

for tool in clang valgrind afl-fuzz; do
	stand_in "bin/$tool" 'exit 1'
done
touch "$project/lcov"
expect "tools that are there" 0 \
	"${run[@]}" --out "some where" --minutes 7 clang valgrind coverage fuzz
ends clang passed
ends valgrind skipped "cannot run here" # as sabot itself says
ends coverage passed
[[ $(cat "$folder/coverage/report/index.html") == all ]] || complain "no report of coverage"
ends fuzz passed
[[ $(cat "$folder/fuzz/log") == "fuzz --minutes 7" ]] || complain "fuzz: $(cat "$folder/fuzz/log")"

expect "all stages" 1 "${run[@]}" --out all
[[ $(wc -l <all/summary) == 11 ]] || complain "not all stages: $(cat all/summary)"

stages="setup tidy gcc clang asan ubsan quick full valgrind coverage fuzz"
refuses "an unknown stage" 2 "ci/local: no such stage: gc; there are $stages" "${run[@]}" gc
refuses "an unknown option" 2 "ci/local: there is no option -o; there are --out --minutes --jobs" \
	"${run[@]}" -o x
refuses "an option without its value" 2 "ci/local: --out takes a value" "${run[@]}" --out
refuses "no number" 2 "ci/local: --minutes takes a number, not 1m" \
	"${run[@]}" --minutes 1m

verdict "ci/local runs, skips and collects what it should"
