#include "tests/pi0-cycles/core.h"

#include <algorithm>
#include <bit>

namespace pi0 {
namespace {

constexpr uint32_t take_lowest(Registers& registers) {
  const auto number = static_cast<uint32_t>(std::countr_zero(registers));
  registers &= registers - 1;
  return number;
}

// Of `bytes` bytes from `address` on: cycles of the 64 bits between registers and cache.
constexpr uint32_t beats(uint32_t address, uint32_t bytes) {
  return (address + bytes - 1) / kBytesPerCycle - address / kBytesPerCycle + 1;
}

}  // namespace

Core::Core(const Settings& settings)
    : sdram_(settings),
      instruction_cache_(settings),
      data_(settings, sdram_),
      predictor_(settings) {}

void Core::execute(const Instruction& instruction, const Accesses& accesses, uint32_t next_address,
                   Counters& counters) {
  ++counters.instructions_by_class[static_cast<size_t>(instruction.instruction_class)];
  fetch(instruction.address, counters);
  if (instruction.barrier != Barrier::kNone) synchronize(instruction, counters);
  follow_vector_length(instruction);
  if (is_vector(instruction)) {
    execute_vector(instruction, counters);
    return finish(instruction, next_address, counters);
  }
  wait_for_operands(instruction, counters);
  if (instruction.pipe != Pipe::kCore) use_pipe(instruction, counters);
  if (instruction.sets_lockdown || instruction.empties_line) control_cache(instruction, counters);
  if (instruction.memory != Memory::kNone) {
    access_memory(instruction, accesses, counters);
  } else {
    set_ready(instruction.results, now_ + instruction.latency, instruction.cause);
    set_ready(instruction.other_results, now_ + instruction.other_latency, instruction.cause);
  }
  addresses_.follow(instruction, accesses.any(), accesses.address);
  finish(instruction, next_address, counters);
}

void Core::wait_until(uint64_t time, Cause cause, Counters& counters) {
  if (time <= now_) return;
  counters.cycles_by_cause[static_cast<size_t>(cause)] += time - now_;
  now_ = time;
}

// No line is fetched ahead: what the prefetch buffer does when the cache misses is not published.
void Core::fetch(uint32_t address, Counters& counters) {
  const uint32_t line = address / kLineBytes;
  if (line == fetched_line_) return;
  fetched_line_ = line;
  if (instruction_cache_.find(line) != nullptr) return;
  bool evicted_dirty = false;
  instruction_cache_.replace(line, evicted_dirty);
  ++counters.instruction_misses;
  counters.sdram_read_bytes += kLineBytes;
  wait_until(sdram_.read(now_, kLineBytes), Cause::kInstructionMiss, counters);
}

void Core::synchronize(const Instruction& instruction, Counters& counters) {
  const uint64_t idle = instruction.barrier == Barrier::kVfp
                            ? vfp_idle_
                            : std::max(data_.idle_at(), load_store_free_);
  wait_until(idle, Cause::kBarrier, counters);
}

void Core::consider(Registers registers, int64_t adjustment, uint64_t& latest, Cause& cause) const {
  while (registers != 0) {
    const uint32_t number = take_lowest(registers);
    const int64_t time = static_cast<int64_t>(ready_[number]) + adjustment;
    if (time > static_cast<int64_t>(latest)) {
      latest = static_cast<uint64_t>(time);
      cause = cause_[number];
    }
  }
}

// Of a list of words to be stored two leave in a cycle, so that later ones are needed later.
void Core::consider_list(Registers list, int64_t adjustment, uint64_t& latest, Cause& cause) const {
  for (int64_t index = 0; list != 0; ++index) {
    consider(register_bit(take_lowest(list)), adjustment - index / 2, latest, cause);
  }
}

// A result must not overtake an older one for the same register.
void Core::consider_results(Registers results, uint8_t latency, uint64_t& latest,
                            Cause& cause) const {
  consider(results, 1 - static_cast<int64_t>(latency), latest, cause);
}

void Core::wait_for_operands(const Instruction& instruction, Counters& counters) {
  uint64_t latest = now_;
  Cause cause = Cause::kAlu;
  consider(instruction.normal, 0, latest, cause);
  const bool is_list = instruction.memory == Memory::kStore && instruction.is_multiple;
  if (is_list) {
    consider_list(instruction.late, -1, latest, cause);
    consider_list(instruction.early, 1, latest, cause);
  } else {
    consider(instruction.early, 1, latest, cause);
    consider(instruction.late, -1, latest, cause);
  }
  consider(instruction.base & ~updated_bases_, 1, latest, cause);
  consider(instruction.base & updated_bases_, 0, latest, cause);
  consider_results(instruction.results, instruction.latency, latest, cause);
  consider_results(instruction.other_results, instruction.other_latency, latest, cause);
  if ((instruction.results & kVfpRegisters) != 0)
    consider_readers(instruction.results, latest, cause);
  wait_until(latest, cause, counters);
}

void Core::use_pipe(const Instruction& instruction, Counters& counters) {
  uint64_t& free = pipe_free_[static_cast<size_t>(instruction.pipe)];
  wait_until(free, Cause::kVfpBusy, counters);
  free = now_ + instruction.pipe_cycles;
  vfp_idle_ = std::max(vfp_idle_, now_ + instruction.latency);
}

void Core::set_ready(Registers registers, uint64_t ready, Cause cause) {
  updated_bases_ &= ~registers;
  while (registers != 0) {
    const uint32_t number = take_lowest(registers);
    ready_[number] = ready;
    cause_[number] = cause;
  }
}

void Core::access_memory(const Instruction& instruction, const Accesses& accesses,
                         Counters& counters) {
  if (instruction.memory == Memory::kPreload) {
    ++counters.preloads;
    return preload(instruction, counters);
  }
  if (!accesses.any()) return;
  counters.loads += accesses.loads;
  counters.load_bytes += accesses.load_bytes;
  counters.stores += accesses.stores;
  counters.store_bytes += accesses.store_bytes;
  wait_until(load_store_free_, load_store_cause_, counters);
  if (accesses.loads != 0) load(instruction, accesses, counters);
  if (accesses.stores != 0) store(instruction, accesses, counters);
  set_ready(instruction.updated_base, now_ + kUpdatedBaseLatency, Cause::kAlu);
  updated_bases_ |= instruction.updated_base;
}

void Core::control_cache(const Instruction& instruction, Counters& counters) {
  const auto value = addresses_.moved(instruction);
  if (!value) {
    ++counters.unknown_preloads;
  } else if (instruction.sets_lockdown) {
    data_.lock(*value);
  } else {
    data_.empty(now_, *value, counters);
  }
}

void Core::preload(const Instruction& instruction, Counters& counters) {
  const auto address = addresses_.preload_address(instruction);
  if (!address || *address >= kFirstDeviceAddress) {
    ++counters.unknown_preloads;
    return;
  }
  wait_until(load_store_free_, load_store_cause_, counters);
  const uint64_t accepted = data_.preload(now_, *address / kLineBytes, counters);
  load_store_cause_ = accepted > now_ ? Cause::kLineFill : Cause::kLoadStoreBusy;
  load_store_free_ = accepted + 1;
}

void Core::load(const Instruction& instruction, const Accesses& accesses, Counters& counters) {
  const uint32_t address = accesses.address, bytes = accesses.load_bytes;
  if (address >= kFirstDeviceAddress) {
    load_store_free_ = now_ + kDeviceReadCycles;
    load_store_cause_ = Cause::kDevice;
    set_ready(instruction.results, load_store_free_, Cause::kDevice);
    return;
  }
  uint32_t extra = instruction.memory_extra;
  const bool unaligned = instruction.is_unaligned_word && address % bytes != 0;
  if (unaligned) extra += kUnalignedExtra;
  const uint64_t first_data = now_ + instruction.latency + (unaligned ? kUnalignedExtra : 0);
  load_store_free_ = now_ + beats(address, bytes) + extra;
  load_store_cause_ = Cause::kLoadStoreBusy;

  Registers left = instruction.results;
  uint64_t start = now_;
  for (uint32_t line = address / kLineBytes; line <= (address + bytes - 1) / kLineBytes; ++line) {
    const DataSide::Access access = data_.load(start, line, counters);
    const bool missed = access.ready > start;
    if (access.accepted > start) load_store_cause_ = Cause::kLineFill;
    load_store_free_ = std::max(load_store_free_, access.accepted + 1);
    // An instruction of several words holds the unit until its lines are there.
    if (missed && instruction.is_multiple) {
      load_store_cause_ = Cause::kLineFill;
      load_store_free_ = std::max(load_store_free_, access.ready);
    }
    while (left != 0) {
      const auto done = static_cast<uint32_t>(std::popcount(instruction.results & ~left));
      const uint32_t word_address = address + 4 * done;
      if (instruction.is_multiple && word_address / kLineBytes != line) break;
      const uint32_t beat = word_address / kBytesPerCycle - address / kBytesPerCycle;
      const uint64_t ready = std::max(first_data + beat, access.ready);
      set_ready(register_bit(take_lowest(left)), ready, missed ? Cause::kMiss : Cause::kLoad);
    }
    start = std::max(start, instruction.is_multiple ? access.ready : access.accepted);
    if (instruction.flow != Flow::kNext) wait_until(access.ready, Cause::kMiss, counters);
  }
}

void Core::store(const Instruction& instruction, const Accesses& accesses, Counters& counters) {
  uint32_t address = accesses.address;
  const uint32_t bytes = accesses.store_bytes, end = address + bytes;
  load_store_free_ = now_ + beats(address, bytes) + instruction.memory_extra;
  load_store_cause_ = Cause::kLoadStoreBusy;
  if (instruction.is_unaligned_word && address % bytes != 0) load_store_free_ += kUnalignedExtra;
  set_ready(instruction.results, now_ + instruction.latency, Cause::kLoad);  // SWP, STREX
  uint64_t start = now_;
  while (address < end) {
    const uint32_t next = std::min(end, (address / kLineBytes + 1) * kLineBytes);
    const bool is_device = address >= kFirstDeviceAddress;
    const uint64_t accepted = is_device ? data_.store_to_device(start)
                                        : data_.store(start, address, next - address, counters);
    if (accepted > start) load_store_cause_ = is_device ? Cause::kDevice : Cause::kWriteBuffer;
    load_store_free_ = std::max(load_store_free_, accepted + 1);
    start = std::max(start, accepted);
    address = next;
  }
}

void Core::finish(const Instruction& instruction, uint32_t next_address, Counters& counters) {
  const uint64_t issued = now_;
  if (instruction.flow == Flow::kNext || instruction.flow == Flow::kFlush) {
    now_ += instruction.issue;
    counters.cycles_by_cause[static_cast<size_t>(Cause::kIssue)] += instruction.issue;
    const bool is_exception = next_address != instruction.address + 4;
    if (is_exception) addresses_.forget();
    uint64_t refill = 0;
    if (instruction.flow == Flow::kFlush) refill = kMispredictedMax;
    if (is_exception) refill = kExceptionEntry;
    if (refill != 0) wait_until(now_ + refill, Cause::kBranch, counters);
  } else {
    // The next instruction comes at once after the one that set the flags: a distance of 0.
    const uint64_t distance = issued - std::min(flags_set_at_ + 1, issued);
    const auto outcome = predictor_.run(instruction, next_address, distance);
    if (outcome.mispredicted) ++counters.mispredictions;
    const uint32_t issue = std::min<uint32_t>(outcome.cycles, 1);
    now_ += issue;
    counters.cycles_by_cause[static_cast<size_t>(Cause::kIssue)] += issue;
    wait_until(issued + outcome.cycles, Cause::kBranch, counters);
  }
  if (instruction.sets_flags) flags_set_at_ = now_ - 1;
}

}  // namespace pi0
