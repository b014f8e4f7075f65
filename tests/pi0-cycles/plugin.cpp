// A plugin for QEMU: what the program that the emulated board runs would cost on an ARM1176, by
// function and by what the core waits for.
//
//   qemu-system-arm ... -plugin libpi0_cycles.so,table=FILE[,out=FILE][,elf=kernel.elf]...
//
// plugin_options.h has the arguments, README.md in this folder the meaning. What is counted ends
// with the last store to the register that resets the board or switches it off; of a program that
// did neither, with QEMU: how long a program idles until QEMU has noticed that it wants to end is
// different each time. With -icount, two runs of the same program give the same figures.
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/pi0-cycles/machine.h"
#include "tests/pi0-cycles/plugin_options.h"
#include "tests/pi0-cycles/qemu_plugin.h"
#include "tests/pi0-cycles/report.h"
#include "tests/pi0-cycles/symbols.h"

namespace pi0 {
namespace {

// RSTC of the power manager, where the kernel maps it: a store starts the reset, which is also how
// a Pi is switched off.
constexpr uint32_t kResetControl = 0x2010001c;

struct Executed {
  Instruction instruction;
  bool is_entry = false;  // of its function
  bool is_mark = false;   // one of from's or to's functions begins here
};

// Before the part that is modelled only the marks are watched, and after it nothing, so that QEMU
// runs at its full speed.
enum class Phase { kBefore, kModelling, kOver };

class Plugin {
 public:
  explicit Plugin(const PluginOptions& options);

  Executed* translate(uint32_t address, uint32_t code);
  // Each of these is called before an instruction is executed. True when the phase has changed.
  bool execute(const Executed* next);
  bool pass_mark(uint32_t address);
  void lock_ways(uint32_t ways);
  void access(uint32_t address, uint32_t bytes, bool is_store);
  void report();

  Phase phase() const { return phase_; }

 private:
  void finish_pending(uint32_t next_address);
  void charge(uint32_t address);
  uint32_t mark_address(const Mark& mark) const;

  PluginOptions options_;
  Symbols symbols_;
  uint32_t from_address_ = ~0u, to_address_ = ~0u;
  uint64_t from_count_ = 0, to_count_ = 0;
  Phase phase_ = Phase::kModelling;
  std::deque<Machine> machines_;
  std::FILE* out_ = nullptr;
  std::FILE* table_ = nullptr;

