# SPDX-License-Identifier: Apache-2.0
#
# Installs into one folder and moves the result to another.

set(first "${PREFIX}.first")
file(REMOVE_RECURSE "${PREFIX}" "${first}")
execute_process(
  COMMAND ${CMAKE_COMMAND} --install "${BUILD_DIR}" --prefix "${first}" --config "${CONFIG}"
  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME "${first}" "${PREFIX}")

file(GLOB_RECURSE licence "${PREFIX}/*/LICENSE")
if(NOT licence)
  message(FATAL_ERROR "The licence was not installed into ${PREFIX}")
endif()

# Nothing that is installed may remember where it was built or first installed.
file(GLOB_RECURSE texts "${PREFIX}/*.cmake" "${PREFIX}/*.pc" "${PREFIX}/*.h")
list(LENGTH texts count)
if(count LESS 5)
  message(FATAL_ERROR "Only ${count} text files were installed into ${PREFIX}")
endif()
foreach(text IN LISTS texts)
  file(READ "${text}" content)
  foreach(path "${first}" "${BUILD_DIR}")
    string(FIND "${content}" "${path}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${text} names ${path}: the package cannot be moved")
    endif()
  endforeach()
endforeach()
