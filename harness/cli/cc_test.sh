#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sabot cc` and `sabot c++` as the compiler of make, CMake and autotools, with each compiler that
# is here: what they build has memory points, under sabot and without it. Combinations that would be
# silently wrong are refused, and so is libtsan; without points a case that needs them is
# inconclusive.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

cat >add.h <<'END'
struct shared { unsigned long word; };
void add(struct shared *shared);
END
cat >add.c <<'END'
#include "add.h"
void add(struct shared *shared) { shared->word++; }
END
cat >race.c <<'END'
#include <sabot/sabot.h>
#include "add.h"
static void body(struct sabot_task *task) { add(sabot_shared(task)); }
static const struct sabot_role roles[] = { { "adder", 2, body }, { 0 } };
static const struct sabot_case cases[] = { { .name = "two-add", .caught_by = "data race" }, { 0 } };
static const struct sabot_scenario race = { .name = "race", .group = "own", .about = "two add",
	.shared_size = sizeof(struct shared), .roles = roles, .cases = cases };
SABOT_MODULE(&race);
END
cat >main.c <<'END'
#include <stdio.h>
#include "add.h"
int main(void)
{
	struct shared shared = { 41 };
	add(&shared);
	printf("%lu\n", shared.word);
	return 0;
}
END

# races MODULE: its accesses are seen, in each of its files.
races() {
	expect "$compiler: $1" 0 "$SABOT" run "./$1" -j 1 --verbose --out "$temp/plans"
	matches out '^PASS +own/race:two-add +caught by data race'
	matches out '^ *adder#. (reads|writes) shared\+0, which adder#. (reads|writes): nothing'
}

# says PROGRAM: it runs without sabot.
says() {
	expect "$compiler: $1" 0 "./$1"
	holds out 42
}

# ---- As the compiler of others ----

