#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ci/coverage refuses what it cannot do, before it builds anything.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

export SABOT_BUILD=$temp/build
refuses "an option that does not exist" 2 "usage: ci/coverage [--golden]" \
	"$SABOT_SOURCE_DIR/ci/coverage" --all

# A PATH with everything but one tool.
mkdir bin
for tool in bash dirname gcc gcov lcov genhtml gcovr; do
	ln -s "$(command -v "$tool" || command -v true)" "bin/$tool"
done
for tool in lcov genhtml gcovr gcov; do
	mv "bin/$tool" away
	refuses "without $tool" 77 "ci/coverage: $tool is missing; ci/setup installs it" \
		env PATH="$temp/bin" bash "$SABOT_SOURCE_DIR/ci/coverage"
	mv away "bin/$tool"
done
[[ ! -e build ]] || complain "something was built"

verdict "ci/coverage refuses what it cannot do"
