// The loops of tests/bench/micro on the model of the core, beside what is published of the core or
// of boards that have it.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "host-tools/support/interrupts.h"

namespace bench {

struct MicroFigures {
  std::map<std::string, double> cycles;  // by function, each entered once
  double mix_cycles = 0;                 // of a round of tests/bench/micro/mix.h
  double mix_instructions = 0;

  // As of a Dhrystone: rounds per second by the 1757 of a VAX 11/780, by the clock in MHz.
  double mips_per_mhz() const { return 1e6 / mix_cycles / 1757; }
  // Of the function that goes through a MiB, in 10^6 bytes per second, at 1 GHz.
  double megabytes_per_second(const std::string& function) const {
    return (1 << 20) * 1e3 / cycles.at(function);
  }
};

// `folder` has bench_micro.img and .elf. Throws host::Failure.
MicroFigures measure_micro(const std::filesystem::path& folder, const std::filesystem::path& plugin,
                           host::Interrupts* interrupts = nullptr);

// A loop of tests/bench/micro/loops.S, and the cycles that the manual of the core (ARM DDI 0301H)
// gives for a round of it: 16 times the body, SUBS and BNE, which may hide behind the body's
// stalls.
struct Loop {
  const char* function;
  double manual_cycles;
};
std::span<const Loop> known_loops();
constexpr double kLoopRounds = 1000;

void print_micro(const MicroFigures& figures);
// Arrays "core", beside what is published, and "loops", beside the manual.
nlohmann::ordered_json to_json(const MicroFigures& figures);

}  // namespace bench
