#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The verbs that take a plan: shrink, explain, and replay with a debugger in view.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

expect "a deadlock" 1 "$SABOT" run --raw --no-shrink --seed 5 --strategy random -j 1 --out plans \
	lock-order:opposite-order
plan=plans/pthread-shared-lock-order.opposite-order.1.plan
before=$(grep -c '^switch' $plan)

# ---- shrink ----

expect "shrink" 0 "$SABOT" shrink $plan -o small.plan
after=$(grep -c '^switch' small.plan)
((after < before)) || complain "$before switches became $after"
matches out "^0 faults and $before switches became 0 and $after in [0-9]+ executions$"
matches out '^small\.plan$'
expect "the shrunk plan" 1 "$SABOT" replay --times 3 small.plan
matches out '^small\.plan: 3 of 3 runs took the same steps'
cp small.plan same.plan
expect "shrink in place, where nothing can go" 0 "$SABOT" shrink same.plan
matches out "^0 faults and $after switches became 0 and $after in "
cmp -s small.plan same.plan || complain "it is another plan now"
[[ -z $(find . -name '*.new') ]] || complain "a file is left behind"

grep -v '^switch' small.plan >none.plan
refuses "a plan without a finding" 5 \
	'sabot: none.plan shows no finding: there is nothing to keep' "$SABOT" shrink none.plan
refuses "no directory" 5 'sabot: none/x: No such file or directory' \
	"$SABOT" shrink small.plan -o none/x
for verb in shrink explain replay; do
	expect "$verb, no plan" 2 "$SABOT" $verb
	[[ $(head -n 1 err) == "sabot $verb: which plan? "* ]] || complain "$verb says $(cat err)"
	expect "$verb, two plans" 2 "$SABOT" $verb small.plan same.plan
	[[ $(head -n 1 err) == "sabot $verb: one plan at a time" ]] ||
		complain "$verb says $(cat err)"
done

# ---- explain ----

expect "explain" 0 "$SABOT" explain small.plan
matches out '^ +1\. taker#0 locks mutex#0 \(shared\+0x0\) by pthread_mutex_lock \(mark 1\) +lock'
matches out '^the cycle: taker#0 -> taker#1 -> taker#0$'
matches out '^deadlock: taker#0 waits for mutex#1 '
expect "explain another execution" 3 "$SABOT" explain none.plan
matches out '^Nothing was found\.$'
matches err 'this is not the execution that the plan was made from \(step [0-9]+ differs\)$'

# ---- replay --gdb: standard input ends, as if somebody had pressed Enter ----

expect "hold" 0 "$SABOT" replay --gdb small.plan
matches out '^The tasks stand still at the last step: taker#0 waits for mutex#1 '
for task in 0 1; do
	matches out "^  taker#$task +in pthread_mutex_lock +gdb -p [0-9]+$"
done
expect "hold one" 0 "$SABOT" replay --gdb=taker#1 small.plan
matches out '^  taker#1 +in pthread_mutex_lock +gdb -p [0-9]+$'
grep -q '^  taker#0' out && complain "--gdb=taker#1 tells of taker#0"
expect "hold nobody" 0 "$SABOT" replay --gdb=nobody#0 small.plan
matches out '^There is no task "nobody#0" that lives; there are$'

verdict "plans are shrunk, told and held"
