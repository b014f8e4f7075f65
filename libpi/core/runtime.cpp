// What the compiler and the standard library's headers call when it must never happen.
#include "base/check.h"

extern "C" [[noreturn]] void __cxa_pure_virtual() {
  base::check_failed(__FILE__, __LINE__, "a pure virtual function was called");
}

// std::optional::value() of an empty one, without exceptions.
extern "C" [[noreturn]] void abort() { base::check_failed(__FILE__, __LINE__, "abort()"); }

namespace std {

// std::string_view::substr() beyond the end; the message names the function.
[[noreturn]] void __throw_out_of_range_fmt(const char* message, ...) {
  base::check_failed(__FILE__, __LINE__, message);
}

}  // namespace std
