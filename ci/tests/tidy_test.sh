#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Feeds snippets to ci/tidy, each as the only file of a tree, and requires its exact findings: those
# that break a rule, and their neighbours that do not.
set -euo pipefail
: "${SABOT_SOURCE_DIR:?}"
for tool in python3 clang-format shellcheck; do
	command -v "$tool" >/dev/null || exit 77
done

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
failed=0
c='/* SPDX-License-Identifier: Apache-2.0 */'
sh=$'#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0'

# expect PATH TEXT [FINDING...]: what tidy finds in a tree that holds TEXT at PATH. PATH is left out
# of the findings.
expect() {
	local path=$1 text=$2 status=0 got want
	shift 2
	rm -rf "$temp/tree"
	mkdir -p "$temp/tree/$(dirname "$path")"
	cp "$SABOT_SOURCE_DIR/.clang-format" "$temp/tree/"
	printf '%s' "$text" >"$temp/tree/$path"
	got=$("$SABOT_SOURCE_DIR/ci/tidy" --root "$temp/tree" "$temp/tree/$path" 2>&1) || status=$?
	want=$(printf '%s\n' "${@/#/$path:}")
	(($# > 0)) || want=''
	want+=${want:+$'\n'}"tidy: 1 files checked, $# findings in $(($# > 0)) files"
	if [[ $got != "$want" || $status != $(($# > 0)) ]]; then
		printf 'FAIL %s\n--- wanted\n%s\n--- got, with status %d\n%s\n' \
			"$path" "$want" "$status" "$got"
		failed=1
	fi
}

# repeat COUNT TEXT
repeat() {
	local i
	for ((i = 0; i < $1; i++)); do printf '%s' "$2"; done
}

body() { printf '%s\nint f(void);\nint f(void)\n{\n%s\treturn 0;\n}\n' "$c" "$1"; }

# What fuzzers begin with is no text.
mkdir -p "$temp/tree/ci/corpus/plan"
printf 'any\r' >"$temp/tree/ci/corpus/plan/golden"
got=$("$SABOT_SOURCE_DIR/ci/tidy" --root "$temp/tree" 2>&1)
if [[ $got != "tidy: 0 files checked, 0 findings in 0 files" ]]; then
	printf 'FAIL ci/corpus\n%s\n' "$got"
	failed=1
fi

# Text.
expect harness/os/a.c "$c"$'\nint a; \n' \
	"2: layout differs from .clang-format; run clang-format -i harness/os/a.c (format)" \
	'2: trailing white space (whitespace)'
expect docs/a.md $'one\r\n' '1: ends in a carriage return (whitespace)'
expect docs/a.md 'one' '1: no newline at the end of the file (whitespace)'
expect harness/os/a.c "$c"$'\nint a; /* TO'$'DO */\n' '2: TO''DO left in the tree (unfinished)'
expect docs/a.md $'FIX'$'ME\n' '1: FIX''ME left in the tree (unfinished)'

# Sizes.
expect harness/os/a.c "$c"$'\n'"$(repeat 499 $'int a;\n')"$'\n'
expect harness/os/a.c "$c"$'\n'"$(repeat 500 $'int a;\n')"$'\n' \
	'501: file has 501 lines, at most 500 are allowed (file-length)'
expect ci/a "$sh"$'\n#\t'"$(repeat 92 x)"$'\n'
expect ci/a "$sh"$'\n#\t'"$(repeat 93 x)"$'\n' \
	'3: line has 101 columns, at most 100 are allowed (line-length)'
expect harness/os/a.c "$(body "$(repeat 66 $'\tf();\n')"$'\n')"$'\n'
expect harness/os/a.c "$(body "$(repeat 67 $'\tf();\n')"$'\n')"$'\n' \
	'3: f has 71 lines, at most 70 are allowed (function-length)'

# Licence.
expect harness/os/a.c $'int a;\n' \
	'1: first line is not /* SPDX-License-Identifier: Apache-2.0 */ (license)'
expect ci/a $'#!/bin/sh\ntrue\n' \
	'1: first or second line is not # SPDX-License-Identifier: Apache-2.0 (license)'

# Layout.
expect harness/os/a.c "$c"$'\nint  a;\nint  b;\n' \
	'2: layout differs from .clang-format; run clang-format -i harness/os/a.c (format)'

# Calls.
expect harness/core/a.c "$(body $'\tstrcpy(a, b);\n')"$'\n' \
	'5: strcpy() cannot be bounded; use snprintf or memcpy (calls)'
expect reports/a.c "$(body $'\tsprintf(a, b);\n')"$'\n' \
	'5: sprintf() cannot be bounded; use snprintf (calls)'
expect faults/a.c "$(body $'\tstrtok(a, b);\n')"$'\n' \
	'5: strtok() keeps hidden state; use strtok_r or strcspn (calls)'
expect scenarios/a.c "$(body $'\trand();\n')"$'\n' \
	'5: rand() is not seeded by the campaign; use core/random.h or sabot_random (calls)'
expect harness/cli/a.c "$(body $'\tsystem(a);\n')"$'\n' \
	'5: system() runs a shell; use posix_spawn (calls)'
expect scenarios/pipe/a.c "$(body $'\tusleep(1);\n')"$'\n' \
	'5: usleep() is no synchronisation; wait for the event itself (calls)'
expect harness/os/a_test.c "$(body $'\tsleep(1);\n')"$'\n' \
	'5: sleep() is no synchronisation; wait for the event itself (calls)'
expect harness/os/a.c "$(body $'\tnanosleep(a, b);\n\ttime(a);\n')"$'\n'
expect harness/core/a.c "$(body $'\ttime(NULL);\n')"$'\n' \
	'5: time() reads the wall clock outside of os/ (calls)'
expect harness/core/a.c "$(body $'\treal.time(a);\n\tp->system(b);\n\tf(); /* rand() */\n')"$'\n'
expect harness/intercept/a.c "$c"$'\nlong time(long *now)\n{\n\treturn f("time()", now);\n}\n'
expect ci/tests/a.sh "$sh"$'\nsleep 1\n' \
	'3: sleep is no synchronisation; wait for the event itself (calls)'

# Layers.
include() { printf '%s\n#include %s\n' "$c" "$1"; }
expect harness/core/a.c "$(include '"os/sys.h"')"$'\n'
expect harness/core/a.c "$(include '"exec/a.h"')"$'\n' \
	'2: exec/a.h may not be included here: core/ stands below exec/ (layers)'
expect harness/core/a.h "$(include '"faults/fault.h"')"$'\n' \
	'2: faults/fault.h may not be included here: core/ stands below faults/ (layers)'
expect harness/exec/a.c "$(include '"faults/fault.h"')"$'\n'
expect harness/cli/a.c "$(include '"reports/report.h"')"$'\n'
expect harness/check/a.c "$(include '"reports/report.h"')"$'\n' \
	'2: reports/report.h may not be included here: check/ stands below reports/ (layers)'
expect faults/a.c "$(include '"core/a.h"')"$'\n'
expect faults/a.c "$(include '"os/a.h"')"$'\n'
expect faults/a.c "$(include '"exec/a.h"')"$'\n' \
	'2: exec/a.h may not be included here: faults/ may include core/ and os/ only (layers)'
expect reports/a.c "$(include '"core/record.h"')"$'\n'
expect reports/a.c "$(include '<core/plan.h>')"$'\n' \
	"2: core/plan.h may not be included here: reports/ may include core/record.h and \
core/verdict.h only (layers)"
expect harness/core/a.c "$(include '"plan.h"')"$'\n' '2: "plan.h" lacks its folder (layers)'
expect harness/core/a.c "$(include '"../core/plan.h"')"$'\n' \
	'2: ../core/plan.h leads upwards; name it from harness/ or the top (layers)'
expect scenarios/pipe/a.c "$(include '"own.h"')"$'\n'
expect scenarios/pipe/a.c "$(include '"../section.h"')"$'\n'
expect scenarios/pipe/a.c "$(include '"../fifo/own.h"')"$'\n' \
	'2: "../fifo/own.h" is neither of this folder nor of all groups (layers)'
expect scenarios/pipe/a.c "$(include '"core/plan.h"')"$'\n' \
	'2: "core/plan.h" is neither of this folder nor of all groups (layers)'
expect scenarios/pipe/a.c "$(include '<sabot/sabot.h>')"$'\n#include <sys/sem.h>\n'
expect scenarios/pipe/a.c "$(include '<xxhash.h>')"$'\n' \
	"2: <xxhash.h> is neither <sabot/sabot.h> nor libc's (layers)"

# Shell.
expect ci/a.sh "$sh"$'\nif true; then\n    true\nfi\n' \
	'4: indented by spaces; shell scripts indent by tabs (whitespace)'
expect ci/a.sh "$sh"$'\ncat <<END\n    spaces here are text\nEND\n'
expect ci/a.sh "$sh"$'\necho $1\n' \
	'3: Double quote to prevent globbing and word splitting [SC2086] (shellcheck)'

# Excuses.
expect scenarios/a.c "$(body $'\tsleep(1); /* tidy'$'-allow calls: tests time itself */\n')"$'\n'
expect scenarios/a.c "$(body $'\tf(); /* tidy'$'-allow calls: no longer */\n')"$'\n' \
	'5: nothing here breaks the rule "calls" (tidy-allow)'
expect scenarios/a.c "$(body $'\tsleep(1); /* tidy'$'-allow calls: */\n')"$'\n' \
	'5: sleep() is no synchronisation; wait for the event itself (calls)'

# What it cannot check, it says.
status=0
got=$("$SABOT_SOURCE_DIR/ci/tidy" --root "$temp" "$temp/none.c" 2>&1) || status=$?
if [[ $status != 2 || $got != *"ci/tidy: error: $temp/none.c: no such file" ]]; then
	printf 'FAIL a file that is missing: status %d, %s\n' "$status" "$got"
	failed=1
fi

((failed)) || echo "tidy finds what it should"
exit "$failed"
