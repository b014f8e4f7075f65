#include "host-tools/model/architectures.h"

#include <vector>

namespace host {
namespace {

using enum llama::TensorRole;

constexpr const char* kAttentionBias = "attention_bias";
constexpr const char* kMlpBias = "mlp_bias";

constexpr ExtraTensor kLlamaExtras[] = {{kWqBias, kAttentionBias}, {kWkBias, kAttentionBias},
                                        {kWvBias, kAttentionBias}, {kWoBias, kAttentionBias},
                                        {kW1Bias, kMlpBias},       {kW3Bias, kMlpBias},
                                        {kW2Bias, kMlpBias}};
constexpr ExtraTensor kQwen2Extras[] = {{kWqBias}, {kWkBias}, {kWvBias}};
constexpr ExtraTensor kQwen3Extras[] = {{kQueryNorm},
                                        {kKeyNorm},
                                        {kWqBias, kAttentionBias},
                                        {kWkBias, kAttentionBias},
                                        {kWvBias, kAttentionBias},
                                        {kWoBias, kAttentionBias}};

constexpr Architecture kArchitectures[] = {
    {.hugging_face = "llama",
     .gguf = "llama",
     .gguf_order = RowOrder::kPairs,
     .has_rope_divisors = true,
     .windows = Windows::kNone,
     .extras = kLlamaExtras,
     .default_context = 2048,
     .default_kv_heads = 0,
     .default_head_size = 0},
    {.hugging_face = "mistral",
     .gguf = nullptr,
     .gguf_order = RowOrder::kPairs,
     .has_rope_divisors = false,
     .windows = Windows::kAllLayers,
     .extras = {},
     .default_context = 131072,
     .default_kv_heads = 8,
     .default_head_size = 0},
    {.hugging_face = "qwen2",
     .gguf = "qwen2",
     .gguf_order = RowOrder::kHalves,
     .has_rope_divisors = false,
     .windows = Windows::kLaterLayers,
     .extras = kQwen2Extras,
     .default_context = 32768,
     .default_kv_heads = 32,
     .default_head_size = 0},
    {.hugging_face = "qwen3",
     .gguf = "qwen3",
     .gguf_order = RowOrder::kHalves,
     .has_rope_divisors = false,
     .windows = Windows::kLaterLayers,
     .extras = kQwen3Extras,
     .default_context = 32768,
     .default_kv_heads = 32,
     .default_head_size = 128},
};

const char* name_of(const Architecture& architecture, NamedBy program) {
  return program == NamedBy::kGguf ? architecture.gguf : architecture.hugging_face;
}

const Architecture* find(std::string_view name, NamedBy program) {
  for (const Architecture& one : kArchitectures) {
    const char* const known = name_of(one, program);
    if (known != nullptr && name == known) return &one;
  }
  return nullptr;
}

}  // namespace

const Architecture* find_gguf_architecture(std::string_view name) {
  return find(name, NamedBy::kGguf);
}

const Architecture* find_hugging_face_architecture(std::string_view model_type) {
  return find(model_type, NamedBy::kHuggingFace);
}

std::string architecture_names(NamedBy program) {
  std::vector<std::string> names;
  for (const Architecture& one : kArchitectures) {
    if (name_of(one, program) != nullptr) names.emplace_back(name_of(one, program));
  }
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    const char* const separator = i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    list += separator + ('"' + names[i] + '"');
  }
  return list;
}

}  // namespace host
