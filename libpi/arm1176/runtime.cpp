// What the compiler's code calls when it must never happen.
#include "base/check.h"

extern "C" [[noreturn]] void __cxa_pure_virtual() {
  base::check_failed(__FILE__, __LINE__, "a pure virtual function was called");
}
