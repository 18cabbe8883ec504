# SPDX-License-Identifier: Apache-2.0
# Tests are found by name, beside what they test: NAME_test.c is a cmocka program, NAME_test.sh runs
# the built sabot. A script ends with 77 when it cannot run here.

find_library(SABOT_CMOCKA cmocka)
sabot_matching(unit_tests *_test.c harness faults reports scenarios)
if(unit_tests AND NOT SABOT_CMOCKA)
	message(STATUS "cmocka not found: no unit tests (install libcmocka-dev, or run ci/setup)")
	set(unit_tests)
endif()

# LeakSanitizer of gcc 12 takes thread-local storage of a library that was loaded late (libdw) for
# that of an old glibc, and crashes at times; it does not look there when this is off.
# AddressSanitizer takes any alternate signal stack for its own when a thread ends, and frees it: it
# is to have none.
set(unit_environment "SABOT_SOURCE_DIR=${PROJECT_SOURCE_DIR};LC_ALL=C;\
ASAN_OPTIONS=intercept_tls_get_addr=0:use_sigaltstack=0")

# Seconds; code that counts what runs is slow.
set(unit_timeout 120)
set(golden_timeout 300)
if(SABOT_COVERAGE)
	set(unit_timeout 600)
	set(golden_timeout 1200)
endif()

# Each test has a CPU of its own, so that as many can run at once as there are CPUs. What needs all
# of them says so in a comment of its script, and runs alone.
set(on_one_cpu ${PROJECT_SOURCE_DIR}/ci/on-one-cpu ${PROJECT_BINARY_DIR}/Testing/cpu-)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/Testing)
add_custom_target(unit_tests) # them alone: without sabot and its scenarios
foreach(source ${unit_tests})
	string(REGEX REPLACE "\\.c$" "" name ${source})
	get_filename_component(target ${name} NAME)
	if(TARGET ${target})
		string(REPLACE "/" "_" target ${name})
	endif()
	add_executable(${target} ${source} $<TARGET_OBJECTS:harness>)
	target_include_directories(${target} PRIVATE harness/include harness ${PROJECT_SOURCE_DIR})
	target_link_libraries(${target} PRIVATE ${SABOT_CMOCKA} ${CMAKE_DL_LIBS} -pthread)
	set_target_properties(${target} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
	add_dependencies(unit_tests ${target})
	add_test(NAME ${name} COMMAND ${on_one_cpu} $<TARGET_FILE:${target}>)
	set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT ${unit_timeout}
		ENVIRONMENT "${unit_environment}")
	if(name MATCHES "intercept/")
		# Their tasks end with exit(), where LeakSanitizer would have the last word.
		set_tests_properties(${name} PROPERTIES TIMEOUT 600
			ENVIRONMENT "${unit_environment}:detect_leaks=0")
	endif()
endforeach()

sabot_matching(golden_tests *_test.sh ci/tests harness faults reports scenarios)
foreach(script ${golden_tests})
	string(REGEX REPLACE "\\.sh$" "" name ${script})
	add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/${script})
	set(labels golden)
	if(name MATCHES "lsan")
		list(APPEND labels lsan) # for the build with AddressSanitizer
	endif()
	set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${golden_timeout}
		SKIP_RETURN_CODE 77 RESOURCE_LOCK real-time
		ENVIRONMENT "SABOT=$<TARGET_FILE:sabot>;LIBSABOT=$<TARGET_FILE_DIR:libsabot>;\
SABOT_SOURCE_DIR=${PROJECT_SOURCE_DIR};SABOT_BUILD_DIR=${PROJECT_BINARY_DIR};\
CC=${CMAKE_C_COMPILER};LC_ALL=C")
endforeach()
