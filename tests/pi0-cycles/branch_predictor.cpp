#include "tests/pi0-cycles/branch_predictor.h"

#include <algorithm>

namespace pi0 {

uint32_t BranchPredictor::mispredicted_cycles(uint64_t flag_distance) {
  const uint64_t saved = std::min<uint64_t>(flag_distance, kMispredictedMax - kMispredictedMin);
  return kMispredictedMax - static_cast<uint32_t>(saved);
}

void BranchPredictor::push(uint32_t return_address) {
  std::copy_backward(returns_.begin(), returns_.end() - 1, returns_.end());
  returns_[0] = return_address;
  depth_ = std::min(depth_ + 1, kReturnStackDepth);
}

bool BranchPredictor::pop(uint32_t& return_address) {
  if (depth_ == 0) return false;
  return_address = returns_[0];
  std::copy(returns_.begin() + 1, returns_.end(), returns_.begin());
  --depth_;
  return true;
}

BranchPredictor::Outcome BranchPredictor::run_direct(const Instruction& branch, bool taken,
                                                     uint64_t flag_distance) {
  Target& target = targets_[branch.address / 8 % kBranchTargets];
  if (target.address == branch.address) {
    const bool predicted = target.taken >= 2;
    if (taken) {
      target.taken = static_cast<uint8_t>(std::min(target.taken + 1, 3));
    } else {
      target.taken = static_cast<uint8_t>(std::max(target.taken - 1, 0));
    }
    if (predicted != taken) return {mispredicted_cycles(flag_distance), true};
    const bool folded = folds_ && branch.flow == Flow::kBranch;
    return {folded ? kFoldedBranch : kPredictedBranch, false};
  }
  const bool predicted = branch.is_backward || !branch.is_conditional;
  if (taken) target = {.address = branch.address, .taken = 2};
  if (predicted != taken) return {mispredicted_cycles(flag_distance), true};
  return {taken ? kStaticTakenBranch : kPredictedBranch, false};
}

BranchPredictor::Outcome BranchPredictor::run_return(const Instruction& branch,
                                                     uint32_t next_address,
                                                     uint64_t flag_distance) {
  uint32_t predicted = 0;
  if (!pop(predicted)) return {kReturnStackEmpty, false};
  if (predicted != next_address) return {kReturnMispredicted, true};
  // TRM gives a conditional return as 5 to 7, whatever the stack says.
  if (branch.is_conditional) return {mispredicted_cycles(flag_distance), false};
  return {kReturnPredicted, false};
}

BranchPredictor::Outcome BranchPredictor::run_pop(uint32_t next_address) {
  uint32_t predicted = 0;
  if (pop(predicted) && predicted == next_address) return {kLoadToPcPredicted, false};
  return {kLoadToPcCycles, true};
}

BranchPredictor::Outcome BranchPredictor::run(const Instruction& branch, uint32_t next_address,
                                              uint64_t flag_distance) {
  const uint32_t following = branch.address + 4;
  const bool taken = next_address != following;
  const bool links = branch.flow == Flow::kCall || branch.flow == Flow::kIndirectCall;
  if (links && taken) push(following);
  if (branch.flow == Flow::kBranch || branch.flow == Flow::kCall) {
    return run_direct(branch, taken, flag_distance);
  }
  if (!taken && branch.is_conditional) return {1, false};
  switch (branch.flow) {
    case Flow::kReturn:
      return run_return(branch, next_address, flag_distance);
    case Flow::kPop:
      return run_pop(next_address);
    case Flow::kLoadToPc:
      return {kLoadToPcCycles, true};
    default:
      return {kIndirectBranch, true};
  }
}

}  // namespace pi0
