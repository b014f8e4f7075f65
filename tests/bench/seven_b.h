// Llama-2-7B on the emulated board: its shape with random weights, streamed from a card, with the
// kernel and the memory of a Pi Zero; beside what this machine computes with all weights in memory,
// and what the plan said before. `bench --seven-b`; takes minutes and gigabytes.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"
#include "llama/plan.h"

namespace bench {

struct SevenBOptions {
  std::vector<std::string> types;  // of weights; empty: not asked for
  std::string folder;              // for models and cards
  bool keeps = false;              // the models
};

void add_seven_b_options(CLI::App& app, SevenBOptions& options);

// What a run on the board said of itself.
struct SevenBRun {
  std::string hash;
  uint32_t prompt_tokens = 0;
  uint32_t tokens = 0;  // generated, the last of them without a pass
  uint32_t context = 0;
  uint64_t ram_bytes = 0;   // for the model and its state
  uint64_t peak_bytes = 0;  // of these
  uint64_t pinned_bytes = 0;
  std::vector<uint64_t> pass_bytes;  // from the card: the prompt's, then each token's
  std::vector<double> pass_s;        // of the emulator: nothing of the board's speed
};

struct SevenBFigures {
  std::string type;
  uint64_t model_bytes = 0;
  uint32_t parts = 1;
  SevenBRun run;
  std::string host_hash;
  llama::Plan plan;

  // Same bits as this machine's, and of memory and card what the plan said.
  bool is_as_planned() const;
};

// Throws host::Failure when the board prints nothing. `kernel` is a raw image.
SevenBFigures measure_seven_b(const std::string& type, const SevenBOptions& options,
                              const std::filesystem::path& kernel,
                              const std::filesystem::path& barellama, host::Interrupts& interrupts);

void print_seven_b(const SevenBFigures& figures);
nlohmann::ordered_json to_json(const SevenBFigures& figures);

// Measures and prints all that was asked for, adds it to `json`, and returns the exit code.
int run_seven_b(const SevenBOptions& options, const std::filesystem::path& kernel,
                nlohmann::ordered_json& json, host::Interrupts& interrupts);

}  // namespace bench
