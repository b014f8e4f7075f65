// Dynamic, static and return-stack prediction (TRM 5.2), and what a branch costs by them.
#pragma once

#include <array>
#include <cstdint>

#include "tests/pi0-cycles/instruction.h"
#include "tests/pi0-cycles/settings.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {

class BranchPredictor {
 public:
  explicit BranchPredictor(const Settings& settings) : folds_(settings.folds_branches) {}

  struct Outcome {
    uint32_t cycles;
    bool mispredicted;
  };
  // `flag_distance`: cycles between the instruction that set the flags and this one.
  Outcome run(const Instruction& branch, uint32_t next_address, uint64_t flag_distance);

 private:
  struct Target {
    uint32_t address = ~0u;  // of the branch
    uint8_t taken = 0;       // 0 and 1: will not be taken; 2 and 3: will be
  };

  Outcome run_direct(const Instruction& branch, bool taken, uint64_t flag_distance);
  Outcome run_return(const Instruction& branch, uint32_t next_address, uint64_t flag_distance);
  Outcome run_pop(uint32_t next_address);
  static uint32_t mispredicted_cycles(uint64_t flag_distance);
  void push(uint32_t return_address);
  // False when the stack is empty.
  bool pop(uint32_t& return_address);

  bool folds_;
  std::array<Target, kBranchTargets> targets_{};
  std::array<uint32_t, kReturnStackDepth> returns_{};  // the newest first
  uint32_t depth_ = 0;
};

}  // namespace pi0
