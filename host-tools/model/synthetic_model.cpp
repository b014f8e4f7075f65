#include "host-tools/model/synthetic_model.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "llama/kernels/math.h"
#include "llama/model/rope_scaling.h"

namespace host {
namespace {

using llama::ModelConfig;
using llama::TensorRole;
using llama::WeightType;

constexpr ModelConfig llama_config(uint32_t dim, uint32_t hidden_dim, uint32_t layers,
                                   uint32_t heads, uint32_t kv_heads, uint32_t vocabulary,
                                   uint32_t context, bool tied) {
  return {.dim = dim,
          .hidden_dim = hidden_dim,
          .n_layers = layers,
          .n_heads = heads,
          .n_kv_heads = kv_heads,
          .head_size = dim / heads,
          .vocab_size = vocabulary,
          .context = context,
          .rope_base = 10000.0f,
          .norm_eps = 1e-5f,
          .rope_scaling = llama::RopeScaling::kNone,
          .rope_factor = 0,
          .rope_low_freq_factor = 0,
          .rope_high_freq_factor = 0,
          .rope_original_context = 0,
          .tied_classifier = tied,
          .chat_template = llama::ChatTemplate::kNone};
}

constexpr ModelConfig with_rope_base(ModelConfig config, float base) {
  config.rope_base = base;
  return config;
}

// The scaling of the Llama 3.2 model card.
constexpr ModelConfig with_llama3_rope(ModelConfig config) {
  config.rope_base = 500000.0f;
  llama::scale_as_llama3(config, 32);
  return config;
}

constexpr ModelConfig with_heads_of(ModelConfig config, uint32_t head_size) {
  config.head_size = head_size;
  return config;
}

constexpr ModelConfig as_qwen(ModelConfig config) {
  config.rope_base = 1e6f;
  config.norm_eps = 1e-6f;
  return config;
}

constexpr TensorRole kQwen2Extras[] = {TensorRole::kWqBias, TensorRole::kWkBias,
                                       TensorRole::kWvBias};
constexpr TensorRole kQwen3Extras[] = {TensorRole::kQueryNorm, TensorRole::kKeyNorm};

// From the models' own configuration files.
constexpr Shape kShapes[] = {
    {"stories260k", llama_config(64, 172, 5, 8, 4, 512, 512, true)},
    {"stories15m", llama_config(288, 768, 6, 6, 6, 32000, 256, true)},
    {"stories42m", llama_config(512, 1376, 8, 8, 8, 32000, 1024, true)},
    {"stories110m", llama_config(768, 2048, 12, 12, 12, 32000, 1024, true)},
    {"smollm2-135m", with_rope_base(llama_config(576, 1536, 30, 9, 3, 49152, 8192, true), 1e5f)},
    {"smollm2-360m", with_rope_base(llama_config(960, 2560, 32, 15, 5, 49152, 8192, true), 1e5f)},
    {"qwen2.5-0.5b", as_qwen(llama_config(896, 4864, 24, 14, 2, 151936, 32768, true)),
     kQwen2Extras},
    {"qwen3-0.6b",
     with_heads_of(as_qwen(llama_config(1024, 3072, 28, 16, 8, 151936, 40960, true)), 128),
     kQwen3Extras},
    {"tinyllama-1.1b", llama_config(2048, 5632, 22, 32, 4, 32000, 2048, false)},
    {"llama3.2-1b", with_llama3_rope(llama_config(2048, 8192, 16, 32, 8, 128256, 131072, true))},
    {"llama2-7b", llama_config(4096, 11008, 32, 32, 32, 32000, 4096, false)},
};

// splitmix64 (Steele, Lea & Flood 2014), seeded by a weight's place, so that rows are the same in
// any order of reading.
class Random {
 public:
  Random(uint64_t seed, llama::TensorKey tensor, uint64_t group)
      : state_(mix(mix(seed ^ number_of(tensor)) + group)) {}
  uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }

