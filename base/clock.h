// Time, for code that must not know where it comes from.
#pragma once

#include <cstdint>

namespace base {

class Clock {
 public:
  // Microseconds since some fixed moment; never goes back, never wraps in the life of a board.
  virtual uint64_t now_us() = 0;

 protected:
  ~Clock() = default;
};

}  // namespace base
