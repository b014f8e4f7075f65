# Programs that own the board: kernel, boot loader, and those of the tests.

# barellama_image(NAME DIRECTORY [SCRIPT linker-script] SOURCES file... LINKS library...)
# DIRECTORY/NAME.elf, and NAME.img, which is the same as the firmware wants it.
function(barellama_image name directory)
  cmake_parse_arguments(ARG "" "SCRIPT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_SCRIPT)
    set(ARG_SCRIPT kernel.ld)
  endif()
  set(scripts ${PROJECT_SOURCE_DIR}/linker)
  barellama_program(${name} SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} board)
  set_target_properties(${name} PROPERTIES
    SUFFIX .elf
    RUNTIME_OUTPUT_DIRECTORY ${directory}
    LINK_DEPENDS "${scripts}/${ARG_SCRIPT};${scripts}/image.ld;${scripts}/check-hot-code.sh")
  target_link_options(${name} PRIVATE -L ${scripts} -T ${ARG_SCRIPT} -Wl,--gc-sections
                      -Wl,--fatal-warnings -Wl,-Map=${directory}/${name}.map -Wl,--undefined=_start)
  add_custom_command(TARGET ${name} POST_BUILD
                     COMMAND ${CMAKE_OBJCOPY} -O binary ${name}.elf ${name}.img
                     WORKING_DIRECTORY ${directory})
endfunction()

# For the image with the model's code: each pattern of linker/image.ld must match a function of it.
function(barellama_check_hot_code name)
  set(scripts ${PROJECT_SOURCE_DIR}/linker)
  add_custom_command(TARGET ${name} POST_BUILD
                     COMMAND ${scripts}/check-hot-code.sh ${scripts}/image.ld
                             $<TARGET_FILE_DIR:${name}>/${name}.map)
endfunction()
