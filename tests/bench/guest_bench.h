// What a token costs on the emulated board, in instructions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "host-tools/interrupts.h"
#include "tests/bench/guest_counter.h"

namespace bench {

// The difference of two runs of the kernel that differ in their last positions only: start and
// loading are in both, and nothing depends on chance.
struct Stretch {
  uint32_t first_position = 0;
  uint32_t end_position = 0;
  GuestCounts counts;       // of all its tokens together
  int64_t matrix_macs = 0;  // likewise
  int64_t attention_macs = 0;

  uint32_t tokens() const { return end_position - first_position; }
  double per_token(int64_t count) const { return static_cast<double>(count) / tokens(); }
  // Of everything executed, matrices and attention taken together.
  double instructions_per_mac() const;
};

struct GuestFigures {
  std::string model;  // file name
  std::string weight_type;
  Stretch story;   // greedy: a forward pass of one token, and one sampling, each
  Stretch prompt;  // tokens within a prompt: several go through a layer together, without a
                   // classifier
};

// `kernel` is kernel.img, `plugin` libpi0_cycles.so. Throws host::Failure when QEMU is
// missing, the kernel reports an error, or the story ends too early.
GuestFigures measure_guest(const std::filesystem::path& model, const std::filesystem::path& kernel,
                           const std::filesystem::path& plugin, host::Interrupts& interrupts);

void print_guest(const std::vector<GuestFigures>& all);
nlohmann::ordered_json to_json(const GuestFigures& figures);

}  // namespace bench
