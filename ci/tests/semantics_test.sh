#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The table of what Linux does when a party dies: the docs have the one that ships, and this
# machine's is made by running the cases, of which none may be undecided.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

expect "the table that ships" 0 "$SABOT" semantics --known --markdown
sed -n '/^| scenario/,$p' "$SABOT_SOURCE_DIR/docs/semantics.md" >"$temp/docs"
diff "$temp/out" "$temp/docs" >"$temp/differ" || {
	complain "docs/semantics.md is not what \`sabot semantics --known --markdown\` prints:"
	head -20 "$temp/differ"
}

expect "one group" 0 "$SABOT" semantics sysv-sem/ --out "$temp/o"
matches out '^[0-9]+ events; in [0-9]+ of them this machine differs from the table$'
expect "for programs" 0 "$SABOT" semantics --json sysv-sem/semundo-crash --out "$temp/o"
matches out '"characterises": "[^"]+", "observed": \["[^"]+'
refuses "nothing to show" 4 "sabot: no case that is selected characterises anything" \
	"$SABOT" semantics 'semundo-crash:no-fault'
verdict "what ships is what the docs say"
