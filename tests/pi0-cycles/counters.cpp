#include "tests/pi0-cycles/counters.h"

#include <numeric>

namespace pi0 {

uint64_t Counters::cycles() const {
  return std::accumulate(cycles_by_cause.begin(), cycles_by_cause.end(), uint64_t{0});
}

uint64_t Counters::instructions() const {
  return std::accumulate(instructions_by_class.begin(), instructions_by_class.end(), uint64_t{0});
}

namespace {

// Calls combine(figure of a, the same of b) for each figure.
template <typename Combine>
void for_each_figure(Counters& a, const Counters& b, Combine combine) {
  for (uint32_t i = 0; i < kCauseCount; ++i) combine(a.cycles_by_cause[i], b.cycles_by_cause[i]);
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    combine(a.instructions_by_class[i], b.instructions_by_class[i]);
  }
  combine(a.loads, b.loads);
  combine(a.load_bytes, b.load_bytes);
  combine(a.stores, b.stores);
  combine(a.store_bytes, b.store_bytes);
  combine(a.data_misses, b.data_misses);
  combine(a.preloads, b.preloads);
  combine(a.preload_fills, b.preload_fills);
  combine(a.unknown_preloads, b.unknown_preloads);
  combine(a.instruction_misses, b.instruction_misses);
  combine(a.write_backs, b.write_backs);
  combine(a.mispredictions, b.mispredictions);
  combine(a.sdram_read_bytes, b.sdram_read_bytes);
  combine(a.sdram_write_bytes, b.sdram_write_bytes);
}

}  // namespace

Counters& Counters::operator+=(const Counters& other) {
  for_each_figure(*this, other, [](uint64_t& to, uint64_t from) { to += from; });
  return *this;
}

Counters& Counters::operator-=(const Counters& other) {
  for_each_figure(*this, other, [](uint64_t& to, uint64_t from) { to -= from; });
  return *this;
}

}  // namespace pi0
