# The architecture as code: which library may link, and so include, which other.
#
#   host-tools -> llama -> base        kernel -> llama, libpi, base
#        `------> libpi/fs (portable) -> base
#
# A library's headers are reached only through the libraries that it links; the check below refuses
# a link that the picture does not have.

set(BARELLAMA_MAY_LINK_base "")
set(BARELLAMA_MAY_LINK_base_host base)
set(BARELLAMA_MAY_LINK_llama base)
set(BARELLAMA_MAY_LINK_pi_fs base)
set(BARELLAMA_MAY_LINK_pi_fs_host base pi_fs)
set(BARELLAMA_MAY_LINK_pi_push base)
set(BARELLAMA_MAY_LINK_pi_drivers base pi_fs)
set(BARELLAMA_MAY_LINK_pi base pi_fs pi_drivers)
set(BARELLAMA_MAY_LINK_session base llama pi_fs)
set(BARELLAMA_MAY_LINK_loader base session pi_fs pi_push pi_drivers)
set(BARELLAMA_MAY_LINK_host_support base base_host)
set(BARELLAMA_MAY_LINK_host_serial base host_support)
set(BARELLAMA_MAY_LINK_host_console base host_support host_serial)
set(BARELLAMA_MAY_LINK_host_emulator base host_support host_serial)
set(BARELLAMA_MAY_LINK_host_card base pi_fs pi_fs_host pi_push host_support host_model)
set(BARELLAMA_MAY_LINK_host_push base host_support host_serial host_card host_emulator pi_push)
set(BARELLAMA_MAY_LINK_host_report base host_support)
set(BARELLAMA_MAY_LINK_host_model base base_host llama host_support tokenizer_builder)
set(BARELLAMA_MAY_LINK_tokenizer_builder base llama)
set(BARELLAMA_MAY_LINK_host_tools base base_host llama pi_fs pi_fs_host host_support host_model tokenizer_builder)

# barellama_library(NAME SOURCES file... [LINKS library...] [EXTERNAL library...])
function(barellama_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;EXTERNAL" ${ARGN})
  foreach(link IN LISTS ARG_LINKS)
    if(NOT link IN_LIST BARELLAMA_MAY_LINK_${name})
      message(FATAL_ERROR "layers: ${name} may not link ${link} (cmake/layers.cmake)")
    endif()
  endforeach()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC barellama_options ${ARG_LINKS} ${ARG_EXTERNAL})
endfunction()
