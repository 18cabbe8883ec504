#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever compiled code does to shared memory works as without us, and where it stores a kill can
# strike: with gcc, and with clang where that is installed.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
source=$SABOT_SOURCE_DIR/harness/memory/fixtures/hooks.c

tried=0
for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	tried=$((tried + 1))
	SABOT_CC=$compiler expect "sabot cc, $compiler" 0 "$SABOT" cc -O0 -Wall -Wextra -shared \
		-fPIC "$source" -o hooks.so
	expect "a run, $compiler" 0 "$SABOT" run -j 1 --schedules 1 --executions 800 ./hooks.so \
		--report kills=kills.info
	matches out '^PASS +5 cases: 5 pass'
	while IFS=: read -r line _; do
		grep -q "^DA:$line,[1-9]" kills.info ||
			complain "$compiler: nobody was killed at line $line of hooks.c"
	done < <(grep -n '/\* stores \*/' "$source")
done
((tried)) || { echo "needs gcc or clang" && exit 77; }

verdict "what touches shared memory works, and is a point"
