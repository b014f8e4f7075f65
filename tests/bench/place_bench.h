// A token at any place of a context, and a prompt of any length, on the emulated board: what they
// cost by operation and layer, and how that changes with position, context, memory, and the type of
// keys and values. `bench --positions`, `bench --prompts`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/emulator/emulator.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "llama/model/config.h"
#include "tests/bench/guest_counter.h"

namespace bench {

// The board that the model is on.
struct Place {
  std::string kv = "q8_0";
  uint32_t context = 0;  // 0: the model's own
  std::string ram_mib;   // as the setting; empty: all. What does not fit is streamed.
};

struct PlaceFigures {
  std::string model;  // file name
  Place place;
  bool is_prompt = false;
  uint32_t tokens = 0;  // of the prompt, or before the token that was measured
  uint64_t macs = 0;    // of matrices, then of attention
  uint64_t attention_macs = 0;
  uint64_t pinned_bytes = 0, streamed_bytes = 0;  // of weights; the latter of each pass
  GuestCounts counts;                             // at kBandwidths[kUsualBandwidth]
  // Cycles of each operation, its own, that took any; layer -1: of none.
  struct Scope {
    std::string operation;
    int layer;
    uint64_t cycles;
  };
  std::vector<Scope> scopes;
};
nlohmann::ordered_json to_json(const PlaceFigures& figures);
void print_places(const std::vector<PlaceFigures>& all);

class PlaceBench {
 public:
  // Boots once, to ask where the profiler's table lies. Throws host::Failure, as the others do,
  // when QEMU is missing, the kernel reports an error, or the model ends its text too early.
  PlaceBench(const std::filesystem::path& model, const Place& place,
             const std::filesystem::path& kernel, const std::filesystem::path& plugin,
             host::Interrupts& interrupts);

  // The token that has `position` others before it, all of them a prompt; at least 1.
  PlaceFigures token_at(uint32_t position);
  // From the prompt's first pass until the first token is chosen.
  PlaceFigures prompt_of(uint32_t tokens);

 private:
  PlaceFigures measure(uint32_t prompt_tokens, bool is_prompt);
  GuestRun tell(uint32_t prompt_tokens, const char* records);
  GuestRun tell_on(uint32_t prompt_tokens);

  std::filesystem::path model_;
  Place place_;
  host::Interrupts& interrupts_;
  llama::ModelConfig config_;
  uint32_t tokens_before_digits_ = 0;
  const char* repeat_penalty_ = "1";
  nlohmann::json model_record_;
  host::TemporaryFolder folder_;
  host::EmulatorOptions options_;
  GuestCounter counter_;
};

}  // namespace bench
