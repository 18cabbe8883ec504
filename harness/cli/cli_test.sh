#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line as a user types it, rightly and wrongly: what it says, and the exit code.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
verbs="run list replay shrink explain bench doctor faults new"
quick=(--executions 20 -j 1 --out results)

# ---- Help and version ----

expect "no verb" 2 "$SABOT"
matches err '^Usage: sabot VERB'
expect "help" 0 "$SABOT" --help
for verb in $verbs; do
	matches out "^  $verb +[a-z]"
done
expect "version" 0 "$SABOT" --version
holds out "$(grep -x 'sabot [0-9]*\.[0-9]*\.[0-9]*' out)"
version=$(cat out)
for verb in $verbs; do
	expect "$verb --help" 0 "$SABOT" "$verb" --help
	matches out "^Usage: sabot $verb "
	expect "$verb --version" 0 "$SABOT" "$verb" --version
	holds out "$version"
	expect "$verb with an option that does not exist" 2 "$SABOT" "$verb" --no-such-option
	matches err "^sabot $verb: "
done

# ---- Names that do not exist ----

refuses "an unknown verb" 2 "sabot: there is no verb \"rum\"; \`sabot --help\` lists them" \
	"$SABOT" rum
refuses "an unknown scenario" 4 \
	'sabot: no scenario matches "philosphers"; did you mean philosophers?' \
	"$SABOT" run philosphers "${quick[@]}"
refuses "an unknown scenario of a group" 4 \
	'sabot: no scenario matches "sysv-sem/bounded"; did you mean bounded-buffer?' \
	"$SABOT" run sysv-sem/bounded "${quick[@]}"
refuses "a name that is near to none" 4 \
	"sabot: no scenario matches \"0000\" (\`sabot list\` shows them all)" \
	"$SABOT" run 0000 "${quick[@]}"
refuses "an unknown case" 4 "sabot: sysv-sem/bounded-buffer has no case \"kill\"; it has no-fault, \
kill-anywhere, kill-two, mutex-first, full-before-item, mutex-without-undo, counter-without-undo" \
	"$SABOT" run bounded-buffer --case kill "${quick[@]}"
refuses "an unknown case of a pattern" 4 "$(cat err)" "$SABOT" run bounded-buffer:kill \
	"${quick[@]}"
[[ ! -e results ]] || complain "a run of nothing makes an output directory"

# usage MESSAGE OPTION...: `sabot run` with these options says so.
usage() {
	local message=$1
	shift
	expect "run $*" 2 "$SABOT" run semundo-crash "$@"
	[[ $(head -n 1 err) == "sabot run: $message" ]] ||
		complain "run $*: it says $(head -n 1 err), not $message"
}

luck='there is no strategy "luck": random, pct, pos, guided, sweep, replay, exhaustive or brute'
usage "$luck" --strategy luck
usage 'there is no report format "pdf": text, jsonl, junit, gitlab, sarif, tap or kills' \
	--report pdf=x
usage '--report takes FORMAT=FILE, not "junit"' --report junit
usage '--report takes FORMAT=FILE, not "junit="' --report junit=
for bad in '' x 1x -1 0x 18446744073709551616 1.5; do
	usage "--seed takes a whole number, not \"$bad\"" --seed "$bad"
done
usage '--executions takes a number above 0' --executions 0
usage '--jobs takes a number from 1 to 64' -j 0
usage '--jobs takes a number from 1 to 64' -j 65
usage '--depth takes a number from 1 to 16' --depth 17
for bad in 0 5x '' s -1s 99999999999999999999h; do
	usage "--budget takes a time such as 30s, not \"$bad\"" --budget "$bad"
done
usage '--color takes always, never or auto' --color maybe

# ---- Places that cannot be written ----

touch file
refuses "an output directory below a file" 2 \
	'sabot: the output directory file/results cannot be made: Not a directory' \
	"$SABOT" run semundo-crash --out file/results
refuses "an output directory that is a file" 2 'sabot: file is not a directory' \
	"$SABOT" run semundo-crash --out file
