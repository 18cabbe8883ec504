#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot run --leaks: memory that an error path loses is found on valgrind, with where it was
# allocated and a line that replays it; and where a checker cannot work, one line says so.
# shellcheck source=ci/tests/expect.sh
. "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

mkdir "$temp/tmp"
export TMPDIR=$temp/tmp
never=$temp/never
mkfifo "$never"
xmllint=(xmllint --noout)
command -v xmllint >/dev/null || xmllint=(test -s)

twin=memory/heap-leak:forgets-what-it-read-into
last_skips() {
	matches out "^SKIP +$twin"
	matches out 'memory that is lost is looked for with --leaks=valgrind or --leaks=lsan'
}

expect "without a checker" 77 "$SABOT" run "$twin"
last_skips
expect "without a checker, all cases" 0 "$SABOT" run --quick heap-leak
last_skips
refuses "no checker of that name" 2 "sabot run: --leaks takes valgrind, lsan or off, not \"all\"
Try \`sabot run --help' or \`sabot run --usage' for more information." "$SABOT" run --leaks=all
refuses "no LeakSanitizer" 77 "sabot: --leaks=lsan: this build has no LeakSanitizer: make one \
with \`cmake --preset asan && cmake --build build/asan\`, and run build/asan/sabot" \
	"$SABOT" run --leaks=lsan "$twin"
refuses "no valgrind" 77 "sabot: --leaks=valgrind: valgrind is not installed (on Debian: apt-get \
install valgrind)" env PATH="$temp" "$SABOT" run --leaks=valgrind "$twin"
printf '#!/bin/sh\nexit 1\n' >"$temp/valgrind"
chmod +x "$temp/valgrind"
refuses "a valgrind that cannot run it" 77 "sabot: --leaks=valgrind: valgrind cannot run this \
program: no word from it" env PATH="$temp" "$SABOT" run --leaks=valgrind "$twin"
rm "$temp/valgrind"

if ! command -v valgrind >/dev/null; then
	((failed)) || echo "valgrind is not installed"
	exit $((failed ? 1 : 77))
fi

expect "on valgrind" 1 "$SABOT" run --raw --leaks=valgrind --report jsonl="$temp/jsonl" \
	--report junit="$temp/junit" --out "$temp/results" "$twin"
matches out '^        server#0 has lost 64 bytes in 1 block, allocated at heap-leak.c:[0-9]+$'
matches out '^            64 bytes in 1 block, allocated$'
matches out '^              in new_request \(heap-leak.c:[0-9]+\)$'
matches out '^              by take_request \(heap-leak.c:[0-9]+\)$'
matches out '^              by serve \(heap-leak.c:[0-9]+\)$'
matches out '1\. server#0 meets EINTR once before read'
matches jsonl '"kind": "memory leak".*"leaks": "in execution [0-9]+\\n'
matches jsonl '\\nserver#0, at its end\\n  64 bytes in 1 block'
matches junit 'type="memory leak"'
matches junit '^server#0, at its end$'

replay=$(sed -n 's/^ *replay: //p' "$temp/out")
[[ $replay == *".1.plan --leaks=valgrind" ]] || complain "the replay line is \"$replay\""
# shellcheck disable=SC2086
expect "the replay line" 1 $replay
matches out ': 1 of 1 runs took the same steps'
matches out '^memory leak: server#0 has lost 64 bytes in 1 block'
# shellcheck disable=SC2086
expect "the same without the checker" 3 ${replay% *}
matches err 'it shows lost memory: that takes --leaks=valgrind or --leaks=lsan$'

# Of a family each block is told once, of who lost it, and the queue beside them; of a process that
# is killed, what nothing pointed to then. What is suppressed is not told.
compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/leaks.c" "$temp/leaks.so"
cat >"$temp/supp" <<'EOF'
{
   known
   Memcheck:Leak
   fun:malloc
   fun:lose_known
}
EOF
expect "a family, and a kill" 1 env VALGRIND_OPTS="--suppressions=$temp/supp" "$SABOT" run \
	--leaks=valgrind --no-shrink --executions 2 --out "$temp/results" ./leaks.so
what_leaked <"$SABOT_SOURCE_DIR/ci/tests/fixtures/leaks.txt"
for loss in '#0=111' '#0-1=222' '#0-1-1=333'; do
	xml=$temp/results/own-family.all.1.parent${loss%=*}.xml
	"${xmllint[@]}" "$xml" || complain "$xml is no XML"
	[[ $(grep -c '<error>' "$xml") == 1 ]] || complain "$xml tells of other blocks, too"
	grep -q "<leakedbytes>${loss#*=}</leakedbytes>" "$xml" || complain "$xml: $(cat "$xml")"
done

# Of processes that others end, that crash or become another program, and of those with threads,
# which all have to end.
compile "$SABOT_SOURCE_DIR/ci/tests/fixtures/ends.c" "$temp/ends.so"
# Memcheck takes a word that looks like a pointer for one. Whether some stray word does is a matter
# of where things lie, which the length of a path moves: so what one run misses another may find.
for jsonl in "$temp/"{jsonl,in-another-place,in-a-place-that-lies-elsewhere-than-both}; do
	expect "other ends" 1 timeout 120 "$SABOT" run -j1 --leaks=valgrind --no-shrink \
		--executions 1 --report jsonl="$jsonl" --out "$temp/results" ./ends.so
	(($(grep -c '^FAIL .* 1 execution ' "$temp/out") == 8)) && break
done
what_ended <<'END'
killed: 11 bytes, as it came to the call in which it ended
ended: 11 bytes, as it came to the call in which it ended
crashed: 22 bytes, as it crashed
other: 33 bytes, as it came to the call in which it ended
crowd: 44 bytes, at its end
other-crowd: 44 33 bytes, as it came to the call in which it ended
ended-crowd: 44 bytes, as it came to the call in which it ended
killed-crowd: 44 bytes, as it came to the call in which it ended
END
matches out '^        2 of 14 processes not looked at for lost memory: 2 ran another program$'
matches "${jsonl##*/}" \
	'"type": "summary".*"memory_of_processes": .*"other_program": 2, "could_not_be": 0'
expect "execve(2) of a process with threads, without a checker" 0 "$SABOT" run -j1 \
	--executions 20 --case other-crowd ./ends.so
expect "the replay of one" 1 "$SABOT" replay results/own-ends.killed.1.plan --leaks=valgrind
matches out ': 1 of 1 runs took the same steps'

# The steps are those that are taken without it.
cases=(semundo-crash:kill-anywhere eintr-restart:signal-anywhere)
steps() { sed -E 's/.*"case": "([^"]*)".*"trace_hash": "([^"]*)".*/\1 \2/' "$temp/out"; }
expect "cases on valgrind" 0 "$SABOT" run --leaks=valgrind --json --executions 3 \
	--out "$temp/results" "${cases[@]}"
steps >"$temp/with"
expect "the same without" 0 "$SABOT" run --json --executions 3 "${cases[@]}"
steps | diff "$temp/with" - || complain "on valgrind other steps are taken"

# SIGKILL of the command line, when valgrind has begun.
"$SABOT" run --leaks=valgrind --executions 1000 --out "$temp/results" "$twin" >/dev/null 2>&1 &
until compgen -G "$TMPDIR/sabot-leaks-*/began" >/dev/null; do kill -0 $! || break; done
kill -KILL $! || complain "it ended before it was struck"
wait $! 2>/dev/null
for ((round = 0; round < 1000; round++)); do
	compgen -G "$TMPDIR/*" >/dev/null || break
	read -r -t 0.01 <>"$never" || true
done

compgen -G "$TMPDIR/*" >/dev/null && complain "the reports were left behind"

verdict "lost memory is found, told of, and replayed"
