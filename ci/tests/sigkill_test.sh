#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGKILL of any part of a run, at random moments, leaves nothing: no process, no IPC object, no
# mount, no file outside of the output directory. MOMENTS=n for another number of moments.
# Needs all CPUs: two workers, and two runs beside each other.

# Where other tests run beside this one, what they leave for a moment must not count.
if [[ -z ${SIGKILL_TEST_ALONE:-} ]] && unshare --ipc --mount true 2>/dev/null; then
	SIGKILL_TEST_ALONE=1 exec unshare --ipc --mount bash "$0" "$@"
fi
[[ -n ${SIGKILL_TEST_ALONE:-} ]] && mount -t tmpfs tmpfs /dev/shm

# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
moments=${MOMENTS:-200}
mark=sabot-sigkill-$$

state() {
	ipcs -a | grep -E '^0x' | sort
	ls -A /dev/shm
	find /tmp -maxdepth 1 -name 'sabot-replay*'
	grep -c . /proc/self/mounts
}

ours() { pgrep -f -- "--out $temp/$mark" || true; }

# A pause of so many milliseconds without a process.
pause_ms() { read -r -t "$(printf '0.%03d' "$1")" <>"$temp/never" || true; }

# Which part dies: the command line, a keeper, a worker, or a task.
victim() {
	local all
	mapfile -t all < <(ours)
	((${#all[@]})) && echo "${all[RANDOM % ${#all[@]}]}"
}

wait_until_gone() {
	local round
	for ((round = 0; round < 2000; round++)); do
		[[ -z $(ours) ]] && return 0
		pause_ms 10
	done
	return 1
}

mkfifo "$temp/never"

# strike_one LANE MOMENTS PAUSE_MS COMMAND...: a part dies at a random moment; so much later the
# command line has to go as well, since it replaces a worker that died.
strike_one() {
	local count=$2 later=$3 struck=0 i pid part
	mark=$mark-$1
	RANDOM=$1 # bash's own generator: the same moments each time
	shift 3
	for ((i = 0; i < count; i++)); do
		"$@" "$SABOT" run --executions 100000 --out "$temp/$mark" >/dev/null 2>&1 &
		pid=$!
		pause_ms $((RANDOM % 60 + 1))
		part=$pid
		((i % 2)) && part=$(victim)
		[[ -n $part ]] && kill -KILL "$part" 2>/dev/null && ((struck++))
		pause_ms "$later"
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		if ! wait_until_gone; then
			complain "moment $i: processes are left: $(ours | tr '\n' ' ')"
			break
		fi
	done
	((struck * 10 >= count * 9)) || complain "only $struck of $count moments struck"
	exit "$failed"
}

# Where there is no such CPU, any does.
on_cpu() { taskset -cp "$1" $BASHPID >/dev/null || true; }

# strike MOMENTS PAUSE_MS COMMAND...: half of them beside the others, each with its own CPU.
strike() {
	local count=$1 before after
	shift
	before=$(state)
	(on_cpu 0 && strike_one 7 $((count - count / 2)) "$@") 2>/dev/null &
	(on_cpu 1 && strike_one 8 $((count / 2)) "$@") 2>/dev/null || failed=1
	wait $! || failed=1
	after=$(state)
	[[ $before == "$after" ]] ||
		complain "something is left: $(diff <(echo "$before") <(echo "$after"))"
}

strike "$moments" 5 env
# Without namespaces whoever is left cleans up after who was killed: the keeper or the command line.
refuse_namespaces
if "${refused[@]}" true 2>/dev/null; then
	strike "$((moments / 8))" 300 "${refused[@]}"
	[[ -z $(find "$temp/$mark"-* -name 'work-*') ]] || complain "a working directory is left"
else
	echo "user namespaces are not allowed here: one part is skipped"
fi

# Ctrl-C and SIGTERM: the reports of what ran are there, and the exit code says that it is not all.
# What a case has shown by then is no pass: none can have been through so many executions.
for signal in INT TERM; do
	setsid -w "$SABOT" run --executions 1000000 --kind plain -j2 --out "$temp/$mark" \
		--report "jsonl=$temp/report.jsonl" >"$temp/out" 2>"$temp/err" &
	pause_ms 400
	pkill -"$signal" -o -f -- "$SABOT run --executions 1000000"
	wait $!
	status=$?
	[[ $status == 5 ]] || complain "SIG$signal: status $status, not 5"
	grep -q interrupted "$temp/out" || complain "SIG$signal: no summary"
	grep -q '"interrupted": *true' "$temp/report.jsonl" || complain "SIG$signal: no report"
	grep -q '"message": "interrupted: nothing was found so far"' "$temp/report.jsonl" ||
		complain "SIG$signal: no case is told as interrupted"
	! grep '^{"type": "case".*"verdict": "PASS"' "$temp/report.jsonl" ||
		complain "SIG$signal: a case that was cut short has passed"
	wait_until_gone || complain "SIG$signal: processes are left: $(ours | tr '\n' ' ')"
done
exit "$failed"
