#include "host-tools/pi0-cycles/counters.h"

#include <numeric>

namespace pi0 {

uint64_t Counters::cycles() const {
  return std::accumulate(cycles_by_cause.begin(), cycles_by_cause.end(), uint64_t{0});
}

uint64_t Counters::instructions() const {
  return std::accumulate(instructions_by_class.begin(), instructions_by_class.end(), uint64_t{0});
}

Counters& Counters::operator+=(const Counters& other) {
  for (uint32_t i = 0; i < kCauseCount; ++i) cycles_by_cause[i] += other.cycles_by_cause[i];
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    instructions_by_class[i] += other.instructions_by_class[i];
  }
  loads += other.loads;
  load_bytes += other.load_bytes;
  stores += other.stores;
  store_bytes += other.store_bytes;
  data_misses += other.data_misses;
  preloads += other.preloads;
  preload_fills += other.preload_fills;
  unknown_preloads += other.unknown_preloads;
  instruction_misses += other.instruction_misses;
  write_backs += other.write_backs;
  mispredictions += other.mispredictions;
  sdram_read_bytes += other.sdram_read_bytes;
  sdram_write_bytes += other.sdram_write_bytes;
  return *this;
}

}  // namespace pi0