if ((EUID == 0)) && command -v setpriv >/dev/null; then
	chmod 755 .
	refuses "an output directory of somebody else" 2 \
		'sabot: the output directory results cannot be made: Permission denied' \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$SABOT" run semundo-crash --out results
fi

# full COMMAND...: standard output is a full disk. It must say so, once, and not end well.
full() {
	local status=0
	"$@" >/dev/full 2>err || status=$?
	[[ $status == 5 && $(cat err) == 'sabot: standard output: No space left on device' ]] ||
		complain "$* on a full disk: status $status, $(cat err)"
}

full "$SABOT" run semundo-crash:no-fault "${quick[@]}"
full "$SABOT" run semundo-crash:no-fault "${quick[@]}" --json
full "$SABOT" list
full "$SABOT" list --json
for format in text jsonl junit gitlab sarif tap; do
	expect "a $format report on a full disk" 5 \
		"$SABOT" run semundo-crash:no-fault "${quick[@]}" --report "$format=/dev/full"
	holds err 'sabot: /dev/full: No space left on device'
done

# Whole or not at all: what has no room leaves nothing that could be taken for a plan or a report.
# shellcheck disable=SC2016
on_full_disk='mkdir -p full && mount -t tmpfs -o size=16k tmpfs full && mkdir full/results &&
	{ head -c 20k /dev/zero >full/filler || true; } 2>/dev/null
	"$@"
	status=$?
	ls -A full/results
	exit $status'
if unshare --mount true 2>/dev/null; then
	expect "a finding on a full disk" 1 unshare --mount bash -c "$on_full_disk" - "$SABOT" run \
		semundo-crash:without-undo --raw -j 1 --out full/results \
		--report junit=full/results/x.xml
	matches out 'the plan could not be written: .*: No space left on device'
	matches err '^sabot: full/results/x.xml: No space left on device$'
	grep -E '^[a-z.-]*\.(plan|xml|new)$' out && complain "a file is left"
fi
expect "a report that cannot be made" 5 \
	"$SABOT" run semundo-crash:no-fault "${quick[@]}" --report junit=none/x.xml
holds err 'sabot: none/x.xml: No such file or directory'
expect "a finding matters more than its report" 1 "$SABOT" run semundo-crash:without-undo --raw \
	-j 1 --out results --report junit=none/x.xml

# On standard output a report stands alone.
expect "a report to standard output" 0 "$SABOT" run semundo-crash:no-fault "${quick[@]}" \
	--report junit=- --report tap=beside.tap
[[ $(head -c 5 out) == '<?xml' && $(tail -n 1 out) == '</testsuites>' ]] ||
	complain "standard output is no JUnit alone: $(cat out)"
[[ -s beside.tap && ! -e - ]] || complain "a report is missing, or there is a file named -"
full "$SABOT" run semundo-crash:no-fault "${quick[@]}" --report junit=-
usage 'standard output takes one report' --report junit=- --report tap=-
usage 'standard output is for --json, or for a report' --json --report tap=-

# ---- Exit codes and output ----

expect "a case that passes" 0 "$SABOT" run semundo-crash:no-fault "${quick[@]}"
matches out '^PASS +sysv-sem/semundo-crash:no-fault +20 executions'
expect "several words select together, each case once" 0 "$SABOT" list \
	semundo-crash:no-fault 'sysv-sem/semundo-cra*' --json
[[ $(grep -o '"case": "no-fault"' out | wc -l) == 1 ]] || complain "a case is listed twice"
expect "a twin that is caught" 0 "$SABOT" run semundo-crash:without-undo -j 1 --out results
matches out '^PASS .* caught by the value counts the living$'

expect "a twin, judged as it is" 1 "$SABOT" run semundo-crash:without-undo --raw -j 1 --out results
matches out '^FAIL +sysv-sem/semundo-crash:without-undo'
plan=$(sed -n 's/^ *replay: .* replay //p' out | head -n 1)
[[ -f $plan ]] || complain "the replay line names no plan: $plan"
expect "its replay line" 1 "$SABOT" replay "$plan"
[[ -z $(find results -name 'running-*') ]] || complain "plans of running executions stay"

