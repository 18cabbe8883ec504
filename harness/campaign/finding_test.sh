#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two findings of one oracle stay two: shrunk, the second does not turn into the first.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

"$SABOT" cc -shared -fPIC -g "$SABOT_SOURCE_DIR/harness/campaign/fixtures/two_ways.c" \
	-o two_ways.so || exit 1
expect "two deadlocks" 1 "$SABOT" run -j1 --out results ./two_ways.so
matches out '^ +reader#0 .*waits for flock#0 \(lock\), held by writer#0'
matches out '^ +writer#0 .*waits for flock#0 \(lock\), held by reader#0'
[ "$(grep -c '^        deadlock$' out)" = 2 ] || complain "there are not two"
exit "$failed"
