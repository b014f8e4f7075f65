// Runs a program on the emulated board from power on to power off, and counts what it executes and
// what that would take on a Pi Zero.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/emulator/emulator.h"
#include "tests/pi0-cycles/instruction_class.h"

namespace bench {

using pi0::InstructionClass;
using pi0::kInstructionClassCount;

// What libpi0_cycles.so wrote of one machine (tests/pi0-cycles/README.md).
struct GuestCounts {
  int64_t cycles = 0;
  int64_t instructions = 0;
  std::array<int64_t, kInstructionClassCount> by_class{};
  int64_t loads = 0, load_bytes = 0;
  int64_t stores = 0, store_bytes = 0;
  int64_t sdram_bytes = 0;       // both ways
  int64_t unknown_preloads = 0;  // PLDs that the model could not follow

  int64_t of(InstructionClass instruction_class) const {
    return by_class[static_cast<size_t>(instruction_class)];
  }
  bool operator==(const GuestCounts&) const = default;
};

// The plugin, and which stretch of the run it counts: everything, by default.
struct GuestCounter {
  static constexpr std::string_view kPrompt = "\n> ";  // the console's

  std::filesystem::path plugin;
  std::filesystem::path elf;                 // with symbols; for `from` and `to`
  std::string from, to;                      // "function:3": the third time that it is entered
  uint64_t warm_up = 1;                      // entries before `from` that are modelled, too
  std::vector<uint32_t> bandwidths = {350};  // of SDRAM in MB/s: a machine each
  std::string at_prompt;                     // typed when the console has its first prompt
  std::string scopes;                        // the profiler's table, as the plugin takes it
};

struct GuestRun {
  std::vector<GuestCounts> machines;  // one for each bandwidth
  // What each function of the first machine cost, the most expensive first: "name", "cycles"...
  nlohmann::json functions;
  nlohmann::json scopes;  // of the first machine, in the order of the profiler's table
  std::string console;

  const GuestCounts& counts() const { return machines.front(); }
};

// Boots with exact counting; the program switches the machine off by itself. Throws host::Failure,
// with the console, when it does not end in time, ends before `to`, or QEMU fails.
GuestRun count_guest(host::EmulatorOptions options, const GuestCounter& counter,
                     std::chrono::milliseconds patience, host::Interrupts* interrupts = nullptr);

}  // namespace bench
