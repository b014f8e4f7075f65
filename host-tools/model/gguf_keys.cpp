#include "host-tools/model/gguf_keys.h"

#include "host-tools/support/failure.h"

namespace host {
namespace {

// What a value must be; names and meanings are those of llama.cpp's llama-arch.cpp.
enum class Must : uint8_t {
  kAnything,  // it is read, or changes nothing
  kBeZero,
  kBeOne,  // or zero, by which a factor is none
  kBeFalse,
  kBeTrue,
};

struct Key {
  const char* name;
  Must must;
  const char* meaning;  // of other values; null where none is refused
};

constexpr Key kKeys[] = {
    {"attention.head_count", Must::kAnything, nullptr},
    {"attention.head_count_kv", Must::kAnything, nullptr},
    {"attention.key_length", Must::kAnything, nullptr},
    {"attention.layer_norm_epsilon", Must::kAnything, nullptr},
    {"attention.layer_norm_rms_epsilon", Must::kAnything, nullptr},
    {"attention.sliding_window", Must::kAnything, nullptr},
    {"attention.value_length", Must::kAnything, nullptr},
    {"block_count", Must::kAnything, nullptr},
    {"context_length", Must::kAnything, nullptr},
    {"embedding_length", Must::kAnything, nullptr},
    {"feed_forward_length", Must::kAnything, nullptr},
    {"rope.dimension_count", Must::kAnything, nullptr},
    {"rope.freq_base", Must::kAnything, nullptr},
    {"rope.scale_linear", Must::kAnything, nullptr},
    {"rope.scaling.attn_factor", Must::kAnything, nullptr},
    {"rope.scaling.factor", Must::kAnything, nullptr},
    {"rope.scaling.finetuned", Must::kAnything, nullptr},
    {"rope.scaling.original_context_length", Must::kAnything, nullptr},
    {"rope.scaling.type", Must::kAnything, nullptr},
    {"rope.scaling.yarn_beta_fast", Must::kAnything, nullptr},
    {"rope.scaling.yarn_beta_slow", Must::kAnything, nullptr},
    {"tensor_data_layout", Must::kAnything, nullptr},
    {"vocab_size", Must::kAnything, nullptr},

    {"attention.causal", Must::kBeTrue, "each token looks at those after it, too"},
    {"attention.clamp_kqv", Must::kBeZero, "queries, keys and values are clamped"},
    {"attention.max_alibi_bias", Must::kBeZero, "positions are known by ALiBi"},
    {"attention.scale", Must::kBeZero, "attention has a scale of its own"},
    {"attn_logit_softcapping", Must::kBeZero, "scores of attention are capped"},
    {"embedding_scale", Must::kBeOne, "embeddings are scaled"},
    {"expert_count", Must::kBeZero, "it is a mixture of experts"},
    {"expert_used_count", Must::kBeZero, "it is a mixture of experts"},
    {"final_logit_softcapping", Must::kBeZero, "logits are capped"},
    {"logit_scale", Must::kBeOne, "logits are scaled"},
    {"nextn_predict_layers", Must::kBeZero, "some layers predict later tokens"},
    {"pooling_type", Must::kBeZero, "it makes embeddings of texts"},
    {"residual_scale", Must::kBeOne, "what layers add is scaled"},
    {"rope.scaling.yarn_attn_factor", Must::kBeOne, "YaRN has a factor of its own"},
    {"rope.scaling.yarn_log_multiplier", Must::kBeZero, "YaRN has a factor of its own"},
    {"swin_norm", Must::kBeFalse, "norms come after attention and feed-forward"},
    {"use_parallel_residual", Must::kBeFalse, "attention and feed-forward run side by side"},
};

bool is_as_it_must_be(const Gguf& gguf, std::string_view key, Must must) {
  switch (must) {
    case Must::kAnything:
      return true;
    case Must::kBeZero:
      return gguf.number(key) == 0;
    case Must::kBeOne:
      return gguf.number(key) == 0 || gguf.number(key) == 1;
    case Must::kBeFalse:
      return !gguf.flag(key).value_or(false);
    case Must::kBeTrue:
      return gguf.flag(key).value_or(true);
  }
  return false;
}

void check(const Gguf& gguf, std::string_view key, std::string_view name) {
  for (const Key& known : kKeys) {
    if (name != known.name) continue;
    if (is_as_it_must_be(gguf, key, known.must)) return;
    fail("{}: has a value {} by which {}; barellama doesn't run such models", gguf.name(), key,
         known.meaning);
  }
  fail("{}: has the value {}, which barellama doesn't know: it may change what the model computes",
       gguf.name(), key);
}

}  // namespace

std::string key_of(std::string_view architecture, std::string_view value) {
  return text("{}.{}", architecture, value);
}

void check_keys(const Gguf& gguf, std::string_view architecture) {
  const std::string prefix = key_of(architecture, "");
  for (const std::string_view key : gguf.keys()) {
    if (key.starts_with(prefix)) check(gguf, key, key.substr(prefix.size()));
  }
}

}  // namespace host