 private:
  static uint64_t number_of(llama::TensorKey tensor) {
    return uint64_t{tensor.expert} << 48 | static_cast<uint64_t>(tensor.role) << 32 | tensor.layer;
  }
  static uint64_t mix(uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  uint64_t state_;
};

bool is_of_vocabulary(TensorRole role) {
  return role == TensorRole::kEmbedding || role == TensorRole::kClassifier;
}

bool is_bias(TensorRole role) {
  return std::ranges::any_of(llama::layer_table(),
                             [role](const llama::TensorRow& row) { return row.bias == role; });
}

// Of a vector, a number from -1 to 1 made a norm's weight or a bias.
double vector_value(TensorRole role, double uniform) {
  return is_bias(role) ? 0.5 * uniform : 1 + 0.1 * uniform;
}

// The standard deviation of a matrix's weights.
double deviation(const ModelConfig& config, TensorRole role) {
  const double columns = llama::shape_of(role, config).columns;
  const double branches = 2.0 * config.n_layers;
  switch (role) {
    case TensorRole::kEmbedding:
      // As a classifier, with logits of a few units.
      return config.tied_classifier ? 4 / std::sqrt(columns) : 1;
    case TensorRole::kClassifier:
      return 4 / std::sqrt(columns);
    case TensorRole::kWo:
      return 1 / std::sqrt(columns * branches);
    case TensorRole::kW2:
      // silu(g) * u has a root mean square of 0.6 where g and u have 1.
      return 1 / 0.6 / std::sqrt(columns * branches);
    default:
      return 1 / std::sqrt(columns);
  }
}

// Integers of `bits` bits are uniform between the least but one and the most (-127 to 127, -7 to
// 7), but for twice as many zeros: their mean is 0, since over rows of thousands the least offset
// would drown what else is added up.
double integer_deviation(uint32_t bits) {
  const double most = std::exp2(bits - 1) - 1;
  return std::sqrt(most * (most + 1) * (2 * most + 1) / 3 / std::exp2(bits));
}

void fill_group(uint32_t bits, double weight_deviation, Random& random, WeightGroup& group) {
  CHECK(bits >= 2 && bits <= 8);
  // Scales differ by a factor of up to 2, as they do.
  const double spread = 0.75 + static_cast<double>(random.next() >> 40) / (1 << 24) * 0.75;
  group.half_scale = llama::float_to_half(
      static_cast<float>(weight_deviation / integer_deviation(bits) * spread / 1.125));
  const int half = 1 << (bits - 1);
  uint64_t source = 0;
  uint32_t left = 0;
  for (int8_t& weight : group.weights) {
    if (left < bits) {
      source = random.next();
      left = 64;
    }
    const auto field = static_cast<int>(source & ((uint64_t{1} << bits) - 1));
    source >>= bits;
    left -= bits;
    weight = static_cast<int8_t>(field == 0 ? 0 : field - half);
  }
}

}  // namespace

std::span<const Shape> known_shapes() { return kShapes; }

bool SyntheticWeights::has(llama::TensorKey tensor) const {
  return WeightReader::has(tensor) || std::ranges::find(extras_, tensor.role) != extras_.end();
}

std::optional<WeightType> SyntheticWeights::group_type(llama::TensorKey tensor) const {
  const WeightType type = is_of_vocabulary(tensor.role) ? vocabulary_groups_ : groups_;
  const llama::TensorShape shape = llama::shape_of(tensor.role, config_);
  if (!llama::traits_of(type).holds_integers() || shape.columns % llama::kColumnsPerGroup != 0 ||
      shape.rows == 1) {
    return std::nullopt;
  }
  return type;
}

void SyntheticWeights::read_groups(llama::TensorKey tensor, uint32_t first_row,
                                   std::span<WeightGroup> out) {
  const WeightType type = is_of_vocabulary(tensor.role) ? vocabulary_groups_ : groups_;
  const uint32_t bits = llama::traits_of(type).integer_bits;
  const uint64_t first = uint64_t{first_row} *
                         (llama::shape_of(tensor.role, config_).columns / llama::kColumnsPerGroup);
  const double weight_deviation = deviation(config_, tensor.role);
  for (size_t i = 0; i < out.size(); ++i) {
    Random random(seed_, tensor, first + i);
    fill_group(bits, weight_deviation, random, out[i]);
  }
}

void SyntheticWeights::read_rows(llama::TensorKey tensor, uint32_t first_row,
                                 std::span<float> out) {
  const llama::TensorShape shape = llama::shape_of(tensor.role, config_);
  const uint64_t first = uint64_t{first_row} * shape.columns;
  for (size_t i = 0; i < out.size(); ++i) {
    Random random(seed_, tensor, first + i);
    const double uniform = static_cast<double>(random.next() >> 40) / (1 << 23) - 1;  // -1 to 1
    // A uniform number of that range has a standard deviation of 1 / sqrt(3).
    out[i] =
        static_cast<float>(shape.rows == 1 ? vector_value(tensor.role, uniform)
                                           : uniform * deviation(config_, tensor.role) * 1.7320508);
  }
}

VocabularySource synthetic_vocabulary(uint32_t vocabulary_size) {
  CHECK(vocabulary_size >= kSmallestVocabulary);
  VocabularySource source;
  source.unknown = 0;
  source.bos = 1;
  source.eos = 2;
  source.tokens.push_back({"<unk>", 0, llama::TokenType::kUnknown});
  source.tokens.push_back({"<s>", 0, llama::TokenType::kControl});
  source.tokens.push_back({"</s>", 0, llama::TokenType::kControl});
  for (int byte = 0; byte < 256; ++byte) {
    source.tokens.push_back({std::string(1, static_cast<char>(byte)), 0, llama::TokenType::kByte});
  }
  // The space, the letters, then words of letters in base 26; every other word begins with a space.
  for (uint32_t i = 0; source.tokens.size() < vocabulary_size; ++i) {
    std::string piece = i == 0    ? " "
                        : i <= 26 ? std::string(1, static_cast<char>('a' + i - 1))
                                  : "";
    if (i > 26) {
      for (uint32_t rest = (i - 27) / 2 + 26; rest > 0; rest /= 26) {
        piece.insert(piece.begin(), static_cast<char>('a' + rest % 26));
      }
      if (i % 2 == 1) piece.insert(piece.begin(), ' ');
    }
    source.tokens.push_back({piece, -static_cast<float>(i), llama::TokenType::kNormal});
  }
  return source;
}

}  // namespace host
