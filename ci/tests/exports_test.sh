#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libsabot.so exports its public functions and the names of libc that it interposes, and no more: a
# name of ours that leaked could take the place of a function of the program under test.
set -euo pipefail
export LC_ALL=C
: "${LIBSABOT:?}"
CC=${CC:-cc}

names() { nm -D --defined-only --format=posix "$1" | sed 's/[@ ].*//' | sort -u; }

libc=$("$CC" -print-file-name=libc.so.6)
if [[ ! -e $libc ]]; then
	echo "no libc.so.6 to compare with"
	exit 77
fi
exported=$(names "$LIBSABOT/libsabot.so")
meant='^(sabot_|__tsan_|__wrap_mem|__sanitizer_cov_|__afl_area_ptr$)'
leaked=$(comm -23 <(grep -Ev "$meant" <<<"$exported") <(names "$libc"))
if [[ -n $leaked ]]; then
	echo "FAIL libsabot.so exports what is neither sabot_* nor libc's:" "${leaked//$'\n'/ }"
	exit 1
fi
for name in sabot_mark sabot_point sabot_shared semop; do
	if ! grep -qx "$name" <<<"$exported"; then
		echo "FAIL libsabot.so does not export $name"
		exit 1
	fi
done
echo "$(wc -l <<<"$exported") names are exported, all of them meant to be"
