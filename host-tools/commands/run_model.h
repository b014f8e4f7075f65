// What `barellama run` does: one story, or one conversation, of a model on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host-tools/commands/run_profile.h"
#include "llama/sampler.h"

namespace host {

struct RunOptions {
  std::string model;
  std::string prompt;
  bool chat = false;
  std::string system;
  uint32_t steps = 0;
  bool ignore_eos = false;
  llama::SamplerSettings sampling{.temperature = 0.8f};  // but for the seed
  uint64_t seed = 0;                                     // 0: the time
  bool is_seed_told = false;                             // also without statistics
  uint32_t context = 0;
  llama::KvType kv = llama::KvType::kF32;
  std::optional<double> ram_mib;
  std::optional<std::string> logits;
  bool hash = false;
  bool json = false;
  RunProfile::Options profile;
};

// Throws Failure.
void run_model(const RunOptions& options);

}  // namespace host
