#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The findings that the README shows are what sabot prints today: story, graph and replay line. Its
# links lead somewhere, and the options that it names exist.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
readme=$SABOT_SOURCE_DIR/README.md

sed -n 's/.*](\([^)]*\)).*/\1/p' "$readme" >links
while read -r link; do
	[[ -e $SABOT_SOURCE_DIR/$link ]] || complain "the README links to $link"
done <links
for verb in run replay coverage cc; do
	"$SABOT" $verb --help
done >help 2>err
grep -oE -e '[` ]--[a-z]+' "$readme" | tr -d ' `' | sort -u >options
while read -r option; do
	case $option in
	--install | --build | --preset | --cflags | --libs) ;; # of cmake and pkg-config
	*) grep -q -e " $option\b" help || complain "the README names $option" ;;
	esac
done <options

"$SABOT" doctor >out 2>err
if ! grep -q '^OK *real-time' out; then
	((failed)) && exit 1
	echo "needs real-time priorities, for findings of tasks that are held as woken"
	exit 77
fi

PATH=$(dirname "$SABOT"):$PATH
expect "the README's deadlock" 1 sabot run --raw --seed 2 lock-order:opposite-order -j 1
cp out now
"$SABOT" new mine >out && compile mine.c mine.so
expect "the README's orphan" 1 sabot run --raw --case no-undo ./mine.so -j 1
cat out >>now
lost=1
if command -v valgrind >/dev/null; then
	lost=0
	expect "the README's lost block" 1 sabot run --raw --leaks=valgrind \
		heap-leak:forgets-what-it-read-into
	sed "s,replay: $SABOT ,replay: sabot ," out >>now # valgrind runs it by its path
fi
python3 - "$readme" now "$lost" <<'END' || complain "the README shows what sabot does not print"
import re, sys

def findings(name):
    """From the kind to the replay line, but for how often it was seen."""
    finding = r"^ {8}[a-z -]+\n(?:(?: {8}.*)?\n)*? {8}replay: .*\n"
    found = re.findall(finding, open(name).read(), re.M)
    return [re.sub(r", seen in .*", "", finding) for finding in found]

shown, now = (findings(name) for name in sys.argv[1:3])
if sys.argv[3] == "1": # nobody can look for it here
    shown = [finding for finding in shown if "memory leak" not in finding]
for finding in shown:
    if finding not in now:
        print(f"shown:\n{finding}\nnow:\n" + "\n".join(now))
        sys.exit(1)
sys.exit(len(shown) != 3 - int(sys.argv[3]))
END

verdict "the README shows what is there"
