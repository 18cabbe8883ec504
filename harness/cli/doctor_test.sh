#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot doctor: on this machine, and where things are taken away from it, each by really doing so.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
user=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# verdicts: "NAME OK" or "NAME MISSING" of each check in "out", sorted.
verdicts() {
	sed -nE 's/^(OK|MISSING) +(([^ ]+ )*[^ ]+)  .*/\2 \1/p' "$temp/out" | sort
}

# missing NAME: "out" says that it is, why, what that costs, and what to do.
missing() {
	local lines
	lines=$(sed -n "/^MISSING  *$1 /,/^\(OK\|MISSING\|$\)/p" "$temp/out")
	if [[ $lines != *costs:\ ??*to\ do:\ ??* ]]; then
		complain "$1 is not shown as missing, with its cost: $(cat "$temp/out")"
	fi
}

present() {
	matches out "^OK +$1  +[^ ]"
}

expect "here" 0 "$SABOT" doctor
matches out '^sabot [0-9.]+ on Linux [^ ]+, x86_64, glibc [0-9.]+$'
for name in "states of tasks" "anonymous files" "fixed addresses"; do
	present "$name"
done
matches out '^Scenarios run here'
long=$(grep -E '.{101}' out) && complain "lines of more than 100 columns: $long"
verdicts >text
expect "here, for programs" 0 "$SABOT" doctor --json
python3 - out >json <<'END' || complain "doctor --json is not as documented: $(cat out)"
import json, sys
for line in open(sys.argv[1]):
    check = json.loads(line)
    assert set(check) == {"name", "ok", "needed", "detail", "cost", "remedy"}, check
    assert check["detail"] and bool(check["cost"]) == (not check["ok"]) == bool(check["remedy"])
    print(check["name"], "OK" if check["ok"] else "MISSING")
END
sort json | cmp -s - text || complain "text and JSON differ: $(diff <(sort json) text)"
expect "an argument" 2 "$SABOT" doctor everything
"$SABOT" doctor >/dev/full 2>err
[[ $? == 5 && $(cat err) == "sabot: standard output: No space left on device" ]] ||
	complain "a full disk: $(cat err)"

# ---- What a user may do ----

(ulimit -c unlimited && "$SABOT" doctor) >out 2>&1
if [[ $(cat /proc/sys/kernel/core_pattern) == [/\|]* ]]; then
	present "core files"
else
	missing "core files"
fi
(ulimit -c 0 && "$SABOT" doctor) >out 2>&1
missing "core files"
PATH=/nowhere "$SABOT" doctor >out 2>&1
missing gdb
missing valgrind
if ((EUID != 0)); then
	mkdir -m 555 shut
	(cd shut && "$SABOT" doctor) >out 2>&1
	missing "output directory"
fi

# ---- What only root can take away ----

if ((EUID != 0)) || ! command -v setpriv unshare >/dev/null || ! unshare -m true 2>err; then
	verdict "the doctor sees what is there, as far as a user can tell"
fi
chmod 755 "$temp"

expect "without rights" 0 "${user[@]}" prlimit --rtprio=0 "$SABOT" doctor
missing "real-time priorities"
missing "output directory"
if prlimit --rtprio=10 true 2>err; then
	expect "with the right to priorities" 0 \
		prlimit --rtprio=10 "${user[@]}" "$SABOT" doctor
	present "real-time priorities"
fi

# inside UNSHARE-OPTION COMMANDS PROGRAM [ARGUMENT...]: the program after these commands of a shell.
# shellcheck disable=SC2317 # it is called by expect
inside() {
	unshare "$1" bash -c "$2 && exec \"\$@\"" bash "${@:3}"
}

expect "without namespaces" 0 inside -Ur 'echo 0 >/proc/sys/user/max_ipc_namespaces' \
	"$SABOT" doctor
missing "namespaces"
if "${user[@]}" unshare -Um true 2>err; then
	expect "in namespaces of a user" 0 "${user[@]}" "$SABOT" doctor
	present "namespaces"
	expect "where /proc is masked" 0 inside -m 'mount --bind /dev/null /proc/interrupts' \
		"${user[@]}" "$SABOT" doctor
	missing "namespaces"
fi
# Without /proc the dynamic linker cannot tell where the program lies.
expect "without /proc" 5 inside -m 'mount -t tmpfs tmpfs /proc' \
	env LD_LIBRARY_PATH="${LIBSABOT:?}" "$SABOT" doctor
missing "states of tasks"
missing "calls of sleepers"
matches out '^Scenarios cannot run here\.$'

verdict "the doctor sees what is there, and what is not"
