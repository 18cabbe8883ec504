#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who uses shared memory that was taken away is told what it was, who took it away and where, with
# memory points and without them; the plan brings it back. What was never there is a crash, and a
# check that looks there is broken. None of it harms the harness.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

# finds CASE STATUS MESSAGE [LINE [LINE]]
finds() {
	expect "$module, $1" "$2" "$SABOT" run "./$module.so" -j 1 --executions 3 --case "$1" \
		--out "$temp/$module"
	matches out "$3"
	[[ ! ${4-} ]] || matches out "$4"
	[[ ! ${5-} ]] || matches out "$5"
	[[ $2 == 5 || $(grep -c '^ *what happened$' out) == 1 ]] ||
		complain "$1: it is told more than once: $(cat out)"
	if [[ $2 == 1 ]]; then
		expect "$module, $1 again" 1 \
			"$SABOT" replay "$temp/$module/memory-unmapped.$1.1.plan"
		matches out '1 of 1 runs took the same steps'
	fi
}

compile "$SABOT_SOURCE_DIR/ci/tests/unmapped.c" without.so -pthread
SABOT_CC=$CC expect "sabot cc" 0 "$SABOT" cc -g -Wall -Wextra -Werror -shared -fPIC \
	"$SABOT_SOURCE_DIR/ci/tests/unmapped.c" -o with.so -pthread

for module in without with; do
	finds ftruncate 1 'user#0 reads log\+0x1000, which it had taken away by ftruncate$' \
		'log was cut off at \+0x1000 by user#0, ftruncate in read_behind_end \(unmapped' \
		'^ *use after unmap$'
	matches out '^ *in read_behind_end \(unmapped.c:[0-9]+\)$'
	finds truncate 1 'user#0 writes log\+0x4, which it had taken away by truncate$' \
		'^ *in add_behind_end \(unmapped.c:[0-9]+\)$'
	finds shmdt 1 'user#0 writes segment\+0x8, which it had taken away by shmdt$' \
		'segment\+0 to \+0x1000 were taken away by user#0, shmdt in write_detached'
	finds munmap 1 'user#0 reads log\+0, which user#0/1 had taken away by munmap$' \
		'log\+0 to \+0x1000 were taken away by user#0/1, munmap in unmap \('
	finds beyond 1 'user#0 died of SIGBUS ' '^ *crash$'
	finds robbed 1 'user#0 writes log\+0, which a fault had taken away by truncate$' \
		'^ *log was cut off at \+0 by a fault$'
	matches out 'user#0 is robbed of its object, .* truncates at the point +unmapped.c:[0-9]+$'
	finds check 5 'the check "the check looks" died of SIGBUS$'
done

verdict "who uses what was taken away is told by whom"
