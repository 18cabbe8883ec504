#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Modules that cannot be loaded, and tables that are wrong: each is refused with one line that names
# the entry, before anything of the module has run.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

# ---- Files that are no modules ----

refuses "a module that is not there" 2 'sabot: ./none.so: No such file or directory' \
	"$SABOT" run ./none.so
echo "no module" >text.so
expect "a file that is no shared object" 2 "$SABOT" run ./text.so
matches "err" '^sabot: ./text.so cannot be loaded: '
[[ $(wc -l <err) == 1 ]] || complain "more than a line: $(cat err)"

echo 'int nothing;' >empty.c
compile empty.c empty.so
refuses "a module without the line of a module" 4 \
	'sabot: ./empty.so holds no scenarios (no SABOT_MODULE line)' "$SABOT" run ./empty.so
printf '%s\n' '#include <sabot/sabot.h>' 'SABOT_MODULE(NULL);' >none.c
compile none.c nothing.so
refuses "a module without scenarios" 4 \
	'sabot: nothing.so holds no scenarios (its SABOT_MODULE is empty)' "$SABOT" run nothing.so
echo 'const int sabot_api_version = 9; const void *const sabot_scenarios[1];' >old.c
compile old.c old.so
refuses "a module of another version" 2 \
	'sabot: ./old.so was built for version 9 of <sabot/sabot.h>; this is 1' \
	"$SABOT" run ./old.so

# ---- Tables ----

cat >table.c <<'END'
#include <sabot/sabot.h>
#include <stdio.h>

static void ran(void)
{
	FILE *file = fopen(RAN, "w");

	if (file)
		fclose(file);
}

static void body(struct sabot_task *task)
{
	ran();
	sabot_point(task, "here");
}

__attribute__((unused)) static void idle(struct sabot_task *task)
{
	(void)task;
}

static void setup(struct sabot_env *env)
{
	(void)env;
	ran();
}

static void check(struct sabot_check *check)
{
	ran();
	sabot_require(check, 1, "yes");
}

static const struct sabot_role roles[] = { ROLES { 0 } };
static const struct sabot_invariant invariants[] = { INVARIANTS { 0 } };
static const struct sabot_specification mute = { .name = "nothing" };
static const struct sabot_history histories[] = { HISTORIES { 0 } };
static const struct sabot_case cases[] = { CASES { 0 } };
static const char *const points[] = { "here", NULL };
static const struct sabot_scenario mine = {
	.name = NAME, .group = "g", .setup = setup, .roles = roles,
	.invariants = invariants, .histories = histories, .cases = cases, .points = points };
SABOT_MODULE(&mine);
END

# table NAME=TEXT...: compiles it with these tables in place of right ones.
table() {
	local change defines=(-DRAN="\"$temp/ran\"" -DNAME='"mine"'
		-DROLES='{ "one", 1, body },' -DINVARIANTS='{ "all is well", 0, check },'
		-DHISTORIES= -DCASES='{ .name = "plain" },')
	for change; do
		defines+=("-D$change")
	done
	compile table.c table.so -w "${defines[@]}" 2>/dev/null
	rm -f "$temp/ran"
}

# wrong MESSAGE NAME=TEXT...: such a table is refused so.
wrong() {
	local message=$1
	shift
	table "$@"
	refuses "$*" 2 "sabot: ./table.so: scenario $message" "$SABOT" run ./table.so
	refuses "$*, listed" 2 "sabot: ./table.so: scenario $message" "$SABOT" list ./table.so
	[[ ! -e $temp/ran ]] || complain "$*: the module's code has run"
}

table
expect "a table that is right" 0 "$SABOT" run ./table.so -j 1 --executions 3
if ((EUID == 0)); then
	[[ -e $temp/ran ]] || complain "the module's code has not run, so nothing below is shown"
fi

