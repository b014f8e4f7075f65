// Runs a program on the emulated board from power on to power off, and counts what it executes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "host-tools/emulator.h"
#include "host-tools/pi0-cycles/instruction_class.h"

namespace bench {

using pi0::InstructionClass;
using pi0::kInstructionClassCount;

// What libpi0_cycles.so wrote (host-tools/pi0-cycles/plugin.cpp).
struct GuestCounts {
  int64_t cycles = 0;
  int64_t instructions = 0;
  std::array<int64_t, kInstructionClassCount> by_class{};
  int64_t loads = 0, load_bytes = 0;
  int64_t stores = 0, store_bytes = 0;

  int64_t of(InstructionClass instruction_class) const {
    return by_class[static_cast<size_t>(instruction_class)];
  }
  bool operator==(const GuestCounts&) const = default;
};

// What `longer` did beyond `shorter`. A class that has little to do with the difference may come
// out a little below zero: two runs print numbers of other digits.
GuestCounts operator-(const GuestCounts& longer, const GuestCounts& shorter);

struct GuestRun {
  GuestCounts counts;
  std::string console;
};

// Boots with exact counting; the program switches the machine off by itself. `plugin` is
// libpi0_cycles.so. Throws host::Failure, with the console, when it does not end in time or
// QEMU fails.
GuestRun count_guest(host::EmulatorOptions options, const std::filesystem::path& plugin,
                     std::chrono::milliseconds patience, host::Interrupts* interrupts = nullptr);

}  // namespace bench
