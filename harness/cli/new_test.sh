#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot new: what it writes builds with the commands that it prints, does what the README says, and
# is what the README shows.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
: "${LIBSABOT:?}"

expect "a new scenario" 0 "$SABOT" new mine
holds out <<END
mine.c is written. Build it and run it:
  cc -g -shared -fPIC mine.c -o ./mine.so \
\$(PKG_CONFIG_PATH=$LIBSABOT/pkgconfig pkg-config --cflags --libs sabot)
  $SABOT run ./mine.so
END
cp mine.c first.c
lines=$(wc -l <mine.c)
((lines <= 50)) || complain "a scenario to start from has $lines lines"

# The first block of C in the README.
# shellcheck disable=SC2016 # these are no commands
sed -n '/^```c$/,/^```$/p' "$SABOT_SOURCE_DIR/README.md" | sed '1d; /^```$/,$d' >readme.c
cmp mine.c readme.c || complain "the README shows another: $(diff mine.c readme.c)"

refuses "a file that is there" 2 'sabot: mine.c is there already; --force overwrites it' \
	"$SABOT" new mine
echo "changed" >mine.c
expect "a file that is to be overwritten" 0 "$SABOT" new mine --force
cmp -s mine.c first.c || complain "--force leaves the old file"

# ---- The commands that it prints ----

# follow DIRECTORY-OPTION...: writes a scenario, builds and runs it as told.
follow() {
	local status=0
	"$SABOT" new "$@" --force >said || complain "new $*: status $?"
	eval "$(sed -n 2p said)" || complain "new $*: it does not build"
	eval "$(sed -n 3p said) -j 1 --json" >out 2>err || status=$?
	[[ $status == 0 && $(grep -c '"verdict": "PASS"' out) == 3 ]] ||
		complain "new $*: it does not pass: $(cat out err)"
}

if command -v cc pkg-config >/dev/null; then
	follow mine
	mkdir "a 'place'"
	follow other-1 --dir "a 'place'"
fi
for std in c11 c17 gnu17; do
	compile mine.c strict.so -Wpedantic -std=$std
done

compile mine.c mine.so
expect "all of it" 0 "$SABOT" run ./mine.so -j 1
matches out '^PASS +own/mine:no-fault '
matches out '^PASS +own/mine:kill-anywhere +.* kill points ([0-9]+) of \1$'
matches out '^PASS +own/mine:no-undo +caught by deadlock$'
expect "its twin" 1 "$SABOT" run ./mine.so --raw --case no-undo -j 1
matches out '^ +orphaned owner$'
matches out '^ +user#[0-2] .*waits for SysV semaphore#0 .* held by user#[0-2] \(killed\)'
matches out '^ +[0-9]+\. .* mine\.c:[0-9]+$'
replay=$(sed -n 's/^ *replay: //p' out | head -n 1)
expect "the replay line of its twin" 1 bash -c "$replay"

# ---- Names and places ----

for name in Mine my_lock 'two words' a/b ../up -x '' "$(printf '%041d' 0)"; do
	refuses "the name \"$name\"" 2 \
		"sabot: \"$name\" is no name: it takes 1 to 40 of a-z, 0-9 and '-'" \
		"$SABOT" new -- "$name"
done
expect "the longest name" 0 "$SABOT" new "$(printf '%040d' 0)"
expect "no name" 2 "$SABOT" new
expect "two names" 2 "$SABOT" new one two
[[ ! -e one.c && ! -e two.c ]] || complain "a refused command writes files"
refuses "a directory that is not there" 2 \
	'sabot: none/x.c cannot be written: No such file or directory' \
	"$SABOT" new x --dir none
ln -s /dev/full full.c
expect "a full disk" 5 "$SABOT" new full --force
holds err 'sabot: full.c: No space left on device'

verdict "a new scenario builds, runs, and is the README's"