  std::deque<Executed> translated_;
  std::unordered_map<uint64_t, Executed*> by_code_;  // address << 32 | code
  // The instruction that QEMU executes now: its accesses are still coming, and where it leads to
  // shows when the next one begins.
  const Executed* pending_ = nullptr;
  Accesses accesses_;
};

std::FILE* open_output(const std::string& path) {
  if (path.empty()) return nullptr;
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write to " + path);
  return file;
}

Plugin::Plugin(const PluginOptions& options) : options_(options) {
  if (!options.elf.empty()) symbols_ = Symbols::read_elf(options.elf);
  if (options.from.count != 0) {
    from_address_ = mark_address(options.from);
    if (options.warm_up < options.from.count) phase_ = Phase::kBefore;
  }
  if (options.to.count != 0) to_address_ = mark_address(options.to);
  for (const Settings& settings : options.machines) {
    machines_.emplace_back(settings, symbols_.names().size(), options.scopes.scopes);
  }
  out_ = open_output(options.out);
  table_ = open_output(options.table);
}

uint32_t Plugin::mark_address(const Mark& mark) const {
  const auto address = symbols_.find(mark.function);
  if (!address) throw std::runtime_error(options_.elf + ": has no function " + mark.function);
  return *address;
}

Executed* Plugin::translate(uint32_t address, uint32_t code) {
  Executed*& known = by_code_[uint64_t{address} << 32 | code];
  if (known == nullptr) {
    known = &translated_.emplace_back();
    known->instruction = decode(address, code);
    known->instruction.function = symbols_.function_at(address);
    known->is_entry = symbols_.begins_at(address);
    known->is_mark = address == from_address_ || address == to_address_;
  }
  return known;
}

bool Plugin::pass_mark(uint32_t address) {
  const Phase old_phase = phase_;
  if (address == from_address_) {
    ++from_count_;
    const bool is_near = from_count_ + options_.warm_up >= options_.from.count;
    if (phase_ == Phase::kBefore && is_near) phase_ = Phase::kModelling;
    if (from_count_ == options_.from.count) {
      for (Machine& machine : machines_) machine.reset_counters();
    }
  }
  if (address == to_address_ && ++to_count_ == options_.to.count) phase_ = Phase::kOver;
  return phase_ != old_phase;
}

bool Plugin::execute(const Executed* next) {
  if (phase_ != Phase::kModelling) return false;
  const uint32_t address = next->instruction.address;
  finish_pending(address);
  const bool has_changed = next->is_mark && pass_mark(address);
  if (has_changed) return true;
  pending_ = next;
  if (next->is_entry) {
    for (Machine& machine : machines_) machine.count_call(next->instruction.function);
  }
  return false;
}

void Plugin::lock_ways(uint32_t ways) {
  for (Machine& machine : machines_) machine.lock_ways(ways);
}

void Plugin::finish_pending(uint32_t next_address) {
  if (pending_ == nullptr) return;
  for (Machine& machine : machines_) {
    machine.execute(pending_->instruction, accesses_, next_address);
  }
  pending_ = nullptr;
  accesses_ = {};
}

void Plugin::access(uint32_t address, uint32_t bytes, bool is_store) {
  if (pending_ == nullptr) return;
  if (!accesses_.any()) accesses_.address = address;
  ++(is_store ? accesses_.stores : accesses_.loads);
  (is_store ? accesses_.store_bytes : accesses_.load_bytes) += bytes;
  const ScopeTable& scopes = options_.scopes;
  if (is_store && address >= scopes.address && address < scopes.end()) charge(address);
  if (is_store && address == kResetControl) {
    finish_pending(pending_->instruction.address + 4);
    for (Machine& machine : machines_) machine.save_counters();
  }
}

void Plugin::charge(uint32_t address) {
  const ScopeTable& table = options_.scopes;
  const uint32_t offset = address - table.address;
  const uint32_t scope = offset / table.cell_bytes % table.scopes;
  const uint32_t within = offset % table.cell_bytes;
  for (Machine& machine : machines_) {
    if (within == 0) machine.charge(scope);
    if (within == table.count_at) machine.count_entry(scope);
  }
}

void Plugin::report() {
  if (phase_ != Phase::kOver) {
    for (Machine& machine : machines_) machine.restore_counters();
  }
  if (phase_ != Phase::kOver && options_.to.count != 0) {
    std::fprintf(stderr,
                 "pi0_cycles: the program ended before %s was entered for the %" PRIu64 ". time\n",
                 options_.to.function.c_str(), options_.to.count);
  }
  if (table_ != nullptr) {
    for (const Machine& machine : machines_) {
      print_table(machine, symbols_, options_.functions, table_);
    }
    if (std::fclose(table_) != 0) std::perror("pi0_cycles: could not write the table");
  }
  if (out_ == nullptr) return;
  std::fputs("[", out_);
  for (size_t i = 0; i < machines_.size(); ++i) {
    if (i != 0) std::fputs(",\n", out_);
    print_json(machines_[i], symbols_, out_);
  }
  std::fputs("]\n", out_);
  if (std::fclose(out_) != 0) std::perror("pi0_cycles: could not write the figures");
}

// QEMU hands no pointer of ours to on_translated(). There is a single core, so nothing else uses
// them meanwhile. The plugin is never deleted: QEMU asks for the report after our globals are gone.
Plugin* plugin = nullptr;
qemu_plugin_id_t plugin_id = 0;

void watch(qemu_plugin_id_t id);

void on_access(unsigned, qemu_plugin_meminfo_t access, uint64_t address, void*) {
  plugin->access(static_cast<uint32_t>(address), 1u << qemu_plugin_mem_size_shift(access),
                 qemu_plugin_mem_is_store(access));
}

void on_execution(unsigned, void* data) {
  if (plugin->execute(static_cast<const Executed*>(data))) qemu_plugin_reset(plugin_id, watch);
}

void on_mark(unsigned, void* data) {
  const uint32_t address = static_cast<const Executed*>(data)->instruction.address;
  if (plugin->pass_mark(address)) qemu_plugin_reset(plugin_id, watch);
}

// Locked ways last: those from before what is modelled count, too.
void on_lockdown(unsigned, void* ways) {
  plugin->lock_ways(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(ways)));
}

// What an instruction moves to the lockdown register, if the one before it made that.
std::optional<uint32_t> locked_ways(const Executed* before, const Executed& move) {
  if (before == nullptr || !move.instruction.sets_lockdown) return {};
  AddressTracker tracker;
  tracker.follow(before->instruction, false, 0);
  return tracker.moved(move.instruction);
}

void on_translated(qemu_plugin_id_t, qemu_plugin_tb* block) {
  const size_t size = qemu_plugin_tb_n_insns(block);
  const Executed* before = nullptr;
  for (size_t i = 0; i < size; ++i) {
    qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    uint32_t code = 0;
    if (qemu_plugin_insn_size(instruction) == sizeof code) {
      std::memcpy(&code, qemu_plugin_insn_data(instruction), sizeof code);
    }
    const auto address = static_cast<uint32_t>(qemu_plugin_insn_vaddr(instruction));
    Executed* executed = plugin->translate(address, code);
    if (plugin->phase() == Phase::kModelling) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_execution, QEMU_PLUGIN_CB_NO_REGS,
                                             executed);
      qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                       QEMU_PLUGIN_MEM_RW, nullptr);
    } else if (executed->is_mark) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                             executed);
    } else if (const auto ways = locked_ways(before, *executed)) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_lockdown, QEMU_PLUGIN_CB_NO_REGS,
                                             reinterpret_cast<void*>(uintptr_t{*ways}));
    }
    before = executed;
  }
}

void on_exit(qemu_plugin_id_t, void*) { plugin->report(); }

// Has QEMU call us, as the phase needs it.
void watch(qemu_plugin_id_t id) {
  if (plugin->phase() != Phase::kOver) qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
}

}  // namespace
}  // namespace pi0

extern "C" {

[[gnu::visibility("default")]] extern const int qemu_plugin_version;
const int qemu_plugin_version = 1;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*,
                                                       int argc, char** argv) {
  try {
    pi0::plugin = new pi0::Plugin(pi0::parse_options(std::vector<std::string>(argv, argv + argc)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pi0_cycles: %s\n", error.what());
    return -1;
  }
  pi0::plugin_id = id;
  pi0::watch(id);
  return 0;
}
}
