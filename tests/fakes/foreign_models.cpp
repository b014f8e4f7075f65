#include "tests/fakes/foreign_models.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/checkpoint_bytes.h"

namespace fakes {
namespace {

using host::StoredType;
using host::text;
using llama::TensorRole;

// Calls use(role, layer) for each tensor of a model.
template <typename Use>
void each_tensor(const host::WeightReader& weights, Use use) {
  using enum TensorRole;
  const llama::ModelConfig& config = weights.config();
  use(kEmbedding, 0u);
  for (uint32_t layer = 0; layer < config.n_layers; ++layer) {
    for (const TensorRole role :
         {kAttentionNorm, kWq, kWqBias, kWk, kWkBias, kWv, kWvBias, kQueryNorm, kKeyNorm, kWo,
          kWoBias, kFeedForwardNorm, kW1, kW1Bias, kW3, kW3Bias, kW2, kW2Bias}) {
      if (weights.has({role, layer})) use(role, layer);
    }
  }
  use(kFinalNorm, 0u);
  if (!config.tied_classifier) use(kClassifier, 0u);
}

std::string gguf_name(TensorRole role, uint32_t layer) {
  static const std::map<TensorRole, const char*> kNames = {
      {TensorRole::kEmbedding, "token_embd.weight"},
      {TensorRole::kAttentionNorm, "blk.{}.attn_norm.weight"},
      {TensorRole::kWq, "blk.{}.attn_q.weight"},
      {TensorRole::kWk, "blk.{}.attn_k.weight"},
      {TensorRole::kWv, "blk.{}.attn_v.weight"},
      {TensorRole::kWo, "blk.{}.attn_output.weight"},
      {TensorRole::kFeedForwardNorm, "blk.{}.ffn_norm.weight"},
      {TensorRole::kW1, "blk.{}.ffn_gate.weight"},
      {TensorRole::kW3, "blk.{}.ffn_up.weight"},
      {TensorRole::kW2, "blk.{}.ffn_down.weight"},
      {TensorRole::kWqBias, "blk.{}.attn_q.bias"},
      {TensorRole::kWkBias, "blk.{}.attn_k.bias"},
      {TensorRole::kWvBias, "blk.{}.attn_v.bias"},
      {TensorRole::kWoBias, "blk.{}.attn_output.bias"},
      {TensorRole::kQueryNorm, "blk.{}.attn_q_norm.weight"},
      {TensorRole::kKeyNorm, "blk.{}.attn_k_norm.weight"},
      {TensorRole::kW1Bias, "blk.{}.ffn_gate.bias"},
      {TensorRole::kW3Bias, "blk.{}.ffn_up.bias"},
      {TensorRole::kW2Bias, "blk.{}.ffn_down.bias"},
      {TensorRole::kFinalNorm, "output_norm.weight"},
      {TensorRole::kClassifier, "output.weight"}};
  return text(kNames.at(role), layer);
}

std::string hugging_face_name(TensorRole role, uint32_t layer) {
  static const std::map<TensorRole, const char*> kNames = {
      {TensorRole::kEmbedding, "model.embed_tokens.weight"},
      {TensorRole::kAttentionNorm, "model.layers.{}.input_layernorm.weight"},
      {TensorRole::kWq, "model.layers.{}.self_attn.q_proj.weight"},
      {TensorRole::kWk, "model.layers.{}.self_attn.k_proj.weight"},
      {TensorRole::kWv, "model.layers.{}.self_attn.v_proj.weight"},
      {TensorRole::kWo, "model.layers.{}.self_attn.o_proj.weight"},
      {TensorRole::kFeedForwardNorm, "model.layers.{}.post_attention_layernorm.weight"},
      {TensorRole::kW1, "model.layers.{}.mlp.gate_proj.weight"},
      {TensorRole::kW3, "model.layers.{}.mlp.up_proj.weight"},
      {TensorRole::kW2, "model.layers.{}.mlp.down_proj.weight"},
      {TensorRole::kWqBias, "model.layers.{}.self_attn.q_proj.bias"},
      {TensorRole::kWkBias, "model.layers.{}.self_attn.k_proj.bias"},
      {TensorRole::kWvBias, "model.layers.{}.self_attn.v_proj.bias"},
      {TensorRole::kWoBias, "model.layers.{}.self_attn.o_proj.bias"},
      {TensorRole::kQueryNorm, "model.layers.{}.self_attn.q_norm.weight"},
      {TensorRole::kKeyNorm, "model.layers.{}.self_attn.k_norm.weight"},
      {TensorRole::kW1Bias, "model.layers.{}.mlp.gate_proj.bias"},
      {TensorRole::kW3Bias, "model.layers.{}.mlp.up_proj.bias"},
      {TensorRole::kW2Bias, "model.layers.{}.mlp.down_proj.bias"},
      {TensorRole::kFinalNorm, "model.norm.weight"},
      {TensorRole::kClassifier, "lm_head.weight"}};
  return text(kNames.at(role), layer);
}

// Each head's even rows, then its odd ones: what Hugging Face's conversion of Meta's weights does.
std::vector<float> in_halves(const std::vector<float>& rows, uint32_t head_size, uint32_t columns) {
  std::vector<float> halves;
  const size_t head = size_t{head_size} * columns;
  for (size_t at = 0; at < rows.size(); at += head) {
    for (size_t odd = 0; odd < 2; ++odd) {
      for (size_t row = odd; row < head_size; row += 2) {
        const auto begin = rows.begin() + static_cast<ptrdiff_t>(at + row * columns);
        halves.insert(halves.end(), begin, begin + columns);
      }
    }
  }
  return halves;
}

bool is_turned(TensorRole role) {
  using enum TensorRole;
  return role == kWq || role == kWk || role == kWqBias || role == kWkBias || role == kQueryNorm ||
         role == kKeyNorm;
}

// All values of a tensor as programs have them whose RoPE turns halves.
std::vector<float> all_in_halves(host::WeightReader& weights, TensorRole role, uint32_t layer) {
  const auto values = all_of(weights, role, layer);
  if (!is_turned(role)) return values;
  const bool is_matrix = role == TensorRole::kWq || role == TensorRole::kWk;
  return in_halves(values, weights.config().head_size, is_matrix ? weights.config().dim : 1);
}

bool turns_halves(std::string_view architecture) { return architecture != "llama"; }

// The divisors that llama.cpp's converter derives from Llama 3's four numbers.
std::vector<float> rope_divisors(const llama::ModelConfig& config) {
  std::vector<float> divisors;
  const double original = config.rope_original_context;
  for (uint32_t i = 0; i < config.head_size / 2; ++i) {
    const double wavelength =
        2 * std::numbers::pi * std::pow(config.rope_base, 2.0 * i / config.head_size);
    const double smooth = (original / wavelength - config.rope_low_freq_factor) /
                          (config.rope_high_freq_factor - config.rope_low_freq_factor);
    const double clamped = std::clamp(smooth, 0.0, 1.0);
    divisors.push_back(static_cast<float>(1 / ((1 - clamped) / config.rope_factor + clamped)));
  }
  return divisors;
}

void add_vocabulary(GgufBytes& gguf, const host::VocabularySource& vocabulary) {
  std::vector<float> scores;
  std::vector<int32_t> types;
  for (const auto& token : vocabulary.tokens) {
    scores.push_back(token.score);
    types.push_back(static_cast<int32_t>(token.type));
  }
  gguf.value("tokenizer.ggml.model", "llama");
  gguf.value("tokenizer.ggml.tokens", sentencepiece_texts(vocabulary));
  gguf.value("tokenizer.ggml.scores", scores);
  gguf.value("tokenizer.ggml.token_type", types);
  gguf.value("tokenizer.ggml.bos_token_id", static_cast<uint32_t>(vocabulary.bos));
  gguf.value("tokenizer.ggml.eos_token_id", static_cast<uint32_t>(vocabulary.eos));
  gguf.value("tokenizer.ggml.unknown_token_id", static_cast<uint32_t>(vocabulary.unknown));
}

void add_config(GgufBytes& gguf, const llama::ModelConfig& config, std::string_view architecture) {
  const auto key = [&](const char* name) { return text("{}.{}", architecture, name); };
  gguf.value("general.architecture", architecture);
  gguf.value(key("context_length"), config.context);
  gguf.value(key("embedding_length"), config.dim);
  gguf.value(key("block_count"), config.n_layers);
  gguf.value(key("feed_forward_length"), config.hidden_dim);
  gguf.value(key("attention.head_count"), config.n_heads);
  gguf.value(key("attention.head_count_kv"), config.n_kv_heads);
  if (!turns_halves(architecture)) gguf.value(key("rope.dimension_count"), config.head_size);
  if (config.head_size * config.n_heads != config.dim) {
    gguf.value(key("attention.key_length"), config.head_size);
    gguf.value(key("attention.value_length"), config.head_size);
  }
  gguf.value(key("rope.freq_base"), config.rope_base);
  gguf.value(key("attention.layer_norm_rms_epsilon"), config.norm_eps);
}

std::vector<uint64_t> gguf_shape(const llama::TensorShape& shape) {
  return shape.rows == 1 ? std::vector<uint64_t>{shape.columns}
                         : std::vector<uint64_t>{shape.columns, shape.rows};
}

void add_tensor(GgufBytes& gguf, host::WeightReader& weights, TensorRole role, uint32_t layer,
                StoredType type, std::string_view architecture) {
  const auto shape = llama::shape_of(role, weights.config());
  type = type_in_file(shape, type);
  const auto values = turns_halves(architecture) ? all_in_halves(weights, role, layer)
                                                 : all_of(weights, role, layer);
  gguf.tensor(gguf_name(role, layer), gguf_shape(shape), static_cast<uint32_t>(type),
              stored(type, values));
}

nlohmann::json hugging_face_config(const host::WeightReader& weights, std::string_view model_type) {
  const llama::ModelConfig& config = weights.config();
  nlohmann::json json = {{"model_type", model_type},
                         {"hidden_act", "silu"},
                         {"hidden_size", config.dim},
                         {"intermediate_size", config.hidden_dim},
                         {"num_hidden_layers", config.n_layers},
                         {"num_attention_heads", config.n_heads},
                         {"num_key_value_heads", config.n_kv_heads},
                         {"vocab_size", config.vocab_size},
                         {"max_position_embeddings", config.context},
                         {"rms_norm_eps", config.norm_eps},
                         {"rope_theta", config.rope_base},
                         {"rope_scaling", nullptr},
                         {"head_dim", config.head_size},
                         {"tie_word_embeddings", config.tied_classifier},
                         {"bos_token_id", 1},
                         {"eos_token_id", {2}}};
  if (config.rope_scaling == llama::RopeScaling::kLlama3) {
    json["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", config.rope_factor},
                            {"low_freq_factor", config.rope_low_freq_factor},
                            {"high_freq_factor", config.rope_high_freq_factor},
                            {"original_max_position_embeddings", config.rope_original_context}};
  }
  if (model_type == "mistral") json["sliding_window"] = nullptr;
  json["attention_bias"] = weights.has({TensorRole::kWoBias});
  json["mlp_bias"] = weights.has({TensorRole::kW1Bias});
  return json;
}

}  // namespace

