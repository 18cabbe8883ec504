#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sabot coverage`: reports of a user's module, with the counts of this run alone, and of the user's
# sources alone; and what it refuses.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
fixtures=$SABOT_SOURCE_DIR/harness/coverage/fixtures
unset SABOT_COVERAGE SABOT_COVERAGE_WRITE
export SABOT_CC=gcc

for tool in gcc gcov lcov; do
	command -v "$tool" >/dev/null || { echo "needs $tool" && exit 77; }
done

mkdir -p mine/part other
cp "$fixtures/struck.c" mine/struck.c
printf 'int %s(void);\nint %s(void)\n{\n\treturn 1;\n}\n' idle idle >mine/part/struck.c
printf 'int %s(void);\nint %s(void)\n{\n\treturn 1;\n}\n' other other >other/other.c
expect "a module of several sources" 0 "$SABOT" cc --coverage -O0 -shared -fPIC mine/struck.c \
	mine/part/struck.c other/other.c -o mine/struck.so

expect "its coverage" 0 "$SABOT" coverage --user-source mine -j 1
matches out '^PASS +2 cases: 2 pass'
matches out "^coverage of $temp/mine$"
matches out '^  lines +88\.9 %  \(16 of 18\)$'
matches out '^  functions +75\.0 %  \(3 of 4\)$'
grep -q other.c sabot-out/coverage/*.info && complain "what lies elsewhere is told of"
[[ $(grep -c "^SF:$temp/mine/struck.c$" sabot-out/coverage/lines.info) == 1 ]] ||
	complain "the source is not in lines.info once"
[[ -z $(find . -name '*.gcda') ]] || complain "counts are left behind: $(find . -name '*.gcda')"
ls -d sabot-out/coverage/counts-* 2>/dev/null && complain "counts are left behind"
if command -v genhtml >/dev/null; then
	matches out '^  what ran: +sabot-out/coverage/lines/index.html$'
	matches out '^  where faults struck: +sabot-out/coverage/kills/index.html$'
	for page in lines kills; do
		[[ -s sabot-out/coverage/$page/index.html ]] || complain "no HTML of $page"
	done
fi

# Compiled and linked by commands of their own.
for source in mine/struck.c mine/part/struck.c; do
	expect "an object" 0 "$SABOT" cc --coverage -O0 -fPIC -c "$source" -o "${source%.c}.o"
done
expect "a link" 0 "$SABOT" cc --coverage -shared mine/struck.o mine/part/struck.o -o linked.so
expect "its coverage" 0 "$SABOT" coverage --user-source mine -j 1 --quick ./linked.so
matches out '^  lines +88\.9 %  \(16 of 18\)$'
expect "the first once more" 0 "$SABOT" coverage --user-source mine -j 1
cp sabot-out/coverage/lines.info first.info

# The same again: nothing is added to what was counted before.
expect "the same again" 0 "$SABOT" coverage --user-source mine -j 1 --json ./mine/struck.so
# lcov writes functions in an order of its own.
diff <(sort first.info) <(sort sabot-out/coverage/lines.info) ||
	complain "the second run has other counts"
matches err '^  lines +88\.9 %'
[[ $(grep -vc '^{' out) == 0 ]] || complain "standard output is no JSON: $(cat out)"

# ---- What cannot be ----

refuses "no module" 4 "sabot: there is no module in $temp/other" \
	"$SABOT" coverage --user-source other
refuses "no module's name" 2 'sabot: struck is no module (NAME.so)' \
	"$SABOT" coverage --user-source mine struck
expect "no directory" 2 "$SABOT" coverage --user-source none
[[ $(head -n 1 err) == "sabot coverage: --user-source none: No such file or directory" ]] ||
	complain "of no directory it says $(cat err)"
expect "no sources" 2 "$SABOT" coverage ./mine/struck.so
expect "a checker of memory" 2 "$SABOT" coverage --user-source mine --leaks=valgrind
matches err '^sabot coverage: --leaks is for '
compile mine/struck.c plain.so
refuses "a module of another compiler" 2 \
	"sabot: no module was built with \`sabot cc --coverage\`" \
	"$SABOT" coverage --user-source mine ./plain.so

mkdir none
refuses "without lcov" 77 "sabot: lcov is missing, which makes reports of what was counted: \
apt-get install lcov" env PATH="$temp/none" "$SABOT" coverage --user-source mine
rm mine/*.gcno
expect "without the compiler's notes" 5 "$SABOT" coverage --user-source mine -j 1
matches err '^sabot: .*/mine/struck.so-.*\.gcno, which the compiler wrote, is missing: build anew$'
ls -d sabot-out/coverage/counts-* 2>/dev/null && complain "counts are left behind"

verdict "sabot coverage tells what ran, and where faults struck"
