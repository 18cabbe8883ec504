# SPDX-License-Identifier: Apache-2.0
# Sources are found by name: a new file needs no list to be edited. Programs that tests feed to
# sabot lie in folders named "fixtures" and are no part of the build.

# All files that match a pattern under the given folders, fixtures excepted, relative to the top. A
# folder may be missing.
function(sabot_matching result pattern)
	set(found)
	foreach(folder ${ARGN})
		file(GLOB_RECURSE files RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
			${PROJECT_SOURCE_DIR}/${folder}/${pattern})
		list(APPEND found ${files})
	endforeach()
	list(FILTER found EXCLUDE REGEX "(^|/)fixtures/")
	set(${result} ${found} PARENT_SCOPE)
endfunction()

# All C sources under the given folders, except tests.
function(sabot_sources result)
	sabot_matching(found *.c ${ARGN})
	list(FILTER found EXCLUDE REGEX "_test\\.c$")
	set(${result} ${found} PARENT_SCOPE)
endfunction()

# Groups of scenarios in which each access of shared memory is a point: compiled for ThreadSanitizer
# and linked without it, as `sabot cc` does. gcc cannot do so together with AddressSanitizer: then
# these scenarios say that they have no memory points.
function(sabot_memory_points)
	if(SABOT_SANITIZE MATCHES address AND NOT CMAKE_C_COMPILER_ID MATCHES Clang)
		return()
	endif()
	foreach(group ${ARGN})
		sabot_sources(sources scenarios/${group})
		set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS -fsanitize=thread
			-fno-plt -fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset)
		if(CMAKE_C_COMPILER_ID MATCHES Clang)
			set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS
				-mllvm -tsan-instrument-read-before-write=1)
			if(SABOT_SANITIZE MATCHES address)
				set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS
					-Xclang -fsanitize=thread)
			endif()
		else()
			set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS
				--param=tsan-distinguish-volatile=1
				-Wno-tsan) # fences are supported, other than by libtsan
			if(SABOT_COVERAGE)
				# Else what may throw throws to there: a branch that nobody wrote.
				set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS
					--param=tsan-instrument-func-entry-exit=0)
			endif()
		endif()
	endforeach()
endfunction()

# Edges of the scenarios' code count (SABOT_EDGES), in what libsabot has in place of a sanitizer's
# runtime. Appended last: with memory points as well, the counters themselves are no points.
function(sabot_edges)
	if(NOT SABOT_EDGES)
		return()
	endif()
	if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
		message(FATAL_ERROR "SABOT_EDGES takes clang: cmake --preset fuzz")
	endif()
	set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS
		-fsanitize-coverage=trace-pc-guard)
endfunction()
