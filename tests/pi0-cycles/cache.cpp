#include "tests/pi0-cycles/cache.h"

namespace pi0 {

Cache::Cache(const Settings& settings, uint32_t locked_ways)
    : round_robin_(settings.replaces_round_robin) {
  lock(locked_ways);
}

void Cache::lock(uint32_t ways) {
  constexpr uint32_t kAllWays = (1 << kCacheWays) - 1;
  locked_ways_ = (ways & kAllWays) == kAllWays ? kAllWays & ~1u : ways & kAllWays;
}

uint32_t Cache::next_way() {
  if (round_robin_) {
    victim_ = (victim_ + 1) % kCacheWays;
    return victim_;
  }
  // A Galois LFSR of 16 bits. The core's own sequence is not published.
  victim_ = (victim_ >> 1) ^ ((victim_ & 1) != 0 ? 0xb400u : 0);
  return victim_ % kCacheWays;
}

bool Cache::empty(uint32_t way, uint32_t set) {
  Line& line = sets_[set % kSets][way % kCacheWays];
  const bool was_dirty = line.is_dirty;
  line = {};
  return was_dirty;
}

Cache::Line& Cache::replace(uint32_t number, bool& evicted_dirty) {
  auto& set = sets_[number % kSets];
  uint32_t way = 0;
  do {
    way = next_way();
  } while ((locked_ways_ >> way & 1) != 0);
  Line& line = set[way];
  evicted_dirty = line.is_dirty;
  line = {.number = number, .is_dirty = false, .ready = 0};
  return line;
}

}  // namespace pi0
