// The tags of a level-one cache: which lines it holds, and from when on.
#pragma once

#include <array>
#include <cstdint>

#include "tests/pi0-cycles/settings.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {

class Cache {
 public:
  struct Line {
    uint32_t number = kNone;  // address / kLineBytes
    bool is_dirty = false;
    uint64_t ready = 0;  // while it is filled: when it will have arrived
  };

  explicit Cache(const Settings& settings, uint32_t locked_ways = 0);

  // Null if the line is not there.
  Line* find(uint32_t number) {
    for (Line& line : sets_[number % kSets]) {
      if (line.number == number) return &line;
    }
    return nullptr;
  }
  // Ways that are not refilled, a bit each; what they hold stays. With all of them locked a miss is
  // served as if way 0 were not (TRM page 3-88).
  void lock(uint32_t ways);
  // Empties a place; `set` counts modulo the sets. True if what was there has to be written.
  bool empty(uint32_t way, uint32_t set);
  // A place for the line, which now is its own. `evicted_dirty`: what was there has to be written.
  Line& replace(uint32_t number, bool& evicted_dirty);

 private:
  static constexpr uint32_t kNone = ~0u;  // no address has such a line
  static constexpr uint32_t kSets = kCacheBytes / kLineBytes / kCacheWays;

  uint32_t next_way();

  std::array<std::array<Line, kCacheWays>, kSets> sets_{};
  bool round_robin_;
  uint32_t locked_ways_ = 0;
  uint32_t victim_ = 1;  // the way, or the state of the pseudo-random sequence
};

}  // namespace pi0
