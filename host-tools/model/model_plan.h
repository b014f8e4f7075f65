// The plan of a model for a board (llama/plan.h), from its file.
#pragma once

#include <filesystem>
#include <string>

#include "llama/plan.h"

namespace host {

// What a Pi Zero's cores have of its 512 MiB: the GPU takes 16. The kernel itself needs 1 or 2.
constexpr double kPiZeroRamMib = 496;

struct BoardOptions {
  double ram_mib = kPiZeroRamMib;  // MiB for the model and its state, as the kernel's setting
  uint32_t context = 0;
  llama::KvType kv = llama::KvType::kF32;
  bool all_logits = false;  // as the kernel needs them for its setting `hash`
};

// Throws Failure, with the file's name: also for a model that does not fit, with what it needs.
llama::Plan plan_for_board(const std::filesystem::path& model, const BoardOptions& options);
// The same of a model in `parts` files that is read from somewhere else: no weight is. `name` is
// for messages.
llama::Plan plan_for_board(llama::WeightSource& source, uint32_t parts, const std::string& name,
                           const BoardOptions& options);

}  // namespace host
