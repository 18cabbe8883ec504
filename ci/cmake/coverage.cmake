# SPDX-License-Identifier: Apache-2.0
# Coverage that survives SIGKILL: the same for what `sabot cc --coverage` builds (harness/cli/cc*.c)
# and, with SABOT_COVERAGE, for Sabot itself. Included before anything is compiled for coverage.
set(SABOT_COUNTERS_SCRIPT ${PROJECT_SOURCE_DIR}/harness/coverage/counters.ld)

# What is linked into each object: it must not count itself.
add_library(counters STATIC harness/coverage/counters.c)
target_include_directories(counters PRIVATE harness)
target_compile_options(counters PRIVATE -fno-builtin)
# Beside libsabot, as where it is installed.
set_target_properties(counters PROPERTIES OUTPUT_NAME counters
	ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/sabot-coverage)
configure_file(${SABOT_COUNTERS_SCRIPT} ${PROJECT_BINARY_DIR}/sabot-coverage/counters.ld
	COPYONLY)

if(SABOT_COVERAGE)
	if(NOT CMAKE_C_COMPILER_ID STREQUAL GNU)
		message(FATAL_ERROR "SABOT_COVERAGE takes gcc: clang's counts are not shared")
	endif()
	# -fnon-call-exceptions makes gcc count up to each access of memory, and not only up to each
	# call: a process may die at either. -fstack-reuse=none, since what may throw would throw to
	# the end of a variable's life: a branch that nobody wrote. Warnings are for other builds.
	add_compile_options(-w --coverage -O0 -fprofile-update=atomic -fprofile-abs-path
		-fdata-sections -fnon-call-exceptions -fstack-reuse=none -fno-builtin-fork)
	# gcc would have counts written before an exec, by whoever makes it.
	foreach(function execl execle execlp execv execve execvp)
		add_compile_options(-fno-builtin-${function})
	endforeach()
	# Each object has a libgcov of its own, and writes its own counts by it.
	add_link_options(--coverage -Wl,--build-id -Wl,--wrap=__gcov_exit
		-Wl,--exclude-libs,libgcov.a
		-Wl,-T,${SABOT_COUNTERS_SCRIPT})
	# The package that others find does not tell of it.
	link_libraries($<BUILD_INTERFACE:counters>)
endif()
