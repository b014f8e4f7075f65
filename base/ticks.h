// Fine time for measuring: what a profiler counts with.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

class TickSource {
 public:
  // Ticks since some fixed moment; never goes back, never wraps in the life of a board. Read
  // hundreds of times per token.
  virtual uint64_t now() = 0;
  // Ticks per second, as far as it is known now; not 0.
  virtual uint64_t hz() = 0;
  // What it is, in a few words, such as "cycle counter".
  virtual std::string_view name() const = 0;

 protected:
  ~TickSource() = default;
};

// In two steps, so that no product overflows: hz is below 2^34.
constexpr uint64_t ticks_to_ns(uint64_t ticks, uint64_t hz) {
  constexpr uint64_t kSecond = 1'000'000'000;
  return ticks / hz * kSecond + ticks % hz * kSecond / hz;
}

}  // namespace base
