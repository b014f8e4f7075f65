// The timing of an ARM1176JZF-S with its VFP11, instruction by instruction: in order, one per
// cycle, each waiting for its operands and for the units that it needs.
//
// Not modelled, or not exactly: TLB misses (sections of 1 MiB:
// one miss per million bytes), what cache maintenance does to the caches, uncached memory, and the
// length of the instruction queue (TRM 16: "approximate" says ARM of its own tables).
#pragma once

#include <array>
#include <cstdint>

#include "tests/pi0-cycles/address_tracker.h"
#include "tests/pi0-cycles/branch_predictor.h"
#include "tests/pi0-cycles/cache.h"
#include "tests/pi0-cycles/counters.h"
#include "tests/pi0-cycles/data_side.h"
#include "tests/pi0-cycles/instruction.h"
#include "tests/pi0-cycles/sdram.h"
#include "tests/pi0-cycles/settings.h"

namespace pi0 {

// What an instruction loaded or stored: one stretch of memory.
struct Accesses {
  uint32_t address = 0;
  uint32_t load_bytes = 0, store_bytes = 0;
  uint32_t loads = 0, stores = 0;

  bool any() const { return loads + stores != 0; }
};

class Core {
 public:
  explicit Core(const Settings& settings);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // An instruction that was executed, in order, with the address of the one after it. A load or
  // store without accesses is one whose condition was not met. What it costs is added to
  // `counters`.
  void execute(const Instruction& instruction, const Accesses& accesses, uint32_t next_address,
               Counters& counters);

  // Locks ways of the data cache: bits 0 to 3.
  void lock_ways(uint32_t ways) { data_.lock(ways); }

  uint64_t now() const { return now_; }

 private:
  void fetch(uint32_t address, Counters& counters);
  void wait_until(uint64_t time, Cause cause, Counters& counters);
  void wait_for_operands(const Instruction& instruction, Counters& counters);
  void consider(Registers registers, int64_t adjustment, uint64_t& latest, Cause& cause) const;
  void consider_list(Registers list, int64_t adjustment, uint64_t& latest, Cause& cause) const;
  void consider_results(Registers results, uint8_t latency, uint64_t& latest, Cause& cause) const;
  void consider_readers(Registers results, uint64_t& latest, Cause& cause) const;
  void synchronize(const Instruction& instruction, Counters& counters);
  void follow_vector_length(const Instruction& instruction);
  bool is_vector(const Instruction& instruction) const;
  void execute_vector(const Instruction& instruction, Counters& counters);
  void use_pipe(const Instruction& instruction, Counters& counters);
  void access_memory(const Instruction& instruction, const Accesses& accesses, Counters& counters);
  void load(const Instruction& instruction, const Accesses& accesses, Counters& counters);
  void store(const Instruction& instruction, const Accesses& accesses, Counters& counters);
  void control_cache(const Instruction& instruction, Counters& counters);
  void preload(const Instruction& instruction, Counters& counters);
  void set_ready(Registers registers, uint64_t ready, Cause cause);
  void finish(const Instruction& instruction, uint32_t next_address, Counters& counters);

  Sdram sdram_;
  Cache instruction_cache_;
  DataSide data_;
  BranchPredictor predictor_;
  AddressTracker addresses_;

  uint64_t now_ = 0;  // when the next instruction may issue
  uint32_t fetched_line_ = ~0u;
  // Of each register: from when on an instruction that needs it normally may issue, and why then.
  std::array<uint64_t, kRegisterCount> ready_{};
  std::array<Cause, kRegisterCount> cause_{};
  Registers updated_bases_ = 0;  // came from the address unit: no wait for another address
  uint64_t flags_set_at_ = 0;
  uint64_t load_store_free_ = 0;
  Cause load_store_cause_ = Cause::kLoadStoreBusy;
  std::array<uint64_t, 3> pipe_free_{};  // by Pipe
  uint64_t vfp_idle_ = 0;                // all of its results are there
  uint32_t vector_length_ = 1;           // FPSCR.LEN
  Registers length_register_ = 0;        // a core register that was given a vector length
  uint32_t length_to_come_ = 1;
  // Of each register: until when a vector operation has still to read it.
  std::array<uint64_t, kRegisterCount> read_until_{};
};

}  // namespace pi0
