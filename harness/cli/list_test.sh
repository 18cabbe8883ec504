#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot list: its text and JSON for a module that has everything, and bounds for what is built in.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

cat >listed.c <<'END'
#include <sabot/sabot.h>

static void body(struct sabot_task *task)
{
	(void)task;
}

static void check(struct sabot_check *check)
{
	(void)check;
}

static const struct sabot_role roles[] = { { "holder", 1, body }, { "waiter", 2, body }, { 0 } };
static const struct sabot_invariant invariants[] = {
	{ "the sum is constant", SABOT_WHEN_SETTLED, check },
	{ "never two", SABOT_WHEN_ALWAYS, check },
	{ "all is done", SABOT_AT_END, check },
	{ 0 } };
static const struct sabot_history histories[] = {
	{ .name = "no item is lost", .specification = &sabot_fifo_queue },
	{ 0 } };
static const struct sabot_case cases[] = {
	{ .name = "no-fault", .about = "schedules alone" },
	{ .name = "kill-two", .fault = { SABOT_KILL, "holder" }, .second.kind = SABOT_KILL },
	{ .name = "stop-inside", .fault = { SABOT_STOP, SABOT_ANY_ROLE, .point = "inside" } },
	{ .name = "signal",
	  .fault = { SABOT_SIGNAL, .who = "waiter#1", .signo = 10,
		     .where = SABOT_ASLEEP | SABOT_WOKEN } },
	{ .name = "real-time", .fault = { SABOT_SIGNAL, .signo = 50, .where = SABOT_AT_POINT } },
	{ .name = "bare", .caught_by = "lost wake-up" },
	{ .name = "long", .fault.kind = SABOT_KILL, .caught_by = "all is done",
	  .about = "one that says so much about itself that it does not fit into "
		   "what is left of a line" },
	{ .name = "shown", .fault.kind = SABOT_KILL, .characterises = "what a platform does" },
	{ 0 } };
static const struct sabot_case one[] = { { .name = "only" }, { 0 } };
static const char *const points[] = { "inside", "outside", NULL };
static const struct sabot_scenario second = {
	.name = "second", .group = "b", .roles = roles, .cases = one };
static const struct sabot_scenario first = {
	.name = "first-of-all", .group = "a", .about = "shows every kind of \033[31mcase\n",
	.roles = roles, .invariants = invariants, .histories = histories, .cases = cases,
	.points = points };
static const struct sabot_scenario third = {
	.name = "third", .group = "b", .about = "of the same group as the second",
	.tags = "lock crash", .roles = roles, .cases = one };
static const struct sabot_scenario fourth = {
	.name = "fourth", .group = "a", .roles = roles, .cases = one };
SABOT_MODULE(&second, &first, &third, &fourth);
END
compile listed.c listed.so

expect "a module" 0 "$SABOT" list ./listed.so
holds out <<'END'
b/second
  roles        holder x1, waiter x2
  only         plain
b/third         of the same group as the second
  roles        holder x1, waiter x2
  tags         lock crash
  only         plain