sed '/^trace /,$ s/holder#0/waiter#0/' "$plan" >other.plan
expect "a plan whose trace is another" 3 "$SABOT" replay other.plan
matches err '^sabot: other.plan: run 1 diverged at step 1'
expect "a plan that is cut off" 2 "$SABOT" replay <(head -n 3 "$plan")
expect "a file that is no plan" 2 "$SABOT" replay "$SABOT_SOURCE_DIR/LICENSE"
sed 's/^sabot-plan 1/sabot-plan 9/' "$plan" >other.plan
expect "a plan of another version" 2 "$SABOT" replay other.plan
matches err '^sabot: other.plan:1: .*version'
sed 's/^scenario .*/scenario sysv-sem\/no-such-one/' "$plan" >other.plan
refuses "a plan of a scenario that is not here" 2 \
	"sabot: other.plan: no scenario sysv-sem/no-such-one with a case without-undo is known \
here" \
	"$SABOT" replay other.plan
refuses "a plan that is not there" 2 'sabot: none.plan: No such file or directory' \
	"$SABOT" replay none.plan

cat >long.c <<'END'
#include <sabot/sabot.h>

static void body(struct sabot_task *task)
{
	int i;

	for (i = 1; i < 12000; i++) {
		sabot_point(task, "again");
		sabot_mark(task, i);
	}
	sabot_assert(task, 0, "the end");
}

static const struct sabot_role roles[] = { { "one", 1, body }, { 0 } };
static const struct sabot_case cases[] = { { .name = "only" }, { 0 } };
static const struct sabot_scenario longer = {
	.name = "longer", .group = "g", .roles = roles, .cases = cases };
SABOT_MODULE(&longer);
END
compile long.c long.so
expect "an execution of more steps than a plan lists" 1 "$SABOT" run ./long.so --executions 1 \
	-j 1 --out results
plan=results/g-longer.only.1.plan
expect "its replay" 1 "$SABOT" replay -q $plan
sed 's/^trace 20000 0x.*/trace 20000 0x1/' $plan >other.plan
expect "its replay, if a later step is another" 3 "$SABOT" replay -q other.plan
holds err 'sabot: other.plan: run 1 diverged: the trace has another hash'

"$SABOT" run semundo-crash:no-fault "${quick[@]}" --json >out 2>err || complain "run --json"
python3 - out <<'END' || complain "run --json is not as documented: $(cat out)"
import json, sys
keys = """scenario case verdict kind executions points faults_fired kill_points_covered
kill_points_known seconds seed plan trace_hash""".split()
lines = open(sys.argv[1]).read().splitlines()
assert len(lines) == 1
case = json.loads(lines[0])
assert all(key in case for key in keys), [key for key in keys if key not in case]
assert (case["scenario"], case["case"]) == ("sysv-sem/semundo-crash", "no-fault")
assert (case["verdict"], case["executions"], case["seed"]) == ("PASS", 20, 1)
END

# ---- Colour ----

escape=$'\033'
"$SABOT" run semundo-crash:no-fault "${quick[@]}" 2>&1 | cat >out
! grep -q "$escape" out || complain "colour in a pipe"
"$SABOT" run semundo-crash:no-fault "${quick[@]}" --color always | cat >out
grep -q "$escape\[32mPASS" out || complain "no colour although it is asked for"
if command -v script >/dev/null; then
	run="'$SABOT' run semundo-crash:no-fault ${quick[*]}"
	TERM=xterm script -qec "$run" /dev/null </dev/null >out 2>&1
	grep -q "$escape\[32mPASS" out || complain "no colour on a terminal"
	TERM=dumb script -qec "$run" /dev/null </dev/null >out 2>&1
	! grep -q "$escape\[3" out || complain "colour on a dumb terminal"
	NO_COLOR=1 script -qec "$run" /dev/null </dev/null >out 2>&1
	! grep -q "$escape\[3" out || complain "colour in spite of NO_COLOR"
	script -qec "$run --color never" /dev/null </dev/null >out 2>&1
	! grep -q "$escape\[3" out || complain "colour in spite of --color never"
fi

verdict "the command line says and returns what it should"