GgufBytes make_gguf(host::WeightReader& weights, StoredType type, std::string_view architecture) {
  const auto& config = weights.config();
  GgufBytes gguf;
  add_config(gguf, config, architecture);
  add_vocabulary(gguf, make_vocabulary(config.vocab_size));
  if (config.rope_scaling == llama::RopeScaling::kLlama3) {
    const auto divisors = rope_divisors(config);
    gguf.tensor("rope_freqs.weight", {divisors.size()}, 0, le_floats(divisors));
  }
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    add_tensor(gguf, weights, role, layer, type, architecture);
  });
  return gguf;
}

void write_gguf(host::WeightReader& weights, StoredType type, const std::filesystem::path& path,
                std::string_view architecture) {
  const auto& config = weights.config();
  GgufBytes table;
  add_config(table, config, architecture);
  add_vocabulary(table, make_vocabulary(config.vocab_size));
  std::string divisors;
  if (config.rope_scaling == llama::RopeScaling::kLlama3) {
    divisors = le_floats(rope_divisors(config));
    table.tensor_at("rope_freqs.weight", {divisors.size() / sizeof(float)}, 0, 0);
  }
  uint64_t end = (divisors.size() + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment;
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    const auto shape = llama::shape_of(role, config);
    const StoredType stored_type = type_in_file(shape, type);
    table.tensor_at(gguf_name(role, layer), gguf_shape(shape), static_cast<uint32_t>(stored_type),
                    end);
    end +=
        (stored_bytes(shape, stored_type) + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment;
  });
  LargeFile file(path);
  file.append(table.bytes());
  file.append(divisors);
  file.pad();
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    const StoredType in_file = type_in_file(llama::shape_of(role, config), type);
    if (turns_halves(architecture) && is_turned(role)) {
      file.append(stored(in_file, all_in_halves(weights, role, layer)));
    } else {
      append_tensor(file, weights, role, layer, in_file);
    }
    file.pad();
  });
}

