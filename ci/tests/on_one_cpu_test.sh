#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/on-one-cpu: a CPU for each that runs at once, and the command's own end.
# Needs all CPUs: it takes them one by one.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
on=$SABOT_SOURCE_DIR/ci/on-one-cpu

refuses "no command" 2 "usage: ci/on-one-cpu LOCKS COMMAND [ARGUMENT...]" "$on" locks-
cat >one <<'END'
echo "$1"
exit 3
END
cat >each <<'END'
taskset -cp $$ >"cpu-$1"
mv "cpu-$1" "on-$1"
read -r <end
END
expect "a command" 3 "$on" "$temp/locks-" bash one "two words"
holds out "two words"

# As many at once as there are CPUs: each says on which it is, and ends when all have.
mkfifo end
all=$(nproc)
for ((i = 0; i < all; i++)); do
	"$on" "$temp/locks-" bash each "$i" &
done
exec {end}<>end
shopt -s nullglob
there=()
while ((${#there[@]} < all)); do there=(on-*); done
seen=$(cat on-* | sed 's/.*: //' | sort -u)
[[ $(wc -l <<<"$seen") == "$all" ]] || complain "$all at once have the CPUs $seen"

# One more waits for its turn.
"$on" "$temp/locks-" touch late &
for ((i = 0; i < 20; i++)); do "$on" "$temp/other-" true; done
[[ ! -e late ]] || complain "one more did not wait"
for ((i = 0; i < all; i++)); do echo >&"$end"; done
wait
[[ -e late ]] || complain "one more never ran"
verdict "each test has a CPU of its own"
