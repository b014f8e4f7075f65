# The architecture as code: which library may link which other, and so include its headers.
#
#   host-tools -> llama -> base        kernel -> llama, libpi, base
#        `------> libpi/fs, libpi/push, kernel/reports, kernel/model, kernel/settings (portable)
#
# No source sees the repository's root. Each library has an include root of its own in the build
# tree, with links to its own headers and to no others; what links the library gets that root. An
# include of a library that is not linked does not compile, and a link that the table below does not
# have stops the configuration.

set(BARELLAMA_MAY_LINK_base "")
set(BARELLAMA_MAY_LINK_base_host base)
set(BARELLAMA_MAY_LINK_version "")

# llama, from the bottom up.
set(BARELLAMA_MAY_LINK_llama_kernels base)
set(BARELLAMA_MAY_LINK_llama_kernels_portable base)
set(BARELLAMA_MAY_LINK_llama_profiler base)
set(BARELLAMA_MAY_LINK_llama_model base llama_kernels llama_profiler)
set(BARELLAMA_MAY_LINK_llama_weights base llama_kernels llama_model llama_profiler)
set(BARELLAMA_MAY_LINK_llama_pace base)
set(BARELLAMA_MAY_LINK_llama_text base llama_model)
set(BARELLAMA_MAY_LINK_llama
    base llama_kernels llama_model llama_pace llama_profiler llama_text llama_weights)

set(BARELLAMA_MAY_LINK_pi_fs base)
set(BARELLAMA_MAY_LINK_pi_fs_host base pi_fs)
set(BARELLAMA_MAY_LINK_pi_push base)
# Programs see the core and devices by pi_core and pi_devices; only `board` links those of one core
# and one chip, and does not hand their headers on.
set(BARELLAMA_MAY_LINK_pi_core base)
set(BARELLAMA_MAY_LINK_pi_devices base pi_core pi_push)
set(BARELLAMA_MAY_LINK_pi_arm1176 base pi_core)
set(BARELLAMA_MAY_LINK_pi_bcm2835 base pi_core pi_devices pi_fs)

# kernel: `reports` is the host's as well; all down to `loader` is portable.
set(BARELLAMA_MAY_LINK_record_names "")
set(BARELLAMA_MAY_LINK_reports base llama llama_profiler llama_weights record_names)
set(BARELLAMA_MAY_LINK_kernel_settings base llama_kernels llama_pace llama_text pi_fs)
set(BARELLAMA_MAY_LINK_kernel_interface base pi_devices pi_fs reports)
set(BARELLAMA_MAY_LINK_kernel_bench base kernel_interface llama pi_fs reports)
set(BARELLAMA_MAY_LINK_kernel_model base kernel_interface kernel_settings llama pi_fs)
set(BARELLAMA_MAY_LINK_console
    base kernel_bench kernel_interface kernel_model kernel_settings llama pi_devices reports)
set(BARELLAMA_MAY_LINK_boot_tags base)
set(BARELLAMA_MAY_LINK_loader base boot_tags kernel_settings pi_core pi_devices pi_fs pi_push)
set(BARELLAMA_MAY_LINK_board
    base boot_tags pi_arm1176 pi_bcm2835 pi_core pi_devices pi_fs version)
set(BARELLAMA_MAY_LINK_machine base board kernel_interface pi_core pi_devices version)

set(BARELLAMA_MAY_LINK_host_support base base_host)
set(BARELLAMA_MAY_LINK_host_serial base host_support record_names)
set(BARELLAMA_MAY_LINK_host_console base host_support host_serial)
set(BARELLAMA_MAY_LINK_host_emulator base host_support host_serial)
set(BARELLAMA_MAY_LINK_host_card
    base kernel_model kernel_settings llama pi_fs pi_fs_host pi_push host_support host_model version)
set(BARELLAMA_MAY_LINK_host_push base host_support host_serial host_card host_emulator pi_push)
set(BARELLAMA_MAY_LINK_host_report base host_support llama_profiler record_names)
set(BARELLAMA_MAY_LINK_host_model base base_host llama host_support)
set(BARELLAMA_MAY_LINK_host_commands
    base llama reports host_card host_console host_emulator host_model host_push host_report
    host_serial host_support kernel_settings pi_push version)

# Programs. Those in tests/ may link everything.
set(BARELLAMA_MAY_LINK_barellama base host_commands version)
set(BARELLAMA_MAY_LINK_barellama_static base host_commands version)
set(BARELLAMA_MAY_LINK_kernel board console machine)
set(BARELLAMA_MAY_LINK_bootloader board loader)
set(BARELLAMA_MAY_LINK_sanity board kernel_settings)

