#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Processes are kept only as long as nobody can tell: not with what their end would give back, and
# not with what setup or a body has left in them.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/kept.c" "$temp/kept.so" -D_GNU_SOURCE
expect "kept and forked anew" 0 "$SABOT" run --twice --executions 20 -j1 --out results ./kept.so
expect "kept" 0 "$SABOT" run --executions 40 -j1 --out results ./kept.so
matches out '^PASS  *8 cases: 8 pass'
exit "$failed"
