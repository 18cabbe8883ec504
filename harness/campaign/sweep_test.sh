#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a quick run leaves out, it says; and it leaves out of facts only what comes after all
# that is known was seen.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

two=jobserver:kill-two-clients
expect "two strikes" 0 "$SABOT" run -j1 --out results "$two"
matches out "^PASS .*:kill-two-clients .* kill points ([0-9]+) of \\1\$"
grep 'left out' out && complain "a whole run leaves something out"

expect "two strikes, quick" 0 "$SABOT" run -j1 --quick --out results "$two"
matches out '^PASS .*:kill-two-clients .* kill points [0-9]+ of [0-9]+$'
read -r covered _ known <<<"$(grep -oE "points [0-9]+ of [0-9]+$" out | head -1 | cut -d" " -f2-)"
((covered < known)) || complain "$covered of $known: nothing was left out"
matches out "^ +$((known - covered)) kill points were left out to be quick\$"

# One strike, or as many schedules as are asked for: all of them.
expect "quick, one strike" 0 "$SABOT" run -j1 --quick --out results jobserver:kill-anywhere
matches out 'kill points ([0-9]+) of \1$'
expect "quick, one schedule" 0 "$SABOT" run -j1 --quick --schedules 1 --out results "$two"
matches out 'kill points ([0-9]+) of \1$'

# Of facts: one shows all that is known at once, others not under the first schedule.
seldom=(rcu-style:platform-keep mutex-dead-holder:platform-inheriting)
expect "facts, quick" 0 "$SABOT" run -j1 --quick --json --out results \
	popen-child:platform-grandchild "${seldom[@]}"
matches out '"platform-grandchild", .*"executions": 40,'
grep '"differs": true' out && complain "quick facts show less"
expect "one schedule" 5 "$SABOT" run -j1 --schedules 1 --json --out results "${seldom[@]}"
matches out '"platform-inheriting", .*"differs": true'
exit "$failed"
