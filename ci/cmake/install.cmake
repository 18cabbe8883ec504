# SPDX-License-Identifier: Apache-2.0
# bin/sabot, lib/libsabot.so*, the public headers, and what pkg-config and find_package need. All of
# it may be moved to another prefix afterwards.
include(CMakePackageConfigHelpers)

set(SABOT_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/sabot)
set(SABOT_PC_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS sabot RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libsabot EXPORT sabot LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY harness/include/sabot DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
	FILES_MATCHING PATTERN "*.h")

# Where `sabot cc --coverage` looks for them: beside the library.
install(TARGETS counters ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/sabot-coverage)
install(FILES ${SABOT_COUNTERS_SCRIPT} DESTINATION ${CMAKE_INSTALL_LIBDIR}/sabot-coverage)

install(TARGETS sabot-mutator LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sabot)
# `--target sabot`, as ci/quickstart has it, builds all that is installed.
add_dependencies(sabot counters sabot-mutator)
install(DIRECTORY ci/suppressions DESTINATION ${CMAKE_INSTALL_DATADIR}/sabot)

install(EXPORT sabot NAMESPACE sabot:: FILE sabotTargets.cmake DESTINATION ${SABOT_CMAKE_DIR})
configure_package_config_file(ci/cmake/sabotConfig.cmake.in cmake/sabotConfig.cmake
	INSTALL_DESTINATION ${SABOT_CMAKE_DIR})
write_basic_package_version_file(cmake/sabotConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/sabotConfig.cmake
	${PROJECT_BINARY_DIR}/cmake/sabotConfigVersion.cmake DESTINATION ${SABOT_CMAKE_DIR})

# The installed file finds its prefix from where it lies itself.
file(RELATIVE_PATH up "/${SABOT_PC_DIR}" "/")
string(REGEX REPLACE "/$" "" up "${up}")
set(SABOT_PC_PREFIX "\${pcfiledir}/${up}")
set(SABOT_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
set(SABOT_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
configure_file(ci/cmake/sabot.pc.in install/sabot.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/install/sabot.pc DESTINATION ${SABOT_PC_DIR})

# And one for who builds modules against this build: PKG_CONFIG_PATH=build/release/pkgconfig. What
# pkg-config fills in itself, it escapes itself; what we fill in, we escape.
string(REPLACE " " "\\ " SABOT_PC_PREFIX "${PROJECT_BINARY_DIR}")
string(REPLACE " " "\\ " SABOT_PC_INCLUDEDIR "${PROJECT_SOURCE_DIR}/harness/include")
set(SABOT_PC_LIBDIR "\${prefix}")
configure_file(ci/cmake/sabot.pc.in pkgconfig/sabot.pc @ONLY)
