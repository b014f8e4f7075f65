// Short programs, run on the model from a warm start, and what they cost.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "tests/pi0-cycles/core.h"

namespace pi0 {

// An instruction, and what it accesses when it is one that does.
struct Step {
  uint32_t code;
  Accesses accesses = {};
};

inline Step loads(uint32_t code, uint32_t address, uint32_t bytes) {
  return {code, {.address = address, .load_bytes = bytes, .loads = (bytes + 3) / 4}};
}
inline Step stores(uint32_t code, uint32_t address, uint32_t bytes) {
  return {code, {.address = address, .store_bytes = bytes, .stores = (bytes + 3) / 4}};
}

class Program {
 public:
  explicit Program(const Settings& settings = {}) : core_(settings) {}

  // Runs straight on from kStart. The registers have been ready for long, and the lines of code and
  // data are in the caches, as far as an earlier call has run the same.
  Counters run(const std::vector<Step>& steps) {
    for (int i = 0; i < kSettle; ++i) execute({kNop}, kStart - 4, kStart);
    Counters counters;
    uint32_t address = kStart;
    for (const Step& step : steps) {
      execute(step, address, address + 4, &counters);
      address += 4;
    }
    return counters;
  }
  // The second time, so that the caches are warm.
  Counters run_warm(const std::vector<Step>& steps) {
    run(steps);
    return run(steps);
  }
  uint64_t cycles(const std::vector<Step>& steps) { return run_warm(steps).cycles(); }

  // One instruction, anywhere.
  Counters step(uint32_t code, uint32_t address, uint32_t next) {
    Counters counters;
    execute({code}, address, next, &counters);
    return counters;
  }

 private:
  static constexpr uint32_t kStart = 0x8000, kNop = 0xe1a0c00c;  // mov r12, r12
  static constexpr int kSettle = 400;

  void execute(const Step& step, uint32_t address, uint32_t next, Counters* counters = nullptr) {
    Counters ignored;
    core_.execute(decode(address, step.code), step.accesses, next,
                  counters != nullptr ? *counters : ignored);
  }

  Core core_;
};

inline std::vector<Step> times(int count, const std::vector<Step>& steps) {
  std::vector<Step> all;
  for (int i = 0; i < count; ++i) all.insert(all.end(), steps.begin(), steps.end());
  return all;
}

}  // namespace pi0
