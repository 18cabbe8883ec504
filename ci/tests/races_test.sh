#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Data races between processes: none is reported where races.c has one process told by another, or
# kept out, in any of the ways that there are; each seed reports those that are there, with both
# sides, and the plan brings them back.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

SABOT_CC=$CC expect "sabot cc" 0 "$SABOT" cc -g -Wall -Wextra -Werror -shared -fPIC -pthread \
	-I"$SABOT_SOURCE_DIR" "$SABOT_SOURCE_DIR/ci/tests/races.c" -o races.so

expect "orders" 0 "$SABOT" run ./races.so -j 1 --quick --out "$temp/plans" --verbose
matches out '^PASS +races/edges:flock-kill .*kill points ([0-9]+) of \1$'
for case in bare two-readers relaxed no-fence; do
	matches out "^PASS +races/edges:$case +caught by data race"
done

# Each way to tell has a twin that stores after it.
twins=$(grep -c 'caught by data race$' out)
((twins > 30)) || complain "only $twins twins"
for seed in {1..20}; do
	expect "seed $seed" 0 "$SABOT" run ./races.so -j 1 --quick --seed "$seed" \
		--out "$temp/plans" --kind twin
	matches out "^PASS +$twins cases: $twins pass"
done

expect "a report" 1 "$SABOT" run ./races.so -j 1 --raw --case relaxed --out "$temp/plans"
matches out '^ *taker#0 reads shared\+0, which giver#0 writes: nothing orders the two$'
matches out '^ *at races\.c:[0-9]+, seen in '
[[ $(grep -c '^ *what happened$' out) == 1 ]] || complain "it is told more than once: $(cat out)"
matches out '^ *taker#0 reads 4 bytes at shared\+0 in take \(races\.c:[0-9]+\)$'
matches out '^ *giver#0 writes there before in give \(races\.c:[0-9]+\)$'
matches out '^ *what is missing: something that giver#0 gives after its access '
expect "stacks" 1 "$SABOT" run ./races.so -j 1 --raw --case bare --out "$temp/plans"
[[ $(grep -c '^ *called by take (races' out) == 1 ]] || complain "no stack of one: $(cat out)"
expect "a replay" 1 "$SABOT" replay "$temp/plans/races-edges.relaxed.1.plan"
matches out '1 of 1 runs took the same steps'

verdict "what orders two accesses is known, and what does not is reported"
