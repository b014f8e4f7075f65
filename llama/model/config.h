// What a Llama model is, before any weight is read. Symbols keep their names from llama2.c and the
// papers (Touvron et al. 2023, "Llama 2"; RoPE: Su et al. 2021; GQA: Ainslie et al. 2023).
#pragma once

#include <cstdint>

#include "base/status.h"

namespace llama {

enum class RopeScaling : uint32_t { kNone = 0, kLlama3 = 1, kLinear = 2, kYarn = 3 };
enum class ChatTemplate : uint32_t {
  kNone = 0,
  kLlama2 = 1,
  kZephyr = 2,
  kChatMl = 3,
  kLlama3 = 4,
  kLlama31 = 5
};

struct ModelConfig {
  uint32_t dim;         // width of the residual stream
  uint32_t hidden_dim;  // width of the feed-forward layer
  uint32_t n_layers;
  uint32_t n_heads;     // query heads
  uint32_t n_kv_heads;  // key and value heads; each serves n_heads / n_kv_heads query heads
  uint32_t head_size;   // dim / n_heads in most models, but a size of its own
  uint32_t vocab_size;
  uint32_t context;  // the most positions that the model was made for
  float rope_base;   // theta; 10000 for Llama 2, 500000 for Llama 3
  float norm_eps;
  RopeScaling rope_scaling;
  // Of the scalings that have them (llama/model/rope_scaling.h); otherwise 0.
  float rope_factor;
  float rope_low_freq_factor;
  float rope_high_freq_factor;
  uint32_t rope_original_context;
  bool tied_classifier;  // the embedding table is the classifier
  ChatTemplate chat_template;
  uint32_t n_experts = 0;      // of each layer's feed-forward; 0: it is not a mixture of experts
  float rope_turn_factor = 0;  // of RoPE's cosines and sines; 0: none
  uint32_t window = 0;  // positions, its own among them, that some layer looks back at; 0: all

  constexpr uint32_t q_dim() const { return n_heads * head_size; }
  constexpr uint32_t kv_dim() const { return n_kv_heads * head_size; }
  // The most positions that are computed: within its window a model looks back at all of them.
  constexpr uint32_t longest_context() const {
    return window != 0 && window < context ? window : context;
  }
};

// Bounds that keep every product of two of them within 64 bits, far above any model that could be
// streamed. kCorrupt names the first value that cannot be; kUnsupported: a choice
// that this program does not know.
base::Status validate(const ModelConfig& config);

}  // namespace llama
