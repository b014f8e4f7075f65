#include "host-tools/model/hugging_face_config.h"

#include <cmath>
#include <string_view>

#include "host-tools/model/rope_source.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

// transformers' defaults, of all architectures that are read.
constexpr double kRopeBase = 10000;
constexpr double kNormEpsilon = 1e-6;
constexpr uint32_t kWindow = 4096;
constexpr uint32_t kMaxWindowLayers = 28;

uint32_t required(const Json& json, const char* key, const std::string& name) {
  const auto value = whole_of(json, key, name);
  if (!value) fail("{}: \"{}\" is missing", name, key);
  return *value;
}

// `otherwise` if it is absent, and `none` if it is null.
uint32_t value_of(const Json& json, const char* key, uint32_t otherwise, uint32_t none,
                  const std::string& name) {
  return json.contains(key) ? whole_of(json, key, name).value_or(none) : otherwise;
}

// Values by which a model computes something else, unless they are as here: what other
// architectures have, and models with code of their own.
struct Neutral {
  const char* key;
  double number;  // a flag's is 0 or 1
  const char* meaning;
};
constexpr Neutral kNeutral[] = {
    {"partial_rotary_factor", 1, "RoPE turns a part of each head only"},
    {"attn_logit_softcapping", 0, "scores of attention are capped"},
    {"final_logit_softcapping", 0, "logits are capped"},
    {"embedding_multiplier", 1, "embeddings are scaled"},
    {"residual_multiplier", 1, "what layers add is scaled"},
    {"logits_scaling", 1, "logits are scaled"},
    {"clip_qkv", 0, "queries, keys and values are clamped"},
    {"num_local_experts", 0, "it is a mixture of experts"},
    {"num_experts", 0, "it is a mixture of experts"},
    {"n_routed_experts", 0, "it is a mixture of experts"},
    {"use_qk_norm", 0, "queries and keys have norms"},
    {"qk_layernorm", 0, "queries and keys have norms"},
    {"is_causal", 1, "each token looks at those after it, too"},
    {"use_bidirectional_attention", 0, "each token looks at those after it, too"},
};

void check_neutral(const Json& json, const std::string& name) {
  for (const Neutral& known : kNeutral) {
    const Json* const value = member_of(json, known.key);
    if (value == nullptr) continue;
    const bool is_number = value->is_number() || value->is_boolean();
    const double number = value->is_boolean()  ? (value->get<bool>() ? 1 : 0)
                          : value->is_number() ? value->get<double>()
                                               : std::nan("");
    if (is_number && number == known.number) continue;
    fail("{}: has a value \"{}\" by which {}; barellama doesn't run such models", name, known.key,
         known.meaning);
  }
  const auto activation = text_of(json, "hidden_act", name).value_or("silu");
  if (activation != "silu") {
    fail("{}: has the activation \"{}\"; barellama runs \"silu\"", name, activation);
  }
}

// What a description of RoPE may hold; others may change what it means.
constexpr std::string_view kRopeKeys[] = {"rope_type",        "type",
                                          "rope_theta",       "partial_rotary_factor",
                                          "factor",           "original_max_position_embeddings",
                                          "low_freq_factor",  "high_freq_factor",
                                          "beta_fast",        "beta_slow",
                                          "attention_factor", "mscale",
                                          "mscale_all_dim",   "truncate",
                                          "finetuned"};

void check_rope_keys(const Json& rope, const std::string& name) {
  for (const auto& [key, value] : rope.items()) {
    bool is_known = false;
    for (const std::string_view known : kRopeKeys) is_known = is_known || key == known;
    if (is_known || value.is_null()) continue;
    if (value.is_object()) {
      fail("{}: its layers have RoPE of several kinds (\"{}\"), which barellama doesn't run", name,
           key);
    }
    fail("{}: the RoPE scaling has the value \"{}\", which barellama doesn't know", name, key);
  }
  check_neutral(rope, name);
  if (!flag_of(rope, "truncate", name).value_or(true)) {
    fail("{}: the RoPE scaling has \"truncate\": false, which barellama doesn't run", name);
  }
}

// Both of them, or their quotient is no factor.
std::optional<double> turn_factor_of(const Json& rope, const RopeDescription& described,
                                     const std::string& name) {
  if (const auto factor = number_of(rope, "attention_factor", name)) return factor;
  const double one = number_of(rope, "mscale", name).value_or(0);
  const double all = number_of(rope, "mscale_all_dim", name).value_or(0);
  const double scale = described.factor.value_or(1);
  if (one == 0 || all == 0 || scale <= 1) return std::nullopt;
  return (0.1 * one * std::log(scale) + 1) / (0.1 * all * std::log(scale) + 1);
}

