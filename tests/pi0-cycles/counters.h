// What the model counts: for the whole program, or for a part of it.
#pragma once

#include <array>
#include <cstdint>

#include "tests/pi0-cycles/instruction.h"

namespace pi0 {

struct Counters {
  std::array<uint64_t, kCauseCount> cycles_by_cause{};
  std::array<uint64_t, kInstructionClassCount> instructions_by_class{};
  uint64_t loads = 0, load_bytes = 0;    // as the program asks for them: a word of an LDM each
  uint64_t stores = 0, store_bytes = 0;  // likewise
  uint64_t data_misses = 0;              // line fills by loads
  uint64_t preloads = 0;                 // PLD; those that fetched a line:
  uint64_t preload_fills = 0;
  uint64_t unknown_preloads = 0;  // whose address could not be told: taken as if not there
  uint64_t instruction_misses = 0;
  uint64_t write_backs = 0;     // dirty lines
  uint64_t mispredictions = 0;  // of branches and returns
  uint64_t sdram_read_bytes = 0, sdram_write_bytes = 0;

  uint64_t cycles() const;
  uint64_t instructions() const;
  Counters& operator+=(const Counters& other);
  Counters& operator-=(const Counters& other);
};

}  // namespace pi0
