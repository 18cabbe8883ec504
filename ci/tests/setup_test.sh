#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/setup against stand-ins of dpkg-query and apt-get: what it says and does as root and as a user,
# when nothing, something or too much is missing.
set -euo pipefail
: "${SABOT_SOURCE_DIR:?}"
if ((EUID != 0)) || ! command -v setpriv >/dev/null; then
	echo "needs root and setpriv, to be both root and a user"
	exit 77
fi

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
chmod 755 "$temp"
mkdir "$temp/bin"
cp "$SABOT_SOURCE_DIR/ci/setup" "$temp/setup"
failed=0

# stand_in NAME SCRIPT
stand_in() {
	printf '#!/bin/bash\n%s\n' "$2" >"$temp/bin/$1"
	chmod 755 "$temp/bin/$1"
}

# expect WHAT STATUS OUTPUT COMMAND...
expect() {
	local what=$1 want_status=$2 want=$3 status=0 got
	shift 3
	got=$(PATH=$temp/bin:$PATH "$@" 2>&1) || status=$?
	if [[ $status != "$want_status" || $got != "$want" ]]; then
		printf 'FAIL %s\n--- wanted status %d and\n%s\n--- got status %d and\n%s\n' \
			"$what" "$want_status" "$want" "$status" "$got"
		failed=1
	fi
}

user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
# Says that every package is installed except those in the file "missing".
stand_in dpkg-query "
for package in \"\${@:4}\"; do
	grep -qx \"\$package\" '$temp/missing' || printf 'ii %s ' \"\$package\"
done"
stand_in apt-get "echo \"\$*\" >>'$temp/calls'; exit 0"

: >"$temp/missing"
expect "nothing is missing" 0 "" "$temp/setup"
expect "nothing is missing, for a user" 0 "" "${user[@]}" "$temp/setup"
[[ ! -e $temp/calls ]] || expect "apt-get is not called" 0 "" cat "$temp/calls"

printf 'cmake\ngdb\n' >"$temp/missing"
expect "a user is told what to run" 1 \
	"ci/setup: packages are missing; run: sudo apt-get install cmake gdb" \
	"${user[@]}" "$temp/setup"
expect "what only tests need is left out" 1 \
	"ci/setup: packages are missing; run: sudo apt-get install cmake" \
	"${user[@]}" "$temp/setup" --build
expect "root installs" 0 "ci/setup: installing cmake gdb" "$temp/setup"
expect "it installs once, without an update" 0 \
	"-q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends cmake gdb" \
	cat "$temp/calls"

stand_in apt-get "case \"\$*\" in
*update*) touch '$temp/updated' ;;
*) [[ -e $temp/updated ]] || { echo 'E: Unable to locate package cmake'; exit 100; } ;;
esac"
expect "package lists are fetched when an install fails" 0 "ci/setup: installing cmake gdb" \
	"$temp/setup"

stand_in apt-get "echo \"E: no network\"; exit 100"
expect "a failure names the packages" 1 "ci/setup: installing cmake gdb
E: no network
E: no network
E: no network
ci/setup: apt-get could not install: cmake gdb" "$temp/setup"

expect "an unknown option is refused" 2 "usage: ci/setup [--build]" "$temp/setup" --all

((failed)) || echo "ci/setup says and does what it should"
exit "$failed"