by_make() {
	cat >Makefile <<'END'
made.so: race.o add.o
	$(CC) -shared $(LDFLAGS) $^ -o $@
%.o: %.c add.h
	$(CC) -fPIC $(CFLAGS) -c $< -o $@
program: main.c add.c
	$(CC) $(CFLAGS) $^ -o $@
END
	expect "$compiler: make" 0 make -s CC="$SABOT cc" CFLAGS="-O2 -Wall -Werror" made.so program
	races made.so
	says program
	rm -f ./*.o made.so program
}

by_cmake() {
	cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(own C)
add_library(made MODULE race.c add.c)
set_target_properties(made PROPERTIES PREFIX "")
add_executable(program main.c add.c)
END
	CC="$SABOT cc" expect "$compiler: cmake" 0 cmake -S . -B built -DCMAKE_BUILD_TYPE=Release
	expect "$compiler: cmake --build" 0 cmake --build built
	cp built/made.so built/program .
	races made.so
	says program
	rm -rf built made.so program
}

by_autotools() {
	cat >configure.ac <<'END'
AC_INIT([own], [1])
AC_CONFIG_SRCDIR([race.c])
AC_PROG_CC
AC_C_BIGENDIAN
AC_CHECK_HEADERS([unistd.h])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
	printf '%s\n' made.so: '	@CC@ @CFLAGS@ -shared -fPIC race.c add.c -o $@' >Makefile.in
	expect "autoconf" 0 autoconf
	expect "$compiler: configure" 0 ./configure CC="$SABOT cc"
	expect "$compiler: make, configured" 0 make -s
	races made.so
	rm -rf configure config.* Makefile Makefile.in autom4te.cache made.so
}

for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	export SABOT_CC=$compiler
	by_make
	by_cmake
	if [[ $compiler == gcc ]] && command -v autoconf >/dev/null; then by_autotools; fi

	# One command that compiles and links, from a response file, from a file of another name,
	# and from standard input.
	printf '%s\n' '-shared -fPIC' '"race.c" -o made.so' 'add.c' >arguments
	expect "$compiler: a response file" 0 "$SABOT" cc @arguments
	races made.so
	: >empty
	expect "$compiler: an empty response file" 1 "$SABOT" cc @empty
	matches err 'no input files'
	cp add.c add.inc
	expect "$compiler: -x" 0 "$SABOT" cc -shared -fPIC race.c -x c add.inc -x none -o made.so
	races made.so
	for name in add.cp add.CPP; do
		cp add.c "$name"
		expect "$compiler: $name" 0 "$SABOT" cc -fPIC -r "$name" -nostdlib -o add.o
		nm add.o | grep -q __tsan_write || complain "$compiler: $name has no memory points"
	done
	expect "$compiler: -MMD" 0 "$SABOT" cc -MMD main.c add.c -o program
	[[ $(cat program.d) == program:* ]] || complain "$compiler: program.d is $(cat program.d)"
	expect "$compiler: -MF" 0 "$SABOT" cc -MD -MF named.d main.c add.c -o program
	[[ $(cat named.d) == program:* ]] || complain "$compiler: named.d is $(cat named.d)"
	expect "$compiler: standard input" 0 bash -c "'$SABOT' cc -fPIC -xc -c - -o add.o <add.c"
	expect "$compiler: -r" 0 "$SABOT" cc -fPIC -r race.c add.o -nostdlib -o both.o
	expect "$compiler: the link" 0 "$SABOT" cc -shared both.o -o made.so
	races made.so
	expect "$compiler: a question" 0 "$SABOT" cc --version
	rm -f made.so ./*.o
done

# Both words of a pointer and its tag change at once: no compiler makes two accesses of it.
cat >wide.c <<'END'
#include "add.h"
struct wide { _Alignas(16) _Atomic unsigned __int128 word; };
void add(struct shared *shared)
{
	struct wide *wide = (struct wide *)shared;
	unsigned __int128 before = wide->word;
	while (!__atomic_compare_exchange_n((unsigned __int128 *)&wide->word, &before,
					    before + ((unsigned __int128)1 << 64), 0, 5, 5))
		continue;
	wide->word++;
}
END
cat >sum.c <<'END'
#include <sabot/sabot.h>
#include "add.h"
struct sum { unsigned long low, high; };
static void body(struct sabot_task *task) { add(sabot_shared(task)); }
static void both(struct sabot_check *check)
{
	const struct sum *sum = sabot_check_shared(check);
	sabot_require(check, sum->low == 2 && sum->high == 2, "%lu and %lu", sum->low, sum->high);
}
static const struct sabot_role roles[] = { { "adder", 2, body }, { 0 } };
static const struct sabot_invariant invariants[] = { { "both", SABOT_AT_END, both }, { 0 } };
static const struct sabot_case cases[] = { { .name = "wide" }, { 0 } };
static const struct sabot_scenario sum = { .name = "sum", .group = "own", .about = "two add",
	.shared_size = sizeof(struct sum), .roles = roles, .invariants = invariants,
	.cases = cases, .needs_memory_points = true };
SABOT_MODULE(&sum);
END
for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	SABOT_CC=$compiler expect "$compiler: 16 bytes" 0 \
		"$SABOT" cc -mcx16 -O2 -shared -fPIC sum.c wide.c -o wide.so
	expect "$compiler: 16 bytes" 0 "$SABOT" run ./wide.so -j 1 --out "$temp/plans"
done

cat >add.cc <<'END'
#include <atomic>
extern "C" {
#include "add.h"
}
static std::atomic<unsigned long> step{1};
void add(struct shared *shared) { shared->word += step.load(); }
END
for compiler in g++ clang++; do
	command -v "$compiler" >/dev/null || continue
	expect "$compiler: the C part" 0 "$SABOT" cc -fPIC -c race.c -o race.o
	SABOT_CXX=$compiler expect "$compiler" 0 "$SABOT" c++ -shared -fPIC add.cc race.o -o made.so
	races made.so
done

# ---- What is refused ----

export SABOT_CC=gcc
refuses "libtsan" 2 "sabot: -fsanitize=thread would link libtsan beside sabot's runtime; sabot cc \
adds what is needed" "$SABOT" cc -fsanitize=undefined,thread -c add.c
refuses "libtsan by name" 2 "sabot: -fsanitize=thread would link libtsan beside sabot's runtime; \
sabot cc adds what is needed" "$SABOT" cc race.c add.c -ltsan
for way in "-l tsan" -l:libtsan.so.2 /usr/lib/libtsan.so; do
	# shellcheck disable=SC2086 # two words
	refuses "libtsan by $way" 2 "sabot: -fsanitize=thread would link libtsan beside sabot's \
runtime; sabot cc adds what is needed" "$SABOT" cc race.c add.c $way
done
for option in -static --static -static-pie; do
	refuses "a static link" 2 "sabot: -static: sabot has to stand in front of libc, which \
takes a dynamic link" "$SABOT" cc $option main.c add.c
done
echo "-O2 -flto" >arguments
refuses "LTO, from a response file" 2 \
	"sabot: -flto: with it gcc drops all memory points, silently" \
	"$SABOT" cc @arguments -c add.c
refuses "LTO, where the last option counts" 2 \
	"sabot: -flto: with it gcc drops all memory points, silently" \
	"$SABOT" cc -fno-lto -flto=auto -c add.c
expect "no LTO" 0 "$SABOT" cc -flto -fno-lto -c add.c
refuses "AddressSanitizer of gcc" 2 "sabot: -fsanitize=address: gcc cannot have both; clang can \
(SABOT_CC=clang)" "$SABOT" cc -fsanitize=address -c add.c
if command -v clang >/dev/null; then
	compiler="clang, -flto"
	SABOT_CC=clang expect "$compiler" 0 \
		"$SABOT" cc -flto -O2 -shared -fPIC race.c add.c -o made.so
	races made.so
	SABOT_CC=clang expect "clang, -fsanitize=address" 0 \
		"$SABOT" cc -fsanitize=address main.c add.c -o program
	compiler="clang, -fsanitize=address"
	says program
fi

CC=gcc compile race.c tsan.so -fsanitize=thread add.c
refuses "a module with libtsan" 2 "sabot: ./tsan.so is linked with libtsan, whose place sabot \
takes: build it with \`sabot cc\`, or without -fsanitize=thread" "$SABOT" run ./tsan.so
tsan=$(gcc -print-file-name=libtsan.so)
LD_PRELOAD=$tsan refuses "libtsan in front" 2 "sabot: libtsan is loaded, whose place sabot takes: \
run it without (LD_PRELOAD?)" "$SABOT" list

# ---- Without memory points ----

compile race.c plain.so add.c
expect "no memory points" 5 "$SABOT" run ./plain.so -j 1 --out "$temp/plans"
matches out '^INCONCLUSIVE +own/race:two-add '
matches out '^ *it needs memory points, and has none: compile it with .sabot cc.$'

verdict "sabot cc is the compiler of others"