a/first-of-all  shows every kind of \x1b[31mcase
  roles        holder x1, waiter x2
  no-fault     plain
  kill-two     sweep  kill holder, then kill any role
  stop-inside  sweep  stop and continue any role at inside
  signal       sweep  send SIGUSR1 to waiter#1, asleep or woken
  real-time    sweep  send signal 50 to any role, at a point
  bare         twin   caught by lost wake-up
  long         twin   kill any role; caught by all is done
  shown        fact   kill any role; what a platform does
a/fourth
  roles        holder x1, waiter x2
  only         plain
END

expect "a module, with everything" 0 "$SABOT" list -v ./listed.so
holds out <<'END'
b/second
  module       ./listed.so
  roles        holder x1, waiter x2
  only         plain

b/third         of the same group as the second
  module       ./listed.so
  roles        holder x1, waiter x2
  tags         lock crash
  only         plain

a/first-of-all  shows every kind of \x1b[31mcase
  module       ./listed.so
  roles        holder x1, waiter x2
  invariant    the sum is constant (in every settled state)
  invariant    never two (at every point)
  invariant    all is done (at the end)
  history      no item is lost (a FIFO queue)
  point        inside
  point        outside
  no-fault     plain
                      schedules alone
  kill-two     sweep  kill holder, then kill any role
  stop-inside  sweep  stop and continue any role at inside
  signal       sweep  send SIGUSR1 to waiter#1, asleep or woken
  real-time    sweep  send signal 50 to any role, at a point
  bare         twin   caught by lost wake-up
  long         twin   kill any role; caught by all is done
                      one that says so much about itself that it does not fit into what is left of a
                      line
  shown        fact   kill any role; what a platform does

a/fourth
  module       ./listed.so
  roles        holder x1, waiter x2
  only         plain
END

expect "a module, for programs" 0 "$SABOT" list --json ./listed.so
python3 - out <<'END' || complain "list --json is not as documented: $(cat out)"
import json, sys
scenarios = [json.loads(line) for line in open(sys.argv[1])]
assert [s["scenario"] for s in scenarios] == ["b/second", "b/third", "a/first-of-all", "a/fourth"]
first = scenarios[2]
assert first["module"] == "./listed.so"
assert first["about"] == "shows every kind of \033[31mcase\n"
assert first["roles"] == [{"name": "holder", "count": 1}, {"name": "waiter", "count": 2}]
assert [i["when"] for i in first["invariants"]] == ["settled", "always", "end"]
assert first["histories"] == [{"name": "no item is lost", "specification": "a FIFO queue"}]
assert first["points"] == ["inside", "outside"]
cases = {case["case"]: case for case in first["cases"]}
assert len(cases) == 8
assert cases["no-fault"]["kind"] == "plain" and cases["no-fault"]["about"] == "schedules alone"
assert cases["kill-two"]["kind"] == "sweep"
assert (cases["kill-two"]["fault"], cases["kill-two"]["second"]) == ("kill holder", "kill any role")
assert (cases["shown"]["kind"], cases["shown"]["characterises"]) == ("fact", "what a platform does")
assert scenarios[1]["tags"] == "lock crash"
assert (cases["bare"]["kind"], cases["bare"]["caught_by"]) == ("twin", "lost wake-up")
END

# ---- What is built in ----

for option in '' -v; do
	# shellcheck disable=SC2086
	expect "what is built in" 0 "$SABOT" list $option
	long=$(grep -E '.{101}' out) && complain "lines of more than 100 columns: $long"
	blank=$(grep -nE ' $' out) && complain "white space at the end of lines: $blank"
done
cp out everything
expect "what is built in, for programs" 0 "$SABOT" list --json
python3 - out everything <<'END' || complain "some of what is built in is not listed, or bare"
import json, sys
text = open(sys.argv[2]).read()
for line in open(sys.argv[1]):
    scenario = json.loads(line)
    assert f'{scenario["scenario"]} ' in text, scenario["scenario"]
    assert scenario["about"], scenario["scenario"]
    kinds = {case["kind"] for case in scenario["cases"]}
    assert kinds - {"fact"} == {"plain", "sweep", "twin"}, (scenario["scenario"], kinds)
    assert all(f'  {case["case"]} ' in text for case in scenario["cases"])
END
expect "a group" 0 "$SABOT" list sysv-sem/
other=$(grep -E '^[a-z]' out | grep -v '^sysv-sem/') && complain "of another group: $other"
expect "one scenario, named again" 0 "$SABOT" list semundo-crash 'sysv-sem/semundo-c*' semundo-crash
expect "one case" 0 "$SABOT" list semundo-crash:no-fault
[[ $(grep -cE ' (plain|sweep|twin|fact)' out) == 1 ]] || complain "more than one case: $(cat out)"

expect "a tag" 0 "$SABOT" list --tag crash ./listed.so
[[ $(grep -E '^[a-z]' out) == b/third* ]] || complain "more than what has the tag: $(cat out)"
refuses "no such tag" 4 "sabot: no scenario has the tag \"crush\" (\`sabot list\` shows tags)" \
	"$SABOT" list --tag crush ./listed.so
expect "a part of the name" 0 "$SABOT" list -k first-of-all:kill ./listed.so
[[ $(grep -c sweep out) == 1 ]] || complain "not the one case: $(cat out)"

verdict "scenarios are listed as they are"
