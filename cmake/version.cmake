# cmake -D SOURCE=root -D NUMBER=0.1.0 -D TEMPLATE=version.cpp.in -D OUTPUT=version.cpp -P version.cmake
#
# Run by each build; OUTPUT is only written when what it says has changed, so that a commit compiles
# one file and links what tells its version.

# A tree unpacked within another repository is not that one's, nor is what a hook's environment names.
foreach(name GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE)
  unset(ENV{${name}})
endforeach()

# The output of git, or nothing. Another user may own the tree, as in a container.
function(git result)
  execute_process(
    COMMAND git --no-optional-locks -c safe.directory=* ${ARGN}
    WORKING_DIRECTORY ${SOURCE}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    set(output "")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

set(commit "")
set(epoch "")
git(root rev-parse --show-toplevel)
file(REAL_PATH ${SOURCE} source)
if(root STREQUAL source)
  git(head log -1 --no-show-signature "--format=%H %ct")
else()
  file(READ ${SOURCE}/cmake/commit.txt head)  # as `git archive` writes it
endif()
if(head MATCHES "^([0-9a-f]+) ([0-9]+)")
  # A fixed length: how many digits git shows depends on what else the clone has.
  string(SUBSTRING ${CMAKE_MATCH_1} 0 12 commit)
  set(epoch ${CMAKE_MATCH_2})
endif()
if(commit AND root STREQUAL source)
  git(changes status --porcelain --untracked-files=no)
  if(changes)
    string(APPEND commit "-dirty")
  endif()
endif()
if(NOT "$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  set(epoch $ENV{SOURCE_DATE_EPOCH})
  if(NOT epoch MATCHES "^(0|[1-9][0-9]*)$" OR epoch GREATER 253402300799)
    message(FATAL_ERROR "SOURCE_DATE_EPOCH is \"${epoch}\"; it must be seconds since 1970, up to the year 9999")
  endif()
endif()

if(commit)
  set(version "${NUMBER} (${commit}")
else()
  set(version "${NUMBER} (unknown")
endif()
if(epoch)
  set(ENV{SOURCE_DATE_EPOCH} ${epoch})
  string(TIMESTAMP day "%Y-%m-%d" UTC)
  string(APPEND version ", ${day}")
else()
  set(epoch 315532800)  # 1980-01-01
endif()
string(APPEND version ")")
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
