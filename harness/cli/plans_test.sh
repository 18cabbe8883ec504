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

# holds_task TASK DOING: it is told alone, as doing that.
holds_task() {
	matches out '^The tasks stand still at the last step'
	matches out "^  $1 +in $2 +gdb -p [0-9]+$"
	[[ $(grep -c 'gdb -p' out) == 1 ]] || complain "not of $1 alone: $(cat out)"
}

expect "hold" 1 "$SABOT" replay --gdb small.plan
matches out '^The tasks stand still at the last step: taker#0 waits for mutex#1 '
for task in 0 1; do
	matches out "^  taker#$task +in pthread_mutex_lock +gdb -p [0-9]+$"
done
expect "hold one" 1 "$SABOT" replay --gdb=taker#1 small.plan
holds_task taker#1 pthread_mutex_lock
refuses "hold nobody" 2 \
	'sabot: small.plan: no task "nobody#0" could be stopped; there are taker#0, taker#1' \
	"$SABOT" replay --gdb=nobody#0 small.plan

# Who is over at the finding is stopped before: in its crash, where it ends, where it is killed.
cat >ends.c <<'END'
#include <fcntl.h>
#include <sabot/sabot.h>
#include <stddef.h>

static void crash(struct sabot_task *task)
{
	sabot_point(task, "here");
	*(volatile int *)NULL = 1;
}
static void forget(struct sabot_task *task)
{
	sabot_point(task, "here");
	SABOT_OK(open("left", O_CREAT | O_WRONLY, 0600));
}
static void look(struct sabot_task *task)
{
	sabot_point(task, "here");
}
static void all_live(struct sabot_check *check)
{
	sabot_require(check, sabot_killed(check, NULL) == 0, "somebody was killed");
}
static const struct sabot_case plain[] = { { .name = "plain" }, { 0 } };
static const struct sabot_case kill[] = { { .name = "kill", .fault.kind = SABOT_KILL }, { 0 } };
static const struct sabot_invariant end[] = { { "all live", SABOT_AT_END, all_live }, { 0 } };
#define SCENARIO(body, invariant_table, case_table)                                               \
	static const struct sabot_role body##_roles[] = { { "one", 1, body }, { 0 } };            \
	static const struct sabot_scenario body##_scenario = { .name = #body,                     \
		.group = "ends", .about = "one that ends", .roles = body##_roles,                 \
		.invariants = invariant_table, .cases = case_table }
SCENARIO(crash, NULL, plain);
SCENARIO(forget, NULL, plain);
SCENARIO(look, end, kill);
SABOT_MODULE(&crash_scenario, &forget_scenario, &look_scenario);
END
compile ends.c ends.so
expect "three that end" 1 "$SABOT" run ./ends.so --out ends
expect "hold in a crash" 1 "$SABOT" replay --gdb ends/ends-crash.plain.1.plan
matches out '^The tasks stand still at the last step: one#0 died of SIGSEGV after point "here"$'
holds_task one#0 'point'
expect "hold at the end" 1 "$SABOT" replay --gdb ends/ends-forget.plain.1.plan
holds_task one#0 exit
refuses "nobody is left, and nothing was found" 2 "sabot: none.plan: all tasks have ended at the \
last step; --gdb=TASK stops one before its end" "$SABOT" replay --gdb none.plan
expect "hold before the kill" 1 "$SABOT" replay --gdb ends/ends-look.kill.1.plan
holds_task one#0 point

# What a killed one leaves behind, the survivors see; it is itself stopped if it is asked for.
expect "a violation" 1 "$SABOT" run --raw -j 1 --out kills semundo-crash:without-undo
killed=kills/sysv-sem-semundo-crash.without-undo.1.plan
expect "hold the survivors" 1 "$SABOT" replay --gdb $killed
matches out '^  waiter#0 +in [a-z]+ +gdb -p [0-9]+$'
! grep -q '^  holder#0' out || complain "the dead is told of: $(cat out)"
expect "hold the victim" 1 "$SABOT" replay --gdb=holder#0 $killed
holds_task holder#0 point

verdict "plans are shrunk, told and held"
