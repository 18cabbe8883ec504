#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Accesses of one word are known to be of one, in whatever way processes have mapped it; and where
# none can be seen, nothing is said to be shown.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

SABOT_CC=$CC expect "sabot cc" 0 "$SABOT" cc -g -Wall -Wextra -Werror -shared -fPIC \
	"$SABOT_SOURCE_DIR/ci/tests/windows.c" -o windows.so

expect "windows" 5 "$SABOT" run ./windows.so -j 1 --quick --executions 50 --out plans --verbose
for case in file memfd posix segment inherited overlapping longer grown; do
	matches out "^PASS +memory/windows:$case +caught by data race"
done
for where in log memory area segment mapping; do
	matches out "^ *user#. (reads|writes) $where\+0x8, which user#. (reads|writes): nothing"
done
matches out '^ *user#. (reads|writes) log\+0x1008, which user#. (reads|writes): nothing'
matches out '^INCONCLUSIVE +memory/windows:address '
matches out '^ *it needs memory points, and maps shared memory at an address that it asks for'

verdict "one word is one, however it was mapped"
