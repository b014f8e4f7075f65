// A core of some settings, and what each function and each scope of the program cost on it.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/pi0-cycles/core.h"

namespace pi0 {

class Machine {
 public:
  // Of the program's own profiler: what it names.
  struct Scope {
    Counters counters;
    uint64_t entries = 0;
  };

  Machine(const Settings& settings, size_t functions, size_t scopes)
      : settings_(settings),
        core_(settings),
        functions_(functions),
        calls_(functions),
        scopes_(scopes) {}

  void execute(const Instruction& instruction, const Accesses& accesses, uint32_t next_address) {
    core_.execute(instruction, accesses, next_address, functions_[instruction.function]);
  }
  // The lockdown register's, set before the first instruction that is executed here.
  void lock_ways(uint32_t ways) { core_.lock_ways(ways); }
  void count_call(uint32_t function) { ++calls_[function]; }
  // All since the last charge was this scope's.
  void charge(uint32_t scope);
  void count_entry(uint32_t scope) { ++scopes_[scope].entries; }
  // Counts from here on; caches and predictions stay as they are.
  void reset_counters();
  void save_counters() {
    saved_ = functions_;
    saved_scopes_ = scopes_;
  }
  // Back to what they were when they were saved, if they were.
  void restore_counters();

  const Settings& settings() const { return settings_; }
  const std::vector<Counters>& functions() const { return functions_; }
  const std::vector<uint64_t>& calls() const { return calls_; }
  // Those that were charged; what total() has beyond them came after the last charge.
  const std::vector<Scope>& scopes() const { return scopes_; }
  Counters total() const;

 private:
  Settings settings_;
  Core core_;
  std::vector<Counters> functions_;
  std::vector<uint64_t> calls_;
  std::vector<Scope> scopes_;
  Counters charged_;  // total() at the last charge
  std::vector<Counters> saved_;
  std::vector<Scope> saved_scopes_;
};

}  // namespace pi0