wrong '(no name): it needs a name and a group of a-z, 0-9 and '"'-'" NAME=0
for name in '' Mine 'two words' a/b "$(printf '%064d' 0)"; do
	wrong "$name: it needs a name and a group of a-z, 0-9 and '-'" NAME="\"$name\""
done
wrong 'mine: the table of roles is empty' ROLES=
wrong 'mine: role "One" needs a name of at most 20 of a-z, 0-9 and '"'-'" \
	'ROLES={ "One", 1, body },'
wrong 'mine: role "one" has no body' 'ROLES={ "one", 1 },'
wrong 'mine: role "one" stands there twice' 'ROLES={ "one", 1, body }, { "one", 1, body },'
wrong 'mine: the table of roles asks for more than 32 tasks' \
	'ROLES={ "one", 20, body }, { "two", 13, body },'
wrong 'mine: invariant "all is well" has no check' 'INVARIANTS={ "all is well" },'
long=$(printf '%0121d' 0)
wrong "mine: invariant \"$long\" is longer than 120" "INVARIANTS={ \"$long\", 0, check },"
wrong 'mine: history "in order" has no specification, or one without its name or functions' \
	'HISTORIES={ "in order" },'
wrong 'mine: history "in order" has no specification, or one without its name or functions' \
	'HISTORIES={ "in order", &mute },'
wrong "mine: history \"$long\" is longer than 120" "HISTORIES={ \"$long\", &sabot_set },"
wrong 'mine: the table of cases is empty' CASES=
wrong 'mine: case "Plain" needs a name of a-z, 0-9 and '"'-'" 'CASES={ .name = "Plain" },'
wrong 'mine: case "kill" has a fault of a kind that does not exist' \
	'CASES={ .name = "kill", .fault = { 99 } },'
wrong 'mine: case "kill" has a fault for a role that does not exist' \
	'CASES={ .name = "kill", .fault = { SABOT_KILL, "two" } },'
wrong 'mine: case "kill" has a fault for a role that does not exist' \
	'CASES={ .name = "kill", .fault = { SABOT_KILL }, .second = { SABOT_KILL, "two" } },'
for who in one#1 one# one#00 one two#0; do
	wrong 'mine: case "kill" has a fault for a task that does not exist' \
		"CASES={ .name = \"kill\", .fault = { SABOT_KILL, .who = \"$who\" } },"
done
wrong "mine: case \"kill\" has a fault at a point that the scenario's points do not list" \
	'CASES={ .name = "kill", .fault = { SABOT_KILL, .point = "her" } },'
for signo in 0 -1 64; do
	wrong 'mine: case "signal" sends a signal whose number does not exist' \
		"CASES={ .name = \"signal\", .fault = { SABOT_SIGNAL, .signo = $signo } },"
done
wrong "mine: case \"e\" has an error that no call can have so: \`sabot faults errno\` lists \
them" \
	'CASES={ .name = "e", .fault = { SABOT_ERRNO, .error = EINTR, .times = SABOT_LASTING } },'
wrong 'mine: case "second" has a second fault, but no first' \
	'CASES={ .name = "second", .second = { SABOT_KILL } },'
wrong 'mine: case "twin" is caught by an oracle that does not exist' \
	'CASES={ .name = "twin", .caught_by = "deadlok" },'

# ---- What shows only when it runs ----

table 'CASES={ .name = "kill", .fault = { SABOT_KILL, .who = "one#0/1" } },'
expect "a fault that never fires" 5 "$SABOT" run ./table.so -j 1
matches out '^INCONCLUSIVE +g/mine:kill'
matches out '^ +no fault ever fired'
matches out '^ +replay: .* run --case kill --seed 1 .*table.so'

table 'ROLES={ "one", 1, body }, { "two", 1, idle },'
expect "a role that does nothing" 5 "$SABOT" run ./table.so -j 1
matches out '^INCONCLUSIVE +g/mine:plain'
matches out '^ +role "two" never reached a point'

verdict "modules and tables that are wrong are refused"
