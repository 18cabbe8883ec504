#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without root, without real-time priorities, and without namespaces, the suite runs and says what
# it has to do without. Correct cases pass and twins are caught all the same.
# Needs all CPUs: two workers.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

# A place that any user can read, and one that this user can write.
chmod 755 "$temp"
cp "$SABOT" "$(dirname "$SABOT")"/libsabot.so.1 "$temp"/
mkdir -m 777 "$temp/place"
sabot=$temp/$(basename "$SABOT")
cd "$temp/place" || exit 1

as_user=()
if [[ $(id -u) == 0 ]]; then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
fi
no_rt=(setpriv --bounding-set=-sys_nice)
[[ $(id -u) == 0 ]] || no_rt=()

# What the platform does is the same for any user, and takes as long as all else.
verdicts=(--kind plain --kind sweep --kind twin)

# suite WHAT [COMMAND...] -- [OPTION...] [GROUP...]: all scenarios, or those of these groups.
suite() {
	local what=$1 command=()
	shift
	while [[ $1 != -- ]]; do
		command+=("$1")
		shift
	done
	shift
	expect "$what" 0 "${command[@]}" "$sabot" run --out "$temp/place/out" -q -j2 --quick "$@"
	grep -q '^PASS ' "$temp/out" || complain "$what: no summary"
}

suite "a user" "${as_user[@]}" -- "${verdicts[@]}" sysv-sem/ message-queues/ sockets-epoll/
expect "a user's doctor" 0 "${as_user[@]}" "$sabot" doctor
grep -q '^MISSING *real-time priorities' "$temp/out" || {
	# Some machines let users have them: then nothing was taken away.
	grep -q '^OK *real-time priorities' "$temp/out" || complain "no word of priorities"
}

refuse_namespaces
if "${as_user[@]}" "${refused[@]}" true 2>/dev/null; then
	suite "a user without namespaces" "${as_user[@]}" "${refused[@]}" -- "${verdicts[@]}"
	suite "its facts of names and keys" "${as_user[@]}" "${refused[@]}" -- --kind fact \
		sysv-sem/ message-queues/
	# Names and keys are private to a worker all the same.
	"${as_user[@]}" "${refused[@]}" "$sabot" run --out "$temp/place/other" -q -j2 --quick \
		mq-request sem-create-race shm-rmid-attach >/dev/null 2>&1 &
	expect "two runs at once" 0 "${as_user[@]}" "${refused[@]}" "$sabot" run -q -j2 --quick \
		--out "$temp/place/out" mq-request sem-create-race shm-rmid-attach
	wait $! || complain "the other of two runs at once does not pass"
	expect "its doctor" 0 "${as_user[@]}" "${refused[@]}" "$sabot" doctor
	grep -q '^MISSING *namespaces' "$temp/out" || complain "doctor does not miss the namespaces"
	[[ -z $(find "$temp/place/out" -name 'work-*') ]] || complain "a working directory is left"
else
	echo "user namespaces are not allowed here: one part is skipped"
fi

# Root in a container without CAP_SYS_NICE: namespaces, but no gate.
if ((${#no_rt[@]})); then
	suite "root without priorities" "${no_rt[@]}" -- "${verdicts[@]}" pthread-shared/ \
		signals-processes/
	expect "each execution two times" 0 "${no_rt[@]}" "$sabot" run --twice --executions 50 -q \
		--out "$temp/place/out" 'semundo-crash:no-fault' 'lock-order:no-fault'
fi
exit "$failed"
