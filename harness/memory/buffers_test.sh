#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Store buffers show nothing in what is correct on every hardware: copies of what was just stored,
# stores that are not buffered, and what the dead has stored, which arrives in order.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

SABOT_CC=$CC expect "sabot cc" 0 "$SABOT" cc -g -Wall -Wextra -Werror -shared -fPIC \
	"$SABOT_SOURCE_DIR/harness/memory/fixtures/buffers.c" -o buffers.so
for memory in sc tso pso; do
	expect "$memory" 0 "$SABOT" run ./buffers.so -j 1 --memory=$memory --schedules 300 \
		--out plans
	matches out '^PASS +5 cases: 5 pass'
done

verdict "store buffers keep the order that hardware keeps"
