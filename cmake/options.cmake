# Flags that hold for all of our code.

add_library(barellama_options INTERFACE)
target_compile_options(barellama_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -Wno-psabi
  # GCC 12 sees overlaps in std::string's own code at -O3 (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # The promise of equal bits on every machine: no contraction into fused operations, and never
  # -ffast-math. sqrt is one instruction where errno is not wanted.
  -ffp-contract=off -fno-math-errno
  # Failed CHECKs and logs name files as the repository does, wherever it was cloned to.
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  # The assembler of GCC 12 is told by this one only.
  $<$<COMPILE_LANGUAGE:ASM>:-fdebug-prefix-map=${PROJECT_SOURCE_DIR}/=>)

if(BARELLAMA_PI0)
  target_compile_options(barellama_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>
    # Frame pointers for the panic's backtrace; sections so that unused code is dropped.
    -fno-omit-frame-pointer -ffunction-sections -fdata-sections -fno-common)
endif()

if(BARELLAMA_SANITIZE)
  target_compile_options(barellama_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(barellama_options INTERFACE -fsanitize=address,undefined)
endif()

if(BARELLAMA_FUZZ)
  target_compile_options(barellama_options INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(barellama_options INTERFACE -fsanitize=address,undefined)
endif()
