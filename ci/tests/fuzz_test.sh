#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/fuzz: builds a target, runs it for a moment over its corpus, and says what crashed.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
fuzz=$SABOT_SOURCE_DIR/ci/fuzz

refuses "a wrong time" 2 "usage: ci/fuzz [--minutes N | --seconds N] [--keep] [TARGET...]" \
	"$fuzz" --seconds 0
command -v afl-fuzz >/dev/null || {
	((failed)) || echo "afl-fuzz is not installed"
	exit $((failed ? 1 : 77))
}
refuses "a target that there is not" 2 "ci/fuzz: no such target: nothing" "$fuzz" nothing
export SABOT_BUILD=$temp
mapfile -t targets < <(find "$SABOT_SOURCE_DIR"/{harness,reports,faults} -name '*_fuzz.c' \
	-exec basename -a -s _fuzz.c {} +)
expect "all targets" 0 "$fuzz" --seconds 1 "${targets[@]}"
for target in "${targets[@]}"; do
	matches out "^$target +execs_done=[0-9]+ corpus_count=[0-9]+ .*_crashes=0 saved_hangs=0"
done

# A tree whose one target cannot stand what it is given.
mkdir -p tree/ci/corpus/bad tree/harness/core tree/reports tree/faults
cp "$fuzz" tree/ci/
echo abc >tree/ci/corpus/bad/first
cat >tree/harness/core/bad.c <<'END'
int bad(const unsigned char *data, unsigned long size);
int bad(const unsigned char *data, unsigned long size) { return size > 5 ? data[size] : 0; }
END
cat >tree/harness/core/bad_fuzz.c <<'END'
int bad(const unsigned char *data, unsigned long size);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size)
{
	return bad(data, size) < -1000;
}
END
expect "a target that crashes" 1 tree/ci/fuzz --seconds 3 bad
matches out '^failed: bad: .*/crashes/id:000000,sig:06'
verdict "the parsers' fuzz targets run, and what crashes is told"