# What only tests link.
set(BARELLAMA_MAY_LINK_pi0_cycles base base_host)

# Whether the current folder is one of tests/.
function(barellama_in_tests result)
  set(tests ${PROJECT_SOURCE_DIR}/tests)
  cmake_path(IS_PREFIX tests ${CMAKE_CURRENT_SOURCE_DIR} is_prefix)
  set(${result} ${is_prefix} PARENT_SCOPE)
endfunction()

# Links of `name` beside what the table above allows end the configuration.
function(barellama_check_links name)
  barellama_in_tests(is_test)
  if(is_test)
    return()
  endif()
  foreach(link IN LISTS ARGN)
    if(NOT link IN_LIST BARELLAMA_MAY_LINK_${name})
      message(FATAL_ERROR "layers: ${name} may not link ${link} (cmake/layers.cmake)")
    endif()
  endforeach()
endfunction()

# What the last configuration linked here may be gone by now.
file(REMOVE_RECURSE ${PROJECT_BINARY_DIR}/include)

# Puts links to `headers` (relative to the current folder) into the include root `name`, and has
# `target` export that root.
function(barellama_include_root target name)
  set(root ${PROJECT_BINARY_DIR}/include/${name})
  foreach(header IN LISTS ARGN)
    set(path ${CMAKE_CURRENT_SOURCE_DIR}/${header})
    if(NOT EXISTS ${path})
      message(FATAL_ERROR "${name}: there is no header ${path}")
    endif()
    file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${path})
    cmake_path(GET relative PARENT_PATH folder)
    file(MAKE_DIRECTORY ${root}/${folder})
    file(CREATE_LINK ${path} ${root}/${relative} SYMBOLIC)
  endforeach()
  file(MAKE_DIRECTORY ${root})
  get_target_property(type ${target} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL INTERFACE_LIBRARY)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${root})
  # Failed CHECKs in headers name the file as the repository does.
  target_compile_options(${target} ${scope} -ffile-prefix-map=${root}/=)
endfunction()

# barellama_library(NAME [SOURCES file...] [HEADERS file...] [LINKS library...] [EXTERNAL library...]
#                   [HIDES library...])
# Its headers are those named as its sources are, and HEADERS; it may have headers alone. What links
# it sees the headers of LINKS, too, but not those of HIDES, which only its own sources include.
function(barellama_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;LINKS;EXTERNAL;HIDES" ${ARGN})
  barellama_check_links(${name} ${ARG_LINKS} ${ARG_HIDES})
  set(headers ${ARG_HEADERS})
  foreach(source IN LISTS ARG_SOURCES)
    string(REGEX REPLACE "\\.(cpp|S)$" ".h" header ${source})
    if(header MATCHES "\\.h$" AND NOT IS_ABSOLUTE ${source}
       AND EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${header})
      list(APPEND headers ${header})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES headers)
  if(ARG_SOURCES)
    set(scope PUBLIC)
    add_library(${name} STATIC ${ARG_SOURCES})
  else()
    set(scope INTERFACE)
    add_library(${name} INTERFACE)
  endif()
  barellama_include_root(${name} ${name} ${headers})
  target_link_libraries(${name} ${scope} barellama_options ${ARG_LINKS} ${ARG_EXTERNAL})
  if(ARG_SOURCES)
    target_link_libraries(${name} PRIVATE ${ARG_HIDES})
    barellama_compile_time(${name})
  endif()
endfunction()

# Tests and their parts see each other's headers, as "tests/...".
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/tests)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/tests ${PROJECT_BINARY_DIR}/include/tests/tests SYMBOLIC)
add_library(tests_root INTERFACE)
target_include_directories(tests_root INTERFACE ${PROJECT_BINARY_DIR}/include/tests)
target_compile_options(tests_root INTERFACE
  -ffile-prefix-map=${PROJECT_BINARY_DIR}/include/tests/=)

# barellama_program(NAME SOURCES file... LINKS library...): also of tests/, with "tests/..." to include.
function(barellama_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  barellama_check_links(${name} ${ARG_LINKS})
  barellama_in_tests(is_test)
  if(is_test)
    list(PREPEND ARG_LINKS tests_root)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE barellama_options ${ARG_LINKS})
  barellama_compile_time(${name})
endfunction()

# barellama_test_library(NAME SOURCES file... LINKS library...): what tests share.
function(barellama_test_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC barellama_options tests_root ${ARG_LINKS} GTest::gmock)
  barellama_compile_time(${name})
endfunction()

# barellama_plugin(NAME SOURCES file... LINKS library...): a library that another program loads.
function(barellama_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE barellama_options tests_root ${ARG_LINKS})
  barellama_compile_time(${name})
endfunction()
