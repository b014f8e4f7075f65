// A plugin for QEMU: counts what the emulated ARM executes, by class, and what it loads and stores.
//
//   qemu-system-arm ... -plugin libcount_instructions.so,out=FILE
//
// When QEMU ends, FILE holds one JSON object: "instructions", "classes" (the same by class), and
// "loads", "load_bytes", "stores", "store_bytes" (accesses: one for each word of an LDM). The
// counts are those of the moment of the last store to the register that resets the board or
// switches it off; of a program that did neither, those of QEMU's end. How long a program idles
// until QEMU has noticed that it wants to end is different each time. With -icount, two runs of the
// same program that ends by itself give the same file.
//
// An instruction whose condition is not met counts, as it takes a cycle. Instructions are counted
// one by one: a block that touches a device in its middle is left, translated anew and entered
// again, and a count of blocks would have its instructions twice.
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "tests/bench/instruction_class.h"
#include "tests/bench/qemu_plugin.h"

namespace bench {
namespace {

struct Accesses {
  uint64_t count = 0;
  uint64_t bytes = 0;

  void add(uint64_t size) {
    ++count;
    bytes += size;
  }
};

struct Counts {
  std::array<uint64_t, kInstructionClassCount> instructions{};
  Accesses loads;
  Accesses stores;
};

// RSTC of the power manager, where the kernel maps it: a store starts the reset, which is also how
// a Pi is switched off.
constexpr uint64_t kResetControl = 0x2010001c;

// QEMU hands no pointer of ours to on_translated(), so both are global. There is a single core, so
// nobody else changes them meanwhile.
Counts counts;
std::optional<Counts> counts_at_reset;

void on_access(unsigned, qemu_plugin_meminfo_t access, uint64_t address, void*) {
  const uint64_t size = uint64_t{1} << qemu_plugin_mem_size_shift(access);
  const bool is_store = qemu_plugin_mem_is_store(access);
  (is_store ? counts.stores : counts.loads).add(size);
  if (is_store && address == kResetControl) counts_at_reset = counts;
}

InstructionClass class_of(const qemu_plugin_insn* instruction) {
  uint32_t code = 0;
  if (qemu_plugin_insn_size(instruction) != sizeof code) return InstructionClass::kOther;
  std::memcpy(&code, qemu_plugin_insn_data(instruction), sizeof code);
  return classify(code);
}

void on_translated(qemu_plugin_id_t, qemu_plugin_tb* block) {
  const size_t size = qemu_plugin_tb_n_insns(block);
  for (size_t i = 0; i < size; ++i) {
    qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    uint64_t& count = counts.instructions[static_cast<size_t>(class_of(instruction))];
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64, &count, 1);
    qemu_plugin_register_vcpu_mem_cb(instruction, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                     QEMU_PLUGIN_MEM_RW, nullptr);
  }
}

void print_counts(const Counts& at_end, std::FILE* out) {
  uint64_t total = 0;
  for (const uint64_t count : at_end.instructions) total += count;
  std::fprintf(out, "{\"instructions\": %" PRIu64 ", \"classes\": {", total);
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    std::fprintf(out, "%s\"%s\": %" PRIu64, i == 0 ? "" : ", ",
                 name_of(static_cast<InstructionClass>(i)).data(), at_end.instructions[i]);
  }
  std::fprintf(out,
               "}, \"loads\": %" PRIu64 ", \"load_bytes\": %" PRIu64 ", \"stores\": %" PRIu64
               ", \"store_bytes\": %" PRIu64 "}\n",
               at_end.loads.count, at_end.loads.bytes, at_end.stores.count, at_end.stores.bytes);
}

// The file is open from the start on, so that a place that cannot be written to is known at once.
void on_exit(qemu_plugin_id_t, void* file) {
  auto* out = static_cast<std::FILE*>(file);
  print_counts(counts_at_reset.value_or(counts), out);
  if (std::fclose(out) != 0) std::perror("count_instructions: could not write the counts");
}

std::FILE* open_output(int argc, char** argv) {
  constexpr std::string_view kOut = "out=";
  if (argc != 1 || !std::string_view(argv[0]).starts_with(kOut)) {
    std::fputs("count_instructions: takes one argument, out=FILE\n", stderr);
    return nullptr;
  }
  const char* path = argv[0] + kOut.size();
  std::FILE* out = std::fopen(path, "w");
  if (out == nullptr) std::fprintf(stderr, "count_instructions: cannot write to %s\n", path);
  return out;
}

}  // namespace
}  // namespace bench

extern "C" {

[[gnu::visibility("default")]] extern const int qemu_plugin_version;
const int qemu_plugin_version = 1;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*,
                                                       int argc, char** argv) {
  std::FILE* out = bench::open_output(argc, argv);
  if (out == nullptr) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, bench::on_translated);
  qemu_plugin_register_atexit_cb(id, bench::on_exit, out);
  return 0;
}
}