// {"rope_type": "llama3", "factor": 32.0, ..}; "type" in older files.
RopeDescription describe_rope(const Json& rope, const std::string& name) {
  check_rope_keys(rope, name);
  RopeDescription described;
  described.kind = text_of(rope, "rope_type", name);
  const auto older = text_of(rope, "type", name);
  if (!described.kind) described.kind = older;
  if (older && *older != *described.kind) {
    fail("{}: has RoPE scaling of two kinds, \"{}\" and \"{}\"", name, *described.kind, *older);
  }
  described.factor = number_of(rope, "factor", name);
  if (!described.kind && described.factor.value_or(1) != 1) {
    fail("{}: has RoPE scaling by a factor of {}, but no \"rope_type\" that says how", name,
         *described.factor);
  }
  described.original_context = whole_of(rope, "original_max_position_embeddings", name);
  described.low_freq_factor = number_of(rope, "low_freq_factor", name);
  described.high_freq_factor = number_of(rope, "high_freq_factor", name);
  described.beta_slow = number_of(rope, "beta_slow", name);
  described.beta_fast = number_of(rope, "beta_fast", name);
  described.turn_factor = turn_factor_of(rope, described, name);
  return described;
}

// transformers 5 has the base there, too, and calls it "rope_parameters".
void read_rope(const Json& json, const std::string& name, llama::ModelConfig& config) {
  const Json* rope = member_of(json, "rope_scaling");
  if (rope == nullptr) rope = member_of(json, "rope_parameters");
  const Json none = Json::object();
  if (rope == nullptr) rope = &none;
  if (!rope->is_object()) fail("{}: its RoPE scaling is not an object", name);
  const RopeDescription described = describe_rope(*rope, name);
  const auto base = number_of(json, "rope_theta", name);
  const auto inner = number_of(*rope, "rope_theta", name);
  if (base && inner && *base != *inner) {
    fail("{}: has two RoPE bases (\"rope_theta\"), {} and {}", name, *base, *inner);
  }
  config.rope_base = static_cast<float>(inner.value_or(base.value_or(kRopeBase)));
  require_ok(llama::validate(config), name);
  set_rope_scaling(described, name, config);
}

// Whether each layer looks back at a window, if "layer_types" says so; nullopt without.
std::optional<bool> windows_by_type(const Json& json, const std::string& name) {
  const Json* const types = member_of(json, "layer_types");
  if (types == nullptr) return std::nullopt;
  if (!types->is_array()) fail("{}: \"layer_types\" is not a list", name);
  bool has_windows = false;
  for (const Json& type : *types) {
    const std::string kind = type.is_string() ? type.get<std::string>() : type.dump();
    if (kind != "full_attention" && kind != "sliding_attention") {
      fail("{}: has layers of the type \"{}\", which barellama doesn't run", name, kind);
    }
    has_windows = has_windows || kind == "sliding_attention";
  }
  return has_windows;
}

uint32_t window_of(const Json& json, Windows windows, uint32_t layers, const std::string& name) {
  const auto by_type = windows_by_type(json, name);
  const uint32_t window = value_of(json, "sliding_window", kWindow, 0, name);
  if (windows == Windows::kAllLayers) return window;
  if (windows == Windows::kNone) {
    if (!by_type.value_or(false)) return 0;
    fail("{}: has layers of the type \"sliding_attention\", which barellama doesn't run", name);
  }
  const bool uses = flag_of(json, "use_sliding_window", name).value_or(by_type.value_or(false));
  if (!uses) return 0;
  const uint32_t first = value_of(json, "max_window_layers", kMaxWindowLayers, 0, name);
  return by_type.value_or(first < layers) ? window : 0;
}

}  // namespace

const Architecture& hugging_face_architecture(const Json& json, const std::string& name) {
  const auto type = text_of(json, "model_type", name);
  if (!type) fail("{}: \"model_type\" is missing", name);
  const Architecture* const known = find_hugging_face_architecture(*type);
  if (known != nullptr) return *known;
  fail("{}: is a model of the architecture \"{}\"; barellama runs {}", name, *type,
       architecture_names(NamedBy::kHuggingFace));
}

llama::ModelConfig read_hugging_face_config(const Json& json, const std::string& name) {
  const Architecture& architecture = hugging_face_architecture(json, name);
  check_neutral(json, name);
  llama::ModelConfig config{};
  config.dim = required(json, "hidden_size", name);
  config.hidden_dim = required(json, "intermediate_size", name);
  config.n_layers = required(json, "num_hidden_layers", name);
  config.n_heads = required(json, "num_attention_heads", name);
  if (config.n_heads == 0) fail("{}: has no heads", name);
  const auto or_else = [](uint32_t value, uint32_t otherwise) {
    return value == 0 ? otherwise : value;
  };
  config.n_kv_heads =
      value_of(json, "num_key_value_heads", or_else(architecture.default_kv_heads, config.n_heads),
               config.n_heads, name);
  if (config.n_kv_heads == 0) fail("{}: has no heads", name);
  config.vocab_size = required(json, "vocab_size", name);
  config.context =
      whole_of(json, "max_position_embeddings", name).value_or(architecture.default_context);
  const uint32_t share = config.dim / config.n_heads;
  config.head_size =
      value_of(json, "head_dim", or_else(architecture.default_head_size, share), share, name);
  config.norm_eps =
      static_cast<float>(number_of(json, "rms_norm_eps", name).value_or(kNormEpsilon));
  config.tied_classifier = flag_of(json, "tie_word_embeddings", name).value_or(false);
  config.window = window_of(json, architecture.windows, config.n_layers, name);
  if (config.window >= config.context) config.window = 0;
  read_rope(json, name, config);
  require_ok(llama::validate(config), name);
  return config;
}

}  // namespace host
