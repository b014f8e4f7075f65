// How fast a board is: what its card sends, and how many cycles its core takes for each thing that
// a pass consists of. llama/work.h says what these things are, and llama/plan.h adds them up.
//
// The values of a Pi Zero are in pace_values.h, which `./dev bench --write-pace` writes. A line of
// text replaces some of them, as /bench prints it and the setting `pace` takes it:
//
//   card:21.3,read:2.6,q8_0.1:0.04
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "llama/pace/pace_values.h"

namespace llama {

class Pace {
 public:
  // Of a Pi Zero.
  Pace();

  // 4 bits at 50 MHz are 25e6, less what commands take.
  double card_bytes_per_s = 20e6;
  double core_hz = kPaceCoreHz;

  // Cycles; nothing: there is no such value.
  std::optional<double> cycles(std::string_view name) const;
  // The most that a value has whose name ends like this: 0 without one.
  double most_cycles(std::string_view ending) const;
  // False: there is no such value. "card" is in MB/s.
  bool set(std::string_view name, double value);

  // Replaces what the line names, or nothing. kInvalidArgument names the part that cannot be.
  base::Status apply(std::string_view line);

 private:
  std::array<double, std::size(kPaceValues)> cycles_;
};

}  // namespace llama
