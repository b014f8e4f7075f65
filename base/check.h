// CHECK is for our own bugs only, and stays on in release builds. Errors of cards, files, users and
// devices are a base::Status.
#pragma once

namespace base {

// Supplied by each program: the kernel prints and halts (kernel/board/panic.cpp), host programs
// print and abort (base/host/check_failed.cpp).
[[noreturn]] void check_failed(const char* file, int line, const char* expression);

}  // namespace base

#define CHECK(expression)                                    \
  do {                                                       \
    if (!(expression)) {                                     \
      ::base::check_failed(__FILE__, __LINE__, #expression); \
    }                                                        \
  } while (false)
