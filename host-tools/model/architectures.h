// The architectures of models that are read: one table, a row for each. All are Llama's forward
// pass with more tensors, other orders of rows or other defaults; what GGUF and Hugging Face call
// them, and what their files leave unsaid, is here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host-tools/model/stored_weights.h"

namespace host {

// A tensor that Llama does without.
struct ExtraTensor {
  llama::TensorRole role;
  // The flag of config.json that says whether a model has it; GGUF files have none, and their
  // tensors say it. Null: all models of the architecture have it.
  const char* flag = nullptr;
};

// In which layers a position looks back at `sliding_window` others at most.
enum class Windows : uint8_t {
  kNone,
  kAllLayers,    // unless that is null
  kLaterLayers,  // from `max_window_layers` on, if `use_sliding_window` says so
};

struct Architecture {
  const char* hugging_face;  // "model_type"
  // "general.architecture", and how all keys of its own begin. Null: such models have the first
  // architecture's name there.
  const char* gguf;
  RowOrder gguf_order;
  bool has_rope_divisors;  // GGUF's tensor of Llama 3's RoPE scaling
  Windows windows;
  std::span<const ExtraTensor> extras;
  // What config.json means where it does not say (transformers' classes of the name); 0: as many
  // heads as queries have, and the width divided by those.
  uint32_t default_context;
  uint32_t default_kv_heads;
  uint32_t default_head_size;
};

// Null for a name that is not in the table.
const Architecture* find_gguf_architecture(std::string_view name);
const Architecture* find_hugging_face_architecture(std::string_view model_type);
// "llama", "mistral" ..: those of a program, for messages.
std::string architecture_names(NamedBy program);

}  // namespace host
