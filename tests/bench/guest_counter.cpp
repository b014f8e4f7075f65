#include "tests/bench/guest_counter.h"

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

GuestCounts parse_counts(const nlohmann::json& json) {
  GuestCounts counts;
  counts.cycles = json.at("cycles");
  counts.instructions = json.at("instructions");
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    counts.by_class[i] = json.at("classes").at(pi0::name_of(static_cast<InstructionClass>(i)));
  }
  counts.loads = json.at("loads");
  counts.load_bytes = json.at("load_bytes");
  counts.stores = json.at("stores");
  counts.store_bytes = json.at("store_bytes");
  counts.sdram_bytes =
      json.at("sdram_read_bytes").get<int64_t>() + json.at("sdram_write_bytes").get<int64_t>();
  counts.unknown_preloads = json.at("unknown_preloads");
  return counts;
}

std::string plugin_option(const GuestCounter& counter, const fs::path& output) {
  std::string option =
      host::text("{},out={}", host::qemu_path(counter.plugin), host::qemu_path(output));
  if (!counter.elf.empty()) option += ",elf=" + host::qemu_path(counter.elf);
  if (!counter.from.empty()) {
    option += host::text(",from={},warm={}", counter.from, counter.warm_up);
  }
  if (!counter.scopes.empty()) option += ",scopes=" + counter.scopes;
  if (!counter.to.empty()) option += ",to=" + counter.to;
  for (size_t i = 0; i < counter.bandwidths.size(); ++i) {
    option += (i == 0 ? ",bandwidth=" : ":") + std::to_string(counter.bandwidths[i]);
  }
  return option;
}

void run_to_the_end(host::Emulator& machine, const std::string& at_prompt, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool is_typed = at_prompt.empty();
  while (machine.is_running()) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= Milliseconds(0)) {
      host::fail("the machine did not switch itself off within {} ms.\n{}--- console:\n{}",
                 patience.count(), machine.qemu_messages(), machine.log());
    }
    machine.read(left);
    if (!is_typed && machine.log().ends_with(GuestCounter::kPrompt)) {
      machine.write(at_prompt);
      is_typed = true;
    }
  }
  if (machine.exit_code() != 0) {
    host::fail("QEMU failed ({}).\n{}--- console:\n{}", *machine.exit_code(),
               machine.qemu_messages(), machine.log());
  }
}

}  // namespace

GuestRun count_guest(host::EmulatorOptions options, const GuestCounter& counter,
                     Milliseconds patience, host::Interrupts* interrupts) {
  const host::TemporaryFolder folder;
  const fs::path output = folder.path() / "cycles.json";
  host::open_to_read(counter.plugin);
  options.counts_instructions = true;
  options.extra_arguments.insert(options.extra_arguments.end(),
                                 {"-plugin", plugin_option(counter, output)});
  host::Emulator machine(options, interrupts);
  run_to_the_end(machine, counter.at_prompt, patience);
  if (const std::string messages = machine.qemu_messages();
      messages.find("pi0_cycles:") != std::string::npos) {
    host::fail("{}--- console:\n{}", messages, machine.log());
  }
  GuestRun run;
  auto json = nlohmann::json::parse(host::read_file(output));
  for (const nlohmann::json& one : json) run.machines.push_back(parse_counts(one.at("total")));
  run.functions = std::move(json.at(0).at("functions"));
  run.scopes = std::move(json.at(0).at("scopes"));
  run.console = machine.log();
  return run;
}

}  // namespace bench
