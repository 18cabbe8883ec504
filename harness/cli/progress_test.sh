#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is said meanwhile on a terminal: never more executions than the summary counts in the end,
# although those of shrinking are more than all others here.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

export SHELL=/bin/sh
expect "on a terminal" 0 script -qec "'$SABOT' run -j1 --kind twin --out '$temp/plans' \
	sysv-sem/ pthread-shared/" /dev/null
grep -oE '[0-9]+ of [0-9]+ cases, [0-9]+ executions' "$temp/out" >"$temp/meanwhile"
[[ -s $temp/meanwhile ]] || complain "nothing was said meanwhile"
total=$(grep -oE 'executions [0-9]+,' "$temp/out" | tr -dc 0-9)
while read -r _ _ _ _ count _; do
	((count <= total)) || complain "$count executions meanwhile, $total in the end"
done <"$temp/meanwhile"
exit "$failed"
