#include "tests/fakes/foreign_models.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>

#include "base/bytes.h"
#include "base/check.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/kernels/math.h"
#include "tests/fakes/checkpoint_bytes.h"

namespace fakes {
namespace {

using host::StoredType;
using host::text;
using llama::TensorRole;
using llama::TokenType;

std::vector<float> all_of(host::WeightReader& weights, TensorRole role, uint32_t layer) {
  const auto shape = llama::shape_of(role, weights.config());
  std::vector<float> values(size_t{shape.rows} * shape.columns);
  weights.read_rows(role, layer, 0, values);
  return values;
}

// The type in a file: vectors stay floats.
StoredType type_in_file(const llama::TensorShape& shape, StoredType type) {
  return shape.rows == 1 ? StoredType::kF32 : type;
}

uint64_t stored_bytes(const llama::TensorShape& shape, StoredType type) {
  const host::BlockShape block = host::block_of(type);
  return uint64_t{shape.rows} * shape.columns / block.values * block.bytes;
}

// A file that is too large to be put together in memory.
class LargeFile {
 public:
  explicit LargeFile(const std::filesystem::path& path)
      : path_(path), file_(path, std::ios::binary) {}
  void append(std::string_view bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_.flush()) host::fail("{}: can't be written", path_.string());
    bytes_ += bytes.size();
  }
  void pad() {
    append(std::string((kGgufAlignment - bytes_ % kGgufAlignment) % kGgufAlignment, '\0'));
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  uint64_t bytes_ = 0;
};

// Some rows at a time.
void append_tensor(LargeFile& file, host::WeightReader& weights, TensorRole role, uint32_t layer,
                   StoredType type) {
  constexpr uint32_t kRows = 1024;
  const auto shape = llama::shape_of(role, weights.config());
  std::vector<float> values;
  for (uint32_t row = 0; row < shape.rows; row += kRows) {
    values.resize(size_t{std::min(kRows, shape.rows - row)} * shape.columns);
    weights.read_rows(role, layer, row, values);
    file.append(stored(type, values));
  }
}

// Calls use(role, layer) for each tensor of a model.
template <typename Use>
void each_tensor(const llama::ModelConfig& config, Use use) {
  using enum TensorRole;
  use(kEmbedding, 0u);
  for (uint32_t layer = 0; layer < config.n_layers; ++layer) {
    for (const TensorRole role :
         {kAttentionNorm, kWq, kWk, kWv, kWo, kFeedForwardNorm, kW1, kW3, kW2}) {
      use(role, layer);
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

void add_config(GgufBytes& gguf, const llama::ModelConfig& config) {
  gguf.value("general.architecture", "llama");
  gguf.value("llama.context_length", config.context);
  gguf.value("llama.embedding_length", config.dim);
  gguf.value("llama.block_count", config.n_layers);
  gguf.value("llama.feed_forward_length", config.hidden_dim);
  gguf.value("llama.attention.head_count", config.n_heads);
  gguf.value("llama.attention.head_count_kv", config.n_kv_heads);
  gguf.value("llama.rope.dimension_count", config.head_size);
  if (config.head_size * config.n_heads != config.dim) {
    gguf.value("llama.attention.key_length", config.head_size);
    gguf.value("llama.attention.value_length", config.head_size);
  }
  gguf.value("llama.rope.freq_base", config.rope_base);
  gguf.value("llama.attention.layer_norm_rms_epsilon", config.norm_eps);
}

std::vector<uint64_t> gguf_shape(const llama::TensorShape& shape) {
  return shape.rows == 1 ? std::vector<uint64_t>{shape.columns}
                         : std::vector<uint64_t>{shape.columns, shape.rows};
}

void add_tensor(GgufBytes& gguf, host::WeightReader& weights, TensorRole role, uint32_t layer,
                StoredType type) {
  const auto shape = llama::shape_of(role, weights.config());
  type = type_in_file(shape, type);
  gguf.tensor(gguf_name(role, layer), gguf_shape(shape), static_cast<uint32_t>(type),
              stored(type, all_of(weights, role, layer)));
}

nlohmann::json hugging_face_config(const llama::ModelConfig& config) {
  nlohmann::json json = {{"architectures", {"LlamaForCausalLM"}},
                         {"model_type", "llama"},
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
  return json;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  return bytes + static_cast<char>(value);
}

std::string message(uint64_t number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

std::string quantized(StoredType type, std::span<const float, 32> values) {
  const bool is_q8 = type == StoredType::kQ8_0;
  const llama::WeightType ours = is_q8 ? llama::WeightType::kQ8_0 : llama::WeightType::kQ4_0;
  const auto [scale, weights] = llama::traits_of(ours).quantize(values);
  std::string block = le16(scale);
  for (size_t i = 0; i < (is_q8 ? 32u : 16u); ++i) {
    block += static_cast<char>(is_q8 ? weights[i] : (weights[i] + 8) | (weights[i + 16] + 8) << 4);
  }
  return block;
}

}  // namespace

std::string stored(StoredType type, std::span<const float> values) {
  std::string bytes;
  switch (type) {
    case StoredType::kF32:
      return le_floats(values);
    case StoredType::kF16:
    case StoredType::kBF16:
      bytes.reserve(2 * values.size());
      for (const float value : values) {
        const uint32_t half = type == StoredType::kF16 ? llama::float_to_half(value)
                                                       : std::bit_cast<uint32_t>(value) >> 16;
        bytes += static_cast<char>(half & 0xff);
        bytes += static_cast<char>(half >> 8);
      }
      return bytes;
    case StoredType::kQ8_0:
    case StoredType::kQ4_0:
      for (size_t at = 0; at < values.size(); at += 32) {
        bytes += quantized(type, values.subspan(at).first<32>());
      }
      return bytes;
    default:
      CHECK(false);
  }
}

host::VocabularySource make_vocabulary(uint32_t size) {
  const std::string file = make_tokenizer_bin(size);
  return host::require_value(
      host::read_llama2c_tokenizer(std::as_bytes(std::span(file.data(), file.size())), size),
      "a made tokenizer");
}

std::vector<std::string> sentencepiece_texts(const host::VocabularySource& vocabulary) {
  std::vector<std::string> texts;
  for (const auto& token : vocabulary.tokens) {
    std::string& out = texts.emplace_back();
    if (token.type == TokenType::kByte) {
      char piece[8];
      std::snprintf(piece, sizeof piece, "<0x%02X>", static_cast<unsigned char>(token.bytes[0]));
      out = piece;
      continue;
    }
    for (const char c : token.bytes) out += c == ' ' ? "\xe2\x96\x81" : std::string(1, c);
  }
  return texts;
}

std::string make_sentencepiece_model(const host::VocabularySource& vocabulary) {
  const auto texts = sentencepiece_texts(vocabulary);
  std::string file;
  for (size_t id = 0; id < texts.size(); ++id) {
    const auto& token = vocabulary.tokens[id];
    file += message(1, message(1, texts[id]) + varint(2 << 3 | 5) +
                           le32(std::bit_cast<uint32_t>(token.score)) + varint(3 << 3) +
                           varint(static_cast<uint64_t>(token.type)));
  }
  file += message(2, varint(3 << 3) + varint(2) + varint(40 << 3) + varint(0) + varint(41 << 3) +
                         varint(1) + varint(42 << 3) + varint(2));
  return file + message(3, message(1, "identity") + varint(3 << 3) +
                               varint(vocabulary.space_before_text ? 1 : 0));
}

std::string make_tokenizer_json(const host::VocabularySource& vocabulary) {
  const auto texts = sentencepiece_texts(vocabulary);
  nlohmann::json vocab = nlohmann::json::object();
  nlohmann::json added = nlohmann::json::array();
  for (size_t id = 0; id < texts.size(); ++id) {
    vocab[texts[id]] = id;
    const TokenType type = vocabulary.tokens[id].type;
    if (type == TokenType::kControl || type == TokenType::kUnknown) {
      added.push_back({{"id", id}, {"content", texts[id]}, {"special", true}});
    }
  }
  std::vector<size_t> best(texts.size());
  for (size_t id = 0; id < best.size(); ++id) best[id] = id;
  std::ranges::stable_sort(best, [&](size_t a, size_t b) {
    return vocabulary.tokens[a].score > vocabulary.tokens[b].score;
  });
  nlohmann::json merges = nlohmann::json::array();
  for (const size_t id : best) {
    if (vocabulary.tokens[id].type != TokenType::kNormal) continue;
    const std::string& piece = texts[id];
    for (size_t cut = 1; cut < piece.size(); ++cut) {
      const std::string left = piece.substr(0, cut);
      const std::string right = piece.substr(cut);
      if (vocab.contains(left) && vocab.contains(right)) merges.push_back(left + " " + right);
    }
  }
  const nlohmann::json file = {
      {"version", "1.0"},
      {"added_tokens", added},
      {"normalizer",
       {{"type", "Sequence"},
        {"normalizers",
         nlohmann::json::array({{{"type", "Prepend"}, {"prepend", "\xe2\x96\x81"}}})}}},
      {"pre_tokenizer", nullptr},
      {"model",
       {{"type", "BPE"},
        {"unk_token", "<unk>"},
        {"byte_fallback", true},
        {"vocab", vocab},
        {"merges", merges}}}};
  return file.dump();
}

GgufBytes make_gguf(host::WeightReader& weights, StoredType type) {
  const auto& config = weights.config();
  GgufBytes gguf;
  add_config(gguf, config);
  add_vocabulary(gguf, make_vocabulary(config.vocab_size));
  if (config.rope_scaling == llama::RopeScaling::kLlama3) {
    const auto divisors = rope_divisors(config);
    gguf.tensor("rope_freqs.weight", {divisors.size()}, 0, le_floats(divisors));
  }
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
    add_tensor(gguf, weights, role, layer, type);
  });
  return gguf;
}

void write_gguf(host::WeightReader& weights, StoredType type, const std::filesystem::path& path) {
  const auto& config = weights.config();
  GgufBytes table;
  add_config(table, config);
  add_vocabulary(table, make_vocabulary(config.vocab_size));
  std::string divisors;
  if (config.rope_scaling == llama::RopeScaling::kLlama3) {
    divisors = le_floats(rope_divisors(config));
    table.tensor_at("rope_freqs.weight", {divisors.size() / sizeof(float)}, 0, 0);
  }
  uint64_t end = (divisors.size() + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment;
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
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
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
    append_tensor(file, weights, role, layer, type_in_file(llama::shape_of(role, config), type));
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
  add_config(files[0], config);
  add_vocabulary(files[0], make_vocabulary(config.vocab_size));
  for (uint32_t part = 0; part < parts; ++part) {
    files[part].value("split.no", part);
    files[part].value("split.count", parts);
  }
  uint32_t next = 0;
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
    add_tensor(files[next++ % parts], weights, role, layer, type);
  });
  for (uint32_t part = 0; part < parts; ++part) host::write_file(path(part), files[part].bytes());
  return path(0);
}

std::string safetensors_bytes(std::string_view header, std::string_view data) {
  return le64(header.size()) + std::string(header) + std::string(data);
}

void write_hugging_face(host::WeightReader& weights, StoredType type,
                        const std::filesystem::path& folder, uint32_t shards) {
  const auto& config = weights.config();
  host::write_file(folder / "config.json", hugging_face_config(config).dump(1));
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
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
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
  each_tensor(config, [&](TensorRole role, uint32_t layer) {
    LargeFile& file = files[next++ % shards];
    if (role != TensorRole::kWq && role != TensorRole::kWk) {
      return append_tensor(file, weights, role, layer, type);
    }
    const uint32_t columns = llama::shape_of(role, config).columns;
    file.append(stored(type, in_halves(all_of(weights, role, layer), config.head_size, columns)));
  });
  if (shards > 1) host::write_file(folder / "model.safetensors.index.json", index.dump());
}

}  // namespace fakes
