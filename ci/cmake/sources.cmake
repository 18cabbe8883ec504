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
