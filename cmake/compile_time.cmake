# What keeps builds short. Tools and tests wait for people, files and QEMU: the presets' flags do for
# them. What computes gets BARELLAMA_FAST on top. Large headers of others are read once, precompiled.
set(BARELLAMA_FAST "" CACHE STRING "Flags of what computes: base, llama, libpi, kernel and the like")
separate_arguments(BARELLAMA_FAST)

# barellama_precompiled(NAME header...): precompiled headers for targets with the same flags, which are
# those of barellama_options.
function(barellama_precompiled name)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp)
  target_link_libraries(${name} PRIVATE barellama_options)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <chrono> <cstdint> <cstdio> <filesystem> <functional> <map> <memory>
    <optional> <span> <sstream> <string> <string_view> <vector> <nlohmann/json.hpp> ${ARGN})
endfunction()

if(BARELLAMA_HOST)
  find_package(GTest REQUIRED)
  barellama_precompiled(tools_headers)
  barellama_precompiled(tests_headers <fstream> <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(tests_headers PRIVATE GTest::gmock)
endif()

# Gives `target`, of the current folder, what its folder's targets get.
function(barellama_compile_time target)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(BARELLAMA_PI0)
    return() # The preset's flags are those for what computes.
  elseif(folder MATCHES "^host-tools")
    target_precompile_headers(${target} REUSE_FROM tools_headers)
  elseif(folder MATCHES "^tests" AND NOT folder STREQUAL "tests/pi0-cycles")
    target_precompile_headers(${target} REUSE_FROM tests_headers)
  else()
    target_compile_options(${target} PRIVATE ${BARELLAMA_FAST})
  endif()
endfunction()
