#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot run --inject: plain cases are struck by faults that they do not have. What is found replays,
# what has no place is skipped, and a case that was made so can be named.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

# A writer that takes any error for the end, and one that hides what it has not written.
cat >mine.c <<'END'
#include <fcntl.h>
#include <sabot/sabot.h>
#include <string.h>
#include <unistd.h>
struct shared { long given, written; };
static void setup(struct sabot_env *env)
{
	int fd = SABOT_OK(creat("ledger", 0600));

	(void)env;
	SABOT_OK(close(fd));
}
static void writer(struct sabot_task *task)
{
	struct shared *shared = sabot_shared(task);
	const char *text = "a line";
	size_t left = strlen(text);
	int fd = SABOT_OK(open("ledger", O_WRONLY));

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done < 0 && errno == EINTR)
			continue;
		shared->given += (long)left;
		if (done < 0)
			break;
		shared->written += done;
		left = 0;
	}
	SABOT_OK(close(fd));
}
static void all_is_written(struct sabot_check *check)
{
	const struct shared *shared = sabot_check_shared(check);

	sabot_require(check, shared->given == shared->written, "%ld bytes given, %ld written",
		      shared->given, shared->written);
}
static const struct sabot_role roles[] = { { "writer", 1, writer }, { 0 } };
static const struct sabot_invariant invariants[] = {
	{ "what is given is written", SABOT_WHEN_SETTLED, all_is_written }, { 0 } };
static const struct sabot_case cases[] = {
	{ .name = "plain" },
	{ .name = "killed", .fault.kind = SABOT_KILL },
	{ .name = "twin", .fault.kind = SABOT_ERRNO, .caught_by = "what is given is written" },
	{ 0 } };
static const struct sabot_scenario scenario = { .name = "ledger", .group = "own",
	.setup = setup,
	.roles = roles, .invariants = invariants, .cases = cases,
	.shared_size = sizeof(struct shared) };
SABOT_MODULE(&scenario);
END
compile mine.c mine.so

options=(-j1 --out results)
expect "what others do to it" 0 "$SABOT" run ./mine.so "${options[@]}" \
	--inject kill,stop,signal,delay,clock,errno=EINTR,restart,spawn
for fault in kill stop signal delay clock restart errno=EINTR; do
	matches out "^PASS +own/ledger:plain\\+$fault .* kill points ([0-9]+) of \\1\$"
done
matches out '^SKIP +own/ledger:plain\+spawn$'
matches out '^        a fault of this kind has no place in it$'
grep -qE ':(killed|twin)' out && complain "a case with a fault of its own was run"

expect "errors and short writes" 1 "$SABOT" run ./mine.so "${options[@]}" --inject errno,short
matches out '^FAIL +own/ledger:plain\+errno '
matches out '^FAIL +own/ledger:plain\+short '
matches out 'given, 1 written'
plan=results/own-ledger.plain+short.1.plan
grep -q "replay: .* replay $plan\$" out || complain "no replay line: $(cat out)"
grep -qx 'case plain+short' "$plan" || complain "the plan names another case: $(cat "$plan")"
expect "its replay" 1 "$SABOT" replay "$plan"
matches out '6 bytes given, 1 written'
expect "its story" 0 "$SABOT" explain "$plan"
matches out 'can move a few bytes only, once, before write'
sed 's/plain+short/plain+maim/' "$plan" >other.plan
refuses "a plan with no such fault" 2 \
	"sabot: plain+maim: \"maim\" is no kind of fault: \`sabot faults\` lists them" \
	"$SABOT" replay other.plan
sed 's/plain+short/killed+short/' "$plan" >other.plan
refuses "a plan for a case with a fault of its own" 2 "sabot: killed+short: only a plain case can \
be struck by a fault that is not its own, and killed is a sweep" "$SABOT" replay other.plan

expect "by name" 1 "$SABOT" run ./mine.so "${options[@]}" --case plain+short
matches out '^FAIL +own/ledger:plain\+short '
expect "by name, of one that is built in" 0 "$SABOT" run "${options[@]}" --quick \
	'semundo-crash:no-fault+kill' 'semundo-crash:no-fault+clock'
matches out '^PASS +sysv-sem/semundo-crash:no-fault\+kill .* kill points ([0-9]+) of \1$'
matches out '^PASS +sysv-sem/semundo-crash:no-fault\+clock '
expect "by name, more than once" 0 "$SABOT" run "${options[@]}" --quick --inject signal=USR1 \
	'semundo-crash:no-fault' 'semundo-crash'
matches out '^PASS +1 case: 1 pass'

expect "a cascade" 0 "$SABOT" run "${options[@]}" --quick --inject kill+kill,kill+signal=USR1 \
	'semundo-crash:no-fault'
matches out '^PASS +sysv-sem/semundo-crash:no-fault\+kill\+kill .* kill points ([0-9]+) of \1$'
matches out '^PASS +sysv-sem/semundo-crash:no-fault\+kill\+signal=USR1$'
expect "the first alone" 0 "$SABOT" run "${options[@]}" --quick --json semundo-crash:no-fault+kill
fired() { sed -n 's/.*"faults_fired": \([0-9]*\).*/\1/p' out; }
first=$(fired)
expect "both" 0 "$SABOT" run "${options[@]}" --quick --json semundo-crash:no-fault+kill+kill
(($(fired) > 2 * first)) || complain "the second of a cascade never fired: $first, $(fired)"

expect "every kind there is" 1 "$SABOT" run ./mine.so "${options[@]}" --quick --inject all
# A cascade is two of them.
"$SABOT" faults | sed -n 's/^\([a-z]*\)  .*/\1/p' | grep -v cascade >kinds
while read -r kind; do
	matches out "^[A-Z]+ +own/ledger:plain\\+$kind\\b"
done <kinds

# usage MESSAGE OPTION...
usage() {
	local message=$1
	shift
	expect "run $*" 2 "$SABOT" run ./mine.so "$@"
	[[ $(head -n 1 err) == "sabot run: $message" ]] || complain "run $*: $(cat err)"
}
unknown="is no kind of fault: \`sabot faults\` lists them"
usage "--inject: \"maim\" $unknown" --inject kill,maim
usage "--inject: \"\" $unknown" --inject=
usage '--inject: "cascade" is two faults, one after the other: name both, as in kill+kill' \
	--inject cascade
usage '--inject: "errno=EFOO" names no error' --inject errno=EFOO
usage '--inject: "signal=0" names no signal' --inject signal=0
usage '--inject: "kill+kill+kill" is a third fault: there can be two' --inject kill+kill+kill
usage '--inject: "kill=3" has a value, which only signal, errno and spawn take' --inject kill=3
usage "--faults selects cases that have a fault, --inject strikes those that have none: one of \
them" --inject kill --faults kill
refuses "twins alone" 4 'sabot: none of the cases is plain: --inject strikes no others' \
	"$SABOT" run ./mine.so --kind twin --inject kill

verdict "faults that no case has strike those that have none"
