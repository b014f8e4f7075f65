#include "llama/model/config.h"

#include "llama/model/rope_scaling.h"

namespace llama {
namespace {

struct Bound {
  const char* message;
  uint32_t value;
  uint32_t least;
  uint32_t most;
};

}  // namespace

base::Status validate(const ModelConfig& config) {
  const Bound bounds[] = {
      {"the model's dim is {}, but must be 1 to {}", config.dim, 1, 1u << 16},
      {"the model's hidden_dim is {}, but must be 1 to {}", config.hidden_dim, 1, 1u << 18},
      {"the model has {} layers, but must have 1 to {}", config.n_layers, 1, 1u << 10},
      {"the model has {} heads, but must have 1 to {}", config.n_heads, 1, 1u << 10},
      {"the model has {} kv heads, but must have 1 to {}", config.n_kv_heads, 1, 1u << 10},
      {"the model's head size is {}, but must be 2 to {}", config.head_size, 2, 1u << 12},
      {"the model's vocabulary is {}, but must be 1 to {}", config.vocab_size, 1, 1u << 20},
      {"the model's context is {}, but must be 1 to {}", config.context, 1, 1u << 20},
      {"the model has {} experts, but must have {} at most", config.n_experts, 0, 1u << 10},
      {"the model's window is {}, but must be {} at most", config.window, 0, 1u << 20},
  };
  for (const Bound& bound : bounds) {
    if (bound.value < bound.least || bound.value > bound.most) {
      return base::Status::error(base::ErrorCode::kCorrupt, bound.message, bound.value, bound.most);
    }
  }
  if (config.n_heads % config.n_kv_heads != 0) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "{} query heads cannot share {} kv heads evenly", config.n_heads,
                               config.n_kv_heads);
  }
  if (config.head_size % 2 != 0) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "the head size {} is odd; RoPE turns pairs of values",
                               config.head_size);
  }
  // Written so that NaN fails too.
  if (!(config.rope_base > 0 && config.rope_base < 1e12f)) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "the model's RoPE base is not a positive number");
  }
  if (!(config.norm_eps >= 0 && config.norm_eps < 1)) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "the model's norm epsilon is not between 0 and 1");
  }
  if (config.chat_template > ChatTemplate::kLlama31) {
    return base::Status::error(base::ErrorCode::kUnsupported,
                               "the model needs chat template {}, which this program does not "
                               "know; use a newer barellama",
                               static_cast<uint32_t>(config.chat_template));
  }
  return check_rope_scaling(config);
}

}  // namespace llama
