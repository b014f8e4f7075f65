// What a token costs on the emulated board, in instructions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "host-tools/interrupts.h"
#include "tests/bench/guest_counter.h"

namespace bench {

// The kernel tells the same story twice, greedily: up to first_position, and up to end_position.
// What the second one executed beyond the first are the tokens in between, one forward pass and
// one sampling each; start, loading and prompt are in both.
struct GuestFigures {
  static constexpr uint32_t kFirstPosition = 32;
  static constexpr uint32_t kEndPosition = 64;
  static constexpr uint32_t kTokens = kEndPosition - kFirstPosition;

  std::string model;  // file name
  std::string weight_type;
  GuestCounts counts;               // of all kTokens together
  uint64_t matrix_macs = 0;         // per token
  uint64_t attention_macs = 0;      // of all kTokens together
  uint64_t start_instructions = 0;  // power on to the position kFirstPosition, prompt included

  double per_token(uint64_t count) const { return static_cast<double>(count) / kTokens; }
  // Of everything executed, the matrices' multiply-accumulates and the attention's taken together.
  double instructions_per_mac() const;
};

// `kernel` is kernel.img, `plugin` libcount_instructions.so. Throws host::Failure when QEMU is
// missing, the kernel reports an error, or the story ends before kEndPosition.
GuestFigures measure_guest(const std::filesystem::path& model, const std::filesystem::path& kernel,
                           const std::filesystem::path& plugin, host::Interrupts& interrupts);

void print_guest(const std::vector<GuestFigures>& all);
nlohmann::ordered_json to_json(const GuestFigures& figures);

}  // namespace bench
