# SPDX-License-Identifier: Apache-2.0
# How every C file of the project is compiled, with gcc 12 or clang 14.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_FLAGS_DEBUG "-O1")
# No NDEBUG in any of them: an assertion of ours is always on.
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
	set(CMAKE_C_FLAGS_${type} "-O2")
endforeach()

# _GNU_SOURCE is empty, so that a file may define it too.
add_compile_definitions(_GNU_SOURCE= SABOT_VERSION="${PROJECT_VERSION}")
add_compile_options(-g -fno-omit-frame-pointer
	"-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/="
	-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes)
if(SABOT_WERROR)
	add_compile_options(-Werror)
endif()

set(SABOT_NO_UNDEFINED -Wl,--no-undefined)
if(SABOT_SANITIZE)
	# Lines are what their stacks show; the rest of -g would take a sixth of the build.
	add_compile_options(-g1 -fsanitize=${SABOT_SANITIZE} -fno-sanitize-recover=all)
	add_link_options(-fsanitize=${SABOT_SANITIZE})
	set(SABOT_ASAN_NO_STACK --param=asan-stack=0)
	if(CMAKE_C_COMPILER_ID MATCHES Clang)
		set(SABOT_ASAN_NO_STACK "SHELL:-mllvm -asan-stack=0")
		# clang gives a sanitizer's runtime to executables only.
		set(SABOT_NO_UNDEFINED "")
	endif()
endif()

# Stops with the Debian package's name when a header is missing.
function(sabot_require_header header package)
	string(MAKE_C_IDENTIFIER "SABOT_HEADER_${header}" found)
	find_path(${found} ${header})
	mark_as_advanced(${found})
	if(NOT ${found})
		message(FATAL_ERROR "<${header}> not found: install ${package}, or run ci/setup")
	endif()
endfunction()
