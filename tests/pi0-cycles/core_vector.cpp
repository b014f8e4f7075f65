// VFP's short vectors: an operation that is repeated by itself, an element a cycle, while the core
// goes on (ARM1176JZF-S TRM 20.2, 21.8).
#include <algorithm>
#include <bit>

#include "tests/pi0-cycles/core.h"

namespace pi0 {
namespace {

constexpr uint32_t kBank = 8;  // registers; the first bank's are scalars

// Element `index` of the vector that begins at `first`: vectors stay within their bank.
constexpr uint32_t element(uint32_t first, uint32_t index) {
  return kS0 + first / kBank * kBank + (first + index) % kBank;
}

}  // namespace

// The length comes into FPSCR from a core register, which no plugin can read: it is what the ORR
// before wrote. Any other value, as when FPSCR is set back, counts as scalar.
void Core::follow_vector_length(const Instruction& instruction) {
  if (instruction.sets_fpscr) {
    vector_length_ = (instruction.normal & length_register_) != 0 ? length_to_come_ : 1;
  } else if (instruction.vector_length != 0) {
    length_register_ = instruction.results;
    length_to_come_ = instruction.vector_length;
  } else if ((instruction.results & length_register_) != 0) {
    length_register_ = 0;
  }
}

bool Core::is_vector(const Instruction& instruction) const {
  return vector_length_ > 1 && instruction.vector.exists && instruction.vector.target >= kBank;
}

void Core::consider_readers(Registers results, uint64_t& latest, Cause& cause) const {
  for (Registers left = results; left != 0; left &= left - 1) {
    const auto number = static_cast<size_t>(std::countr_zero(left));
    if (read_until_[number] > latest) {
      latest = read_until_[number];
      cause = Cause::kVfpBusy;
    }
  }
}

// Issues when its first element can; a later one that has to wait holds the pipe, and is charged to
// what needs it. To be on the slow side, it is charged here.
void Core::execute_vector(const Instruction& instruction, Counters& counters) {
  const VectorForm& vector = instruction.vector;
  const bool second_is_vector = vector.second >= kBank;
  uint64_t latest = now_;
  Cause cause = Cause::kVfp;
  for (uint32_t i = 0; i < vector_length_; ++i) {
    const int64_t later = -static_cast<int64_t>(i) * instruction.pipe_cycles;
    const uint32_t target = element(vector.target, i);
    Registers operands =
        register_bit(second_is_vector ? element(vector.second, i) : kS0 + vector.second);
    if (vector.has_first) operands |= register_bit(element(vector.first, i));
    if (vector.reads_target) operands |= register_bit(target);
    consider(operands, later, latest, cause);
    consider_results(register_bit(target), instruction.latency, latest, cause);
  }
  wait_until(latest, cause, counters);
  uint64_t& free = pipe_free_[static_cast<size_t>(instruction.pipe)];
  wait_until(free, Cause::kVfpBusy, counters);
  for (uint32_t i = 0; i < vector_length_; ++i) {
    const uint64_t start = now_ + uint64_t{i} * instruction.pipe_cycles;
    set_ready(register_bit(element(vector.target, i)), start + instruction.latency, Cause::kVfp);
    if (vector.has_first) read_until_[element(vector.first, i)] = start + 1;
    read_until_[second_is_vector ? element(vector.second, i) : kS0 + vector.second] = start + 1;
  }
  free = now_ + uint64_t{vector_length_} * instruction.pipe_cycles;
  vfp_idle_ = std::max(vfp_idle_, free - instruction.pipe_cycles + instruction.latency);
}

}  // namespace pi0
