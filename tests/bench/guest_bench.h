// What a token costs on the emulated board: instructions, counted, and cycles, modelled.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "host-tools/support/interrupts.h"
#include "tests/bench/guest_counter.h"
#include "tests/bench/stretch_request.h"

namespace bench {

// SDRAM in MB/s; what a Pi Zero has, only a board can tell. All else is for the second one.
constexpr std::array<uint32_t, 4> kBandwidths = {300, 350, 400, 600};
constexpr size_t kUsualBandwidth = 1;

// Some tokens in the middle of a story or a prompt, on a machine of each bandwidth.
struct Stretch {
  uint32_t first_position = 0;
  uint32_t end_position = 0;
  std::vector<GuestCounts> machines;  // of all its tokens together
  nlohmann::json functions;           // likewise, at kBandwidths[0]
  nlohmann::json scopes;              // likewise, if the profiler was on
  int64_t matrix_macs = 0;            // likewise
  int64_t attention_macs = 0;
  double streamed_bytes = 0;  // of weights from the card, for a token

  uint32_t tokens() const { return end_position - first_position; }
  // With one machine, it is the usual one.
  const GuestCounts& counts() const { return machines[machines.size() == 1 ? 0 : kUsualBandwidth]; }
  double per_token(int64_t count) const { return static_cast<double>(count) / tokens(); }
  // Of everything executed, matrices and attention taken together.
  double instructions_per_mac() const;
  // On a core at 1 GHz. While weights stream, the card and the core work at the same time.
  double tokens_per_second(size_t machine) const;
};

struct GuestFigures {
  std::string model;  // file name
  std::string weight_type;
  std::string kv_type;  // of the context's keys and values
  double bound = 0;     // tokens/s if nothing but reading the weights once from SDRAM took time
  Stretch story;        // greedy: a forward pass of one token, and one sampling, each
  Stretch prompt;       // tokens within a prompt: eight go through a layer together, without a
                        // classifier
};

// What each operation of the profiler (llama/profiler.h) cost, as the profiler itself has it: its
// own time, without that of the operations within it. Measured with the profiler on, at
// kBandwidths[kUsualBandwidth].
struct ScopeFigures {
  struct Scope {
    std::string operation;
    uint64_t entries = 0;
    nlohmann::json figures;  // as libpi0_cycles.so has them
  };
  std::string model;
  uint32_t first_position = 0;
  uint32_t tokens = 0;        // of a story, that all figures are of together
  GuestCounts counts;         // of everything
  std::vector<Scope> scopes;  // those that were entered, and "rest", the most expensive first
};
ScopeFigures measure_scopes(const std::filesystem::path& model, const std::string& kv,
                            const std::filesystem::path& kernel,
                            const std::filesystem::path& plugin, host::Interrupts& interrupts);
void print_scopes(const ScopeFigures& figures);
nlohmann::ordered_json to_json(const ScopeFigures& figures);

// `kernel` is kernel.img, with kernel.elf beside it; `plugin` libpi0_cycles.so; `kv` a value of the
// setting of that name. Throws host::Failure when QEMU is missing, the kernel reports an error, or
// the story ends too early.
GuestFigures measure_guest(const std::filesystem::path& model, const std::string& kv,
                           const std::filesystem::path& kernel, const std::filesystem::path& plugin,
                           host::Interrupts& interrupts);

// Counts at kBandwidths[kUsualBandwidth] alone. Throws as measure_guest().
Stretch measure_stretch(const std::filesystem::path& model, const StretchRequest& request,
                        const std::filesystem::path& kernel, const std::filesystem::path& plugin,
                        host::Interrupts& interrupts);

// From power on until the model is loaded and checked, and the console asks for a prompt; or, with
// a story at start, until the first token is computed.
struct StartFigures {
  std::string model;
  double prompt_seconds = 0;  // all that the core executes, at 1 GHz and 350 MB/s
  double token_seconds = 0;
  double card_seconds = 0;  // the model's bytes at 20 MB/s
  double line_seconds = 0;  // what the console says before its prompt, at 115200 baud
  // If the core, the card and the line waited for each other all the time.
  double sum() const { return prompt_seconds + card_seconds + line_seconds; }
};
StartFigures measure_start(const std::filesystem::path& model, const std::filesystem::path& kernel,
                           const std::filesystem::path& plugin, host::Interrupts& interrupts);
void print_start(const std::vector<StartFigures>& all);
nlohmann::ordered_json to_json(const StartFigures& figures);

void print_guest(const std::vector<GuestFigures>& all);
// The most expensive functions of a token of a story.
void print_functions(const GuestFigures& figures);
nlohmann::ordered_json to_json(const GuestFigures& figures);
nlohmann::ordered_json functions_to_json(const GuestFigures& figures);

}  // namespace bench
