#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fault `alloc`: each allocation that a module makes itself fails, once and from then on; what
# libc allocates does not, and without such a fault no allocation is a point.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/alloc.c" "$temp/alloc.so"

expect "what it can hit" 0 "$SABOT" faults alloc
matches out '^  malloc +ENOMEM ENOMEM\+$'
matches out '^  posix_memalign +ENOMEM ENOMEM\+$'

expect "all cases, two times" 0 "$SABOT" run --twice -j1 --schedules 1 --out results ./alloc.so
matches out ':no-memory .* kill points 8 of 8$'
matches out ':once .* kill points 4 of 4$'
matches out ':trusts +caught by crash$'
expect "without the fault" 0 "$SABOT" run --json --executions 1 --case no-fault ./alloc.so
matches out '"points": 1,'
expect "with it" 5 "$SABOT" run --json --executions 1 --case no-memory ./alloc.so
matches out '"points": 5,'

expect "a crash" 1 "$SABOT" run --raw --case trusts --out results ./alloc.so
matches out 'server#0 gets no memory (once|from now on) before malloc +alloc.c:[0-9]+$'
matches out 'server#0 gets ENOMEM from malloc'
plan=results/own-alloc.trusts.1.plan
grep -Eq '^fault alloc ENOMEM server#0 at 2 malloc point' "$plan" || complain "$(cat "$plan")"
expect "its replay" 1 "$SABOT" replay "$plan"
matches out 'took the same steps'

# Links that are bound late, and calls that go by no link table.
for options in "-Wl,-z,lazy" "-fno-plt -Wl,-z,now -Wl,-z,relro"; do
	# shellcheck disable=SC2086
	compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/alloc.c" "$temp/alloc.so" $options
	expect "linked with $options" 0 "$SABOT" run -j1 --schedules 1 --out results \
		--case no-memory ./alloc.so
	matches out ':no-memory .* kill points 8 of 8$'
done

verdict "allocations fail where the scenario makes them, and nowhere else"
