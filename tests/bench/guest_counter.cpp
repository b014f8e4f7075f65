#include "tests/bench/guest_counter.h"

#include "host-tools/failure.h"
#include "host-tools/files.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

// In QEMU's option strings a comma is written twice.
std::string escaped(const fs::path& path) {
  std::string result;
  for (const char letter : fs::absolute(path).string()) {
    result += letter;
    if (letter == ',') result += letter;
  }
  return result;
}

GuestCounts parse_counts(const std::string& text) {
  const auto json = nlohmann::json::parse(text).at(0).at("total");
  GuestCounts counts;
  counts.cycles = json.at("cycles");
  counts.instructions = json.at("instructions");
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    counts.by_class[i] = json.at("classes").at(name_of(static_cast<InstructionClass>(i)));
  }
  counts.loads = json.at("loads");
  counts.load_bytes = json.at("load_bytes");
  counts.stores = json.at("stores");
  counts.store_bytes = json.at("store_bytes");
  return counts;
}

void run_to_the_end(host::Emulator& machine, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (machine.is_running()) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= Milliseconds(0)) {
      host::fail("the machine did not switch itself off within {} ms.\n{}--- console:\n{}",
                 patience.count(), machine.qemu_messages(), machine.log());
    }
    machine.read(left);
  }
  if (machine.exit_code() != 0) {
    host::fail("QEMU failed ({}).\n{}--- console:\n{}", *machine.exit_code(),
               machine.qemu_messages(), machine.log());
  }
}

}  // namespace

GuestCounts operator-(const GuestCounts& longer, const GuestCounts& shorter) {
  GuestCounts counts;
  counts.cycles = longer.cycles - shorter.cycles;
  counts.instructions = longer.instructions - shorter.instructions;
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    counts.by_class[i] = longer.by_class[i] - shorter.by_class[i];
  }
  counts.loads = longer.loads - shorter.loads;
  counts.load_bytes = longer.load_bytes - shorter.load_bytes;
  counts.stores = longer.stores - shorter.stores;
  counts.store_bytes = longer.store_bytes - shorter.store_bytes;
  return counts;
}

GuestRun count_guest(host::EmulatorOptions options, const fs::path& plugin, Milliseconds patience,
                     host::Interrupts* interrupts) {
  const host::TemporaryFolder folder;
  const fs::path counts = folder.path() / "counts.json";
  host::open_to_read(plugin);
  options.counts_instructions = true;
  options.extra_arguments.insert(
      options.extra_arguments.end(),
      {"-plugin", host::text("{},out={}", escaped(plugin), escaped(counts))});
  host::Emulator machine(options, interrupts);
  run_to_the_end(machine, patience);
  return {parse_counts(host::read_file(counts)), machine.log()};
}

}  // namespace bench
