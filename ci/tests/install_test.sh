#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the build, moves it to a folder with a space in its name, and builds a module in each way
# that a user has: pkg-config, CMake, and pkg-config against the build that is not installed.
set -euo pipefail
: "${SABOT_SOURCE_DIR:?}" "${SABOT_BUILD_DIR:?}"
CC=${CC:-cc}
fixtures=$SABOT_SOURCE_DIR/ci/tests/fixtures
unset LD_LIBRARY_PATH PKG_CONFIG_PATH

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
fail() {
	echo "FAIL $*"
	exit 1
}

# Who has built no more than the program, as ci/quickstart does, can install it.
made=$(ninja -C "$SABOT_BUILD_DIR" -t inputs sabot)
while IFS= read -r path; do
	case $path in
	sabot | cmake/* | install/* | CMakeFiles/*) continue ;; # the program, and what cmake writes
	esac
	grep -qxF "$path" <<<"$made" || fail "installed, and not built with the program: $path"
done < <(sed -n "s|.*FILES \"$SABOT_BUILD_DIR/\([^\"]*\)\".*|\1|p" \
	"$SABOT_BUILD_DIR/cmake_install.cmake")

cmake --install "$SABOT_BUILD_DIR" --prefix "$temp/first" >/dev/null
mkdir "$temp/a prefix"
mv "$temp/first" "$temp/a prefix/sabot"
prefix="$temp/a prefix/sabot"
for path in bin/sabot include/sabot/sabot.h; do
	[[ -e $prefix/$path ]] || fail "not installed: $path"
done
libdir=$(dirname "$(find "$prefix" -name libsabot.so)")
[[ -e $libdir/libsabot.so.1 ]] || fail "not installed: libsabot.so.1"
if grep -rIlF -e "$SABOT_SOURCE_DIR" -e "$temp/first" "$prefix"; then
	fail "these installed files name folders of the build"
fi

# by_pkg_config FOLDER MODULE
by_pkg_config() {
	local flags
	flags=$(PKG_CONFIG_PATH=$1 pkg-config --cflags --libs sabot)
	# pkg-config escapes spaces for a shell that reads its output again.
	eval "\"\$CC\" -shared -fPIC -Wall -Wextra -Werror \"\$fixtures/mine.c\" -o \"\$2\" $flags"
}

# lists MODULE: the installed program loads it and knows its scenario.
lists() {
	local listed
	listed=$("$prefix/bin/sabot" list "$1") || fail "sabot list $1: status $?"
	[[ $listed == *fixture/mine* ]] || fail "sabot list $1 says: $listed"
}

by_pkg_config "$libdir/pkgconfig" "$temp/installed.so"
lists "$temp/installed.so"

by_pkg_config "$SABOT_BUILD_DIR/pkgconfig" "$temp/uninstalled.so"
lists "$temp/uninstalled.so"

if command -v gcc >/dev/null; then
	SABOT_CC=gcc "$prefix/bin/sabot" cc --coverage -shared -fPIC "$fixtures/mine.c" \
		-o "$temp/counted.so" || fail "sabot cc --coverage: status $?"
	lists "$temp/counted.so"
fi

{
	cmake -S "$fixtures/cmake_user" -B "$temp/user" -DCMAKE_C_COMPILER="$CC" \
		-DCMAKE_PREFIX_PATH="$prefix" && cmake --build "$temp/user"
} >"$temp/log" 2>&1 || fail "a CMake project cannot use it: $(cat "$temp/log")"
lists "$temp/user/mine.so"

version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$SABOT_BUILD_DIR/CMakeCache.txt")
said=$("$prefix/bin/sabot" --version)
[[ -n $version && $said == *"$version"* ]] || fail "this is $version, but sabot says: $said"

# The header compiles by itself in each language that may include it.
for language in c:c11 c:c17 c++:c++17; do
	echo '#include <sabot/sabot.h>' | "$CC" -x "${language%:*}" "-std=${language#*:}" \
		-fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" - ||
		fail "the header is no ${language#*:}"
done
echo "installed, moved, and used in three ways"
