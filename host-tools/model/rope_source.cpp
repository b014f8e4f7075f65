#include "host-tools/model/rope_source.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "host-tools/support/failure.h"
#include "llama/model/rope_scaling.h"

namespace host {
namespace {

using llama::ModelConfig;
using llama::RopeScaling;

// YaRN's paper, and all programs that compute it.
constexpr double kBetaSlow = 1;
constexpr double kBetaFast = 32;

float number(const std::optional<double>& value, const char* key, const std::string& name) {
  if (!value) fail("{}: the RoPE scaling has no \"{}\"", name, key);
  return static_cast<float>(*value);
}

void leave(const RopeDescription&, const std::string&, ModelConfig&) {}

void set_linear(const RopeDescription& rope, const std::string& name, ModelConfig& config) {
  const float factor = number(rope.factor, "factor", name);
  if (factor == 1) return;
  config.rope_scaling = RopeScaling::kLinear;
  config.rope_factor = factor;
}

void set_llama3(const RopeDescription& rope, const std::string& name, ModelConfig& config) {
  // One after the other, so that the first one that is missing is named.
  const float factor = number(rope.factor, "factor", name);
  const float low = number(rope.low_freq_factor, "low_freq_factor", name);
  const float high = number(rope.high_freq_factor, "high_freq_factor", name);
  if (!rope.original_context) {
    fail("{}: the RoPE scaling has no \"original_max_position_embeddings\"", name);
  }
  llama::scale_as_llama3(config, factor, low, high, *rope.original_context);
}

void set_yarn(const RopeDescription& rope, const std::string& name, ModelConfig& config) {
  const float factor = number(rope.factor, "factor", name);
  const double usual = factor > 1 ? 0.1 * std::log(static_cast<double>(factor)) + 1 : 1;
  const auto turn_factor = static_cast<float>(rope.turn_factor.value_or(usual));
  if (factor == 1 && turn_factor == 1) return;
  if (!(turn_factor > 0)) {
    fail("{}: the RoPE scaling multiplies attention by {}", name, turn_factor);
  }
  llama::scale_as_yarn(config, factor, static_cast<float>(rope.beta_slow.value_or(kBetaSlow)),
                       static_cast<float>(rope.beta_fast.value_or(kBetaFast)),
                       rope.original_context.value_or(config.context), turn_factor);
}

// Its frequencies change once a text is longer than the context that the model was trained for, and
// only then.
void set_dynamic(const RopeDescription& rope, const std::string&, ModelConfig& config) {
  config.context = std::min(config.context, rope.original_context.value_or(config.context));
}

struct Kind {
  const char* name;
  void (*set)(const RopeDescription& rope, const std::string& name, ModelConfig& config);
};
constexpr Kind kKinds[] = {{"none", leave},        {"default", leave}, {"linear", set_linear},
                           {"llama3", set_llama3}, {"yarn", set_yarn}, {"dynamic", set_dynamic}};

}  // namespace

void set_rope_scaling(const RopeDescription& rope, const std::string& name, ModelConfig& config) {
  const std::string_view wanted = rope.kind ? std::string_view(*rope.kind) : "default";
  for (const Kind& kind : kKinds) {
    if (wanted == kind.name) return kind.set(rope, name, config);
  }
  fail(
      "{}: has RoPE scaling of the kind \"{}\"; barellama runs \"linear\", \"llama3\" and "
      "\"yarn\", \"dynamic\" up to where it begins, and none",
      name, wanted);
}

}  // namespace host
