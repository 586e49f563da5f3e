# SPDX-License-Identifier: Apache-2.0
#
# idem_add_test(NAME unit_codec SOURCES tuple_test.cc ... [LABELS unit threads] [LIBS ...]
#               [DEFINES ...] [TIMEOUT seconds] [WHOLE])
#
# One GoogleTest executable. Each test case becomes one ctest entry named `NAME.Suite.Case`; with
# WHOLE the executable is one entry, for suites whose cases share something expensive.
# Labels in use: unit scenario model protocol fuzz memory crash power decay fencing simulation
# endtoend golden data packaging tidy threads cli docs examples bench gate coverage mutation heavy.

find_package(GTest REQUIRED CONFIG)
include(GoogleTest)

function(idem_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "WHOLE" "NAME;TIMEOUT" "SOURCES;LABELS;LIBS;DEFINES")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "idem_add_test(NAME x SOURCES ...): ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE idem_internal idem_build_flags GTest::gmock_main
                                            ${arg_LIBS})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${arg_NAME} PRIVATE ${arg_DEFINES})

  # What ThreadSanitizer has to see can be built without the rest.
  if("threads" IN_LIST arg_LABELS)
    if(NOT TARGET idem_threads_tests)
      add_custom_target(idem_threads_tests)
    endif()
    add_dependencies(idem_threads_tests ${arg_NAME})
  endif()

  if(arg_WHOLE)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  else()
    gtest_discover_tests(
      ${arg_NAME}
      TEST_PREFIX "${arg_NAME}."
      TEST_LIST ${arg_NAME}_TESTS
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT ${arg_TIMEOUT})
    # gtest_discover_tests flattens a list of labels into one label; ctest itself takes a list.
    set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_labels.cmake")
    file(WRITE "${labels_file}"
         "if(${arg_NAME}_TESTS)\n  set_tests_properties(\${${arg_NAME}_TESTS} PROPERTIES LABELS "
         "\"${arg_LABELS}\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
  endif()
endfunction()

# idem_add_consumer_test(NAME x SOURCE_DIR dir RUN executable [ARGS -DX=Y ...] [LABELS ...]
#                        [COMMAND_ARGS ...] [TIMEOUT seconds])
#
# Configures, builds and runs a project of its own against the installed (and then moved) package,
# as a host would. Its build folder is kept, so the second run is quick.
function(idem_add_consumer_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;SOURCE_DIR;RUN;TIMEOUT"
                        "ARGS;LABELS;COMMAND_ARGS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  get_filename_component(source "${arg_SOURCE_DIR}" ABSOLUTE)
  set(binary "${PROJECT_BINARY_DIR}/consumers/${arg_NAME}")
  set(launcher)
  if(CMAKE_CXX_COMPILER_LAUNCHER)
    set(launcher "-DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}")
  endif()
  add_test(
    NAME ${arg_NAME}
    COMMAND
      ${CMAKE_CTEST_COMMAND} --build-and-test "${source}" "${binary}" --build-generator
      "${CMAKE_GENERATOR}" --build-makeprogram "${CMAKE_MAKE_PROGRAM}" --build-options
      "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
      "-DCMAKE_PREFIX_PATH=${PROJECT_BINARY_DIR}/prefix/moved" ${launcher} ${arg_ARGS}
      --test-command "${binary}/${arg_RUN}" ${arg_COMMAND_ARGS})
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
                                              FIXTURES_REQUIRED idem_prefix)
endfunction()
