# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What tests of the command line share. To be sourced: makes $temp, which goes away at the end, and
# works in it.
set -uo pipefail
: "${SABOT:?}" "${SABOT_SOURCE_DIR:?}"
export LC_ALL=C
unset NO_COLOR
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp" || exit 1
failed=0

# complain WHAT...: a check did not hold; the test goes on.
complain() {
	printf 'FAIL %s\n' "$*"
	failed=1
}

# expect WHAT STATUS COMMAND...: runs it, with its standard output in the file "out", and its
# standard error in "err".
expect() {
	local what=$1 want=$2 got=0
	shift 2
	"$@" >"$temp/out" 2>"$temp/err" </dev/null || got=$?
	[[ $got == "$want" ]] && return
	complain "$what: status $got, not $want"
	# Not what passed, nor what was skipped and why: there may be many of them.
	awk '/^[^ ]/ { shown = !/^SKIP |"verdict": "(PASS|SKIP)"/ } shown' "$temp/out" |
		sed 's/^/    out: /'
	sed 's/^/    err: /' "$temp/err"
}

# holds FILE [TEXT]: the file of the last expect ("out" or "err") is exactly this text, or what
# standard input brings, but for newlines at the end.
holds() {
	local got want
	got=$(cat "$temp/$1")
	if (($# > 1)); then want=$2; else want=$(cat); fi
	[[ $got == "$want" ]] && return
	complain "$1 is not what it should be"
	printf -- '--- wanted\n%s\n--- got\n%s\n' "$want" "$got"
}

# matches FILE REGEX: some line of that file matches.
matches() {
	grep -Eq -e "$2" "$temp/$1" || complain "no line of $1 matches $2:"$'\n'"$(cat "$temp/$1")"
}

# what_leaked: under "what leaked" in the report of the last expect stands, but for stacks, what
# standard input brings.
what_leaked() {
	sed -n '/^        what leaked$/,/^$/ { /^ *\(in\|by\) .*)$/d; s/^          //p }' \
		"$temp/out" >"$temp/leaked"
	diff - "$temp/leaked" || complain "what leaked is not that"
}

# what_ended: by the report of the last expect, each case has lost so much in a process that ended
# so, as standard input tells.
what_ended() {
	sed -nE -e 's/^(PASS|FAIL) +own\/ends:([a-z-]+) .* executions? .*/\2:/p' \
		-e 's/^ +([0-9]+) bytes in 1 block, allocated$/ \1/p' \
		-e 's/^ +parent#0\/1, (a.*)/, \1/p' "$temp/out" |
		awk '/:$/ { name() ; line = $0; amounts = ""; when = ""; next }
			/^,/ { when = $0; next } { amounts = amounts $0 }
			function name() {
				if (line) print line amounts (amounts ? " bytes" : "") when
			}
			END { name() }' >"$temp/ended"
	diff - "$temp/ended" || complain "what was lost is not that"
}

# refuses WHAT STATUS LINE COMMAND...: ends so, with exactly this line on standard error and nothing
# on standard output.
refuses() {
	local what=$1 want=$2 line=$3
	shift 3
	expect "$what" "$want" "$@"
	[[ $(cat "$temp/err") == "$line" ]] ||
		complain "$what: it says"$'\n'"$(cat "$temp/err")"$'\n'"and not"$'\n'"$line"
	[[ ! -s $temp/out ]] || complain "$what: it writes to standard output: $(cat "$temp/out")"
}

# compile SOURCE MODULE [OPTION...]
compile() {
	local from=$1 to=$2
	shift 2
	"${CC:-cc}" -g -shared -fPIC -Wall -Wextra -Werror -I"$SABOT_SOURCE_DIR/harness/include" \
		"$@" "$from" -o "$to" || complain "$from does not compile"
}

# Sets the array `refused`: what runs a command without namespaces. Within a user namespace of its
# own a limit of none can be set.
refuse_namespaces() {
	# shellcheck disable=SC2016,SC2034
	refused=(unshare --user --map-root-user bash -c
		'echo 0 >/proc/sys/user/max_user_namespaces &&
		exec setpriv --inh-caps=-all --bounding-set=-all --securebits=+noroot "$@"' refused)
}

# verdict DONE: ends the test.
verdict() {
	((failed)) || echo "$1"
	exit "$failed"
}
