#include "tests/fakes/checkpoint_bytes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/bytes.h"
#include "tests/fakes/random_model.h"

namespace fakes {
namespace {

using enum llama::TensorRole;

class CheckpointBytes {
 public:
  CheckpointBytes(const llama::ModelConfig& config, uint32_t version, uint64_t seed)
      : config_(config), version_(version), weights_(config, seed) {
    if (version == 0) {
      write_legacy();
    } else {
      write_numbered();
    }
  }
  std::string& bytes() { return bytes_; }

 private:
  void word(uint32_t value) {
    std::array<std::byte, 4> raw;
    base::store_le32(raw, 0, value);
    bytes_.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  }
  void float_word(float value) { word(std::bit_cast<uint32_t>(value)); }

  void shape(bool negative_vocabulary) {
    for (const uint32_t value :
         {config_.dim, config_.hidden_dim, config_.n_layers, config_.n_heads, config_.n_kv_heads}) {
      word(value);
    }
    word(negative_vocabulary ? 0 - config_.vocab_size : config_.vocab_size);
    word(config_.context);
  }

  void tensor(llama::TensorRole role, uint32_t layer) {
    const llama::TensorShape size = llama::shape_of(role, config_);
    std::vector<float> values(size_t{size.rows} * size.columns);
    weights_.read_rows({role, layer}, 0, values);
    if (version_ == 2 && size.rows > 1) {
      quantized(values);
    } else {
      for (const float value : values) float_word(value);
    }
  }
  void quantized(const std::vector<float>& values) {
    std::vector<float> scales;
    for (size_t i = 0; i < values.size(); i += kGroupSize) {
      float largest = 0;
      for (size_t j = i; j < i + kGroupSize; ++j) largest = std::max(largest, std::abs(values[j]));
      scales.push_back(largest / 127);
      for (size_t j = i; j < i + kGroupSize; ++j) {
        bytes_ += static_cast<char>(static_cast<int8_t>(std::lround(values[j] / scales.back())));
      }
    }
    for (const float scale : scales) float_word(scale);
  }
  void each_layer(llama::TensorRole role) {
    for (uint32_t layer = 0; layer < config_.n_layers; ++layer) tensor(role, layer);
  }

  void write_legacy() {
    shape(!config_.tied_classifier);
    tensor(kEmbedding, 0);
    each_layer(kAttentionNorm);
    for (const auto role : {kWq, kWk, kWv, kWo}) each_layer(role);
    each_layer(kFeedForwardNorm);
    for (const auto role : {kW1, kW2, kW3}) each_layer(role);
    tensor(kFinalNorm, 0);
    // The tables of RoPE.
    for (uint32_t i = 0; i < config_.context * config_.head_size; ++i) float_word(0.5f);
    if (!config_.tied_classifier) tensor(kClassifier, 0);
  }
  void write_numbered() {
    word(0x616b3432);
    word(version_);
    shape(false);
    bytes_ += config_.tied_classifier ? '\1' : '\0';
    if (version_ == 2) word(kGroupSize);
    bytes_.resize(256, '\0');
    each_layer(kAttentionNorm);
    each_layer(kFeedForwardNorm);
    tensor(kFinalNorm, 0);
    tensor(kEmbedding, 0);
    for (const auto role : {kWq, kWk, kWv, kWo, kW1, kW2, kW3}) each_layer(role);
    if (!config_.tied_classifier) tensor(kClassifier, 0);
  }

  llama::ModelConfig config_;
  uint32_t version_;
  tests::RandomWeights weights_;
  std::string bytes_;
};

}  // namespace

llama::ModelConfig checkpoint_config(bool tied_classifier) {
  llama::ModelConfig config = tests::small_config();
  config.vocab_size = 300;
  config.n_layers = 2;
  config.tied_classifier = tied_classifier;
  return config;
}

std::string make_checkpoint(const llama::ModelConfig& config, uint32_t version, uint64_t seed) {
  return std::move(CheckpointBytes(config, version, seed).bytes());
}

std::string make_tokenizer_bin(uint32_t size) {
  std::string file;
  const auto word = [&](uint32_t value) {
    std::array<std::byte, 4> raw;
    base::store_le32(raw, 0, value);
    file.append(reinterpret_cast<const char*>(raw.data()), raw.size());
  };
  const auto add = [&](float score, const std::string& piece) {
    word(std::bit_cast<uint32_t>(score));
    word(static_cast<uint32_t>(piece.size()));
    file += piece;
  };
  word(8);
  for (const char* piece : {"<unk>", "\n<s>\n", "\n</s>\n"}) add(0, piece);
  for (unsigned byte = 0; byte < 256; ++byte) {
    char piece[8];
    std::snprintf(piece, sizeof piece, "<0x%02X>", byte);
    add(0, piece);
  }
  for (uint32_t i = 259; i < size; ++i) {
    const uint32_t number = i - 259;
    const std::string letter(1, static_cast<char>('a' + number / 2 % 26));
    add(-static_cast<float>(number),
        (number % 2 == 0 ? " " : "") + letter + (number < 52 ? "" : std::to_string(number)));
  }
  return file;
}

}  // namespace fakes
