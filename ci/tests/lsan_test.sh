#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot run --leaks=lsan, in a build with AddressSanitizer: what an error path loses is found, and
# nothing where nothing is lost, whether a process ends, is killed, or forks.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

twin=memory/heap-leak:forgets-what-it-read-into
"$SABOT" run --leaks=lsan --case none "$twin" >/dev/null 2>"$temp/err"
if grep -q 'this build has no LeakSanitizer' "$temp/err"; then
	echo "this is no build with AddressSanitizer"
	exit 77
fi

expect "a leak" 1 "$SABOT" run --raw --leaks=lsan --report jsonl="$temp/jsonl" \
	--out "$temp/results" "$twin"
matches out '^        server#0 has lost 64 bytes in 1 block, allocated at heap-leak.c:[0-9]+$'
matches out '^              in new_request \(heap-leak.c:[0-9]+\)$'
matches jsonl '"kind": "memory leak"'
# AddressSanitizer's interceptors come before ours: they are not where the call was made.
matches out 'meets EINTR once before read +heap-leak.c:[0-9]+$'
replay=$(sed -n 's/^ *replay: //p' "$temp/out")
[[ $replay == *".1.plan --leaks=lsan" ]] || complain "the replay line is \"$replay\""
# shellcheck disable=SC2086
expect "the replay line" 1 $replay
matches out ': 1 of 1 runs took the same steps'

compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/leaks.c" "$temp/leaks.so"
echo leak:lose_known >"$temp/supp"
expect "a family, and a kill" 1 env LSAN_OPTIONS="suppressions=$temp/supp" "$SABOT" run -j1 \
	--leaks=lsan --executions 2 ./leaks.so
what_leaked <"$SABOT_SOURCE_DIR/ci/tests/fixtures/leaks.txt"

compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/ends.c" "$temp/ends.so"
expect "other ends" 1 timeout 120 "$SABOT" run -j1 --leaks=lsan --no-shrink --executions 2 \
	--out "$temp/results" ./ends.so
what_ended <<'END'
killed: 11 bytes, as it came to the call in which it ended
ended: 11 bytes, as it came to the call in which it ended
crashed: 22 bytes, as it crashed
other: 33 bytes, as it came to the call in which it ended
crowd:
other-crowd:
ended-crowd:
killed-crowd:
END
matches out '^        2 of 4 processes not looked at for lost memory: 2 had other threads$'

expect "kills, faults and forks" 0 "$SABOT" run --quick --leaks=lsan --out "$temp/results" \
	memory/ semundo-crash:kill-anywhere fcntl-fork-exec:kill-anywhere

expect "steps with it" 0 "$SABOT" run --leaks=lsan --json --executions 4 --case no-fault memory/
sed -E 's/.*"trace_hash": "([^"]*)".*/\1/' "$temp/out" >"$temp/with"
expect "steps without it" 0 "$SABOT" run --json --executions 4 --case no-fault memory/
sed -E 's/.*"trace_hash": "([^"]*)".*/\1/' "$temp/out" >"$temp/without"
cmp "$temp/with" "$temp/without" || complain "the traces are not the same"

verdict "LeakSanitizer finds what is lost"