std::filesystem::path write_gguf_parts(host::WeightReader& weights, StoredType type,
                                       const std::filesystem::path& folder, uint32_t parts) {
  const auto& config = weights.config();
  const auto path = [&](uint32_t part) {
    return folder / text("model-{:05}-of-{:05}.gguf", part + 1, parts);
  };
  std::vector<GgufBytes> files(parts);
  add_config(files[0], config, "llama");
  add_vocabulary(files[0], make_vocabulary(config.vocab_size));
  for (uint32_t part = 0; part < parts; ++part) {
    files[part].value("split.no", part);
    files[part].value("split.count", parts);
  }
  uint32_t next = 0;
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    add_tensor(files[next++ % parts], weights, role, layer, type, "llama");
  });
  for (uint32_t part = 0; part < parts; ++part) host::write_file(path(part), files[part].bytes());
  return path(0);
}

std::string safetensors_bytes(std::string_view header, std::string_view data) {
  return le64(header.size()) + std::string(header) + std::string(data);
}

void write_hugging_face(host::WeightReader& weights, StoredType type,
                        const std::filesystem::path& folder, uint32_t shards,
                        std::string_view model_type) {
  const auto& config = weights.config();
  host::write_file(folder / "config.json", hugging_face_config(weights, model_type).dump(1));
  host::write_file(folder / "tokenizer.model",
                   make_sentencepiece_model(make_vocabulary(config.vocab_size)));
  const auto name = [&](uint32_t shard) {
    return shards == 1 ? std::string("model.safetensors")
                       : text("model-{:05}-of-{:05}.safetensors", shard + 1, shards);
  };
  std::vector<nlohmann::json> headers(shards, {{"__metadata__", {{"format", "pt"}}}});
  std::vector<uint64_t> ends(shards);
  nlohmann::json index;
  uint32_t next = 0;
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    const auto shape = llama::shape_of(role, config);
    const uint32_t shard = next++ % shards;
    const std::string tensor = hugging_face_name(role, layer);
    const uint64_t begin = ends[shard];
    ends[shard] += stored_bytes(shape, type);
    nlohmann::json& entry = headers[shard][tensor];
    entry["dtype"] = host::name_of(type);
    entry["shape"] =
        shape.rows == 1 ? nlohmann::json{shape.columns} : nlohmann::json{shape.rows, shape.columns};
    entry["data_offsets"] = {begin, ends[shard]};
    index["weight_map"][tensor] = name(shard);
  });
  std::vector<LargeFile> files;
  for (uint32_t shard = 0; shard < shards; ++shard) {
    files.emplace_back(folder / name(shard)).append(safetensors_bytes(headers[shard].dump(), ""));
  }
  next = 0;
  each_tensor(weights, [&](TensorRole role, uint32_t layer) {
    LargeFile& file = files[next++ % shards];
    if (!is_turned(role)) return append_tensor(file, weights, role, layer, type);
    file.append(stored(type, all_in_halves(weights, role, layer)));
  });
  if (shards > 1) host::write_file(folder / "model.safetensors.index.json", index.dump());
}

}  // namespace fakes
