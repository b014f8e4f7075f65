#include "host-tools/model/checkpoint.h"

#include <array>
#include <vector>

#include "base/bytes.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using llama::TensorRole;

constexpr uint32_t kMagic = 0x616b3432;  // "ak42", versions 1 and 2
constexpr size_t kLegacyHeaderBytes = 7 * 4;
constexpr size_t kHeaderBytes = 256;

using enum TensorRole;

// The order in which a checkpoint has its tensors: of a layer's, those of all layers together.
constexpr TensorRole kLegacyOrder[] = {kEmbedding, kAttentionNorm,   kWq, kWk, kWv,
                                       kWo,        kFeedForwardNorm, kW1, kW2, kW3,
                                       kFinalNorm, kClassifier};
constexpr TensorRole kOrder[] = {
    kAttentionNorm, kFeedForwardNorm, kFinalNorm, kEmbedding, kWq, kWk, kWv, kWo, kW1, kW2, kW3,
    kClassifier};

// A tensor of all layers, one after the other, as checkpoints have them.
struct Placed {
  uint64_t offset;           // of layer 0
  uint64_t bytes_per_layer;  // int8 data and scales, or floats
};

class Checkpoint final : public WeightReader {
 public:
  explicit Checkpoint(const std::filesystem::path& path)
      : path_(path), file_(open_to_read(path)), size_(std::filesystem::file_size(path)) {
    read_header();
    place_tensors();
  }

  const llama::ModelConfig& config() const override { return config_; }

  std::string description() const override {
    return version_ == 2 ? text("llama2.c checkpoint, version 2, int8 in groups of {}", group_size_)
                         : text("llama2.c checkpoint, version {}, f32", version_);
  }

  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override {
    const Placed& placed = places_[static_cast<size_t>(tensor.role)];
    const llama::TensorShape shape = llama::shape_of(tensor.role, config_);
    const uint64_t base = placed.offset + tensor.layer * placed.bytes_per_layer;
    const uint64_t first = uint64_t{first_row} * shape.columns;
    if (version_ == 2 && shape.rows > 1) {
      read_int8(base, uint64_t{shape.rows} * shape.columns, first, out);
    } else {
      read_floats(base + first * sizeof(float), out);
    }
  }

 private:
  void read_header();
  void place_tensors();
  void read_floats(uint64_t offset, std::span<float> out);
  void read_int8(uint64_t base, uint64_t values, uint64_t first, std::span<float> out);
  Placed place(const llama::TensorRow& row, uint64_t& at) const;

  std::filesystem::path path_;
  Descriptor file_;
  uint64_t size_;
  uint32_t version_ = 0;
  uint32_t group_size_ = 0;
  llama::ModelConfig config_{};
  std::array<Placed, llama::kRoleLimit> places_{};
};

void Checkpoint::read_header() {
  if (size_ < kHeaderBytes) {
    fail("{}: too short for a llama2.c checkpoint ({} bytes)", path_.string(), size_);
  }
  std::array<std::byte, kHeaderBytes> header{};
  read_at(file_, 0, header, path_);
  size_t at = 0;
  if (base::load_le32(header) == kMagic) {
    version_ = base::load_le32(header, 4);
    at = 8;
    if (version_ != 1 && version_ != 2) {
      fail("{}: llama2.c checkpoint of version {}; versions 0, 1 and 2 are known", path_.string(),
           version_);
    }
  }
  const auto next = [&] {
    at += 4;
    return static_cast<int32_t>(base::load_le32(header, at - 4));
  };
  const auto positive = [&](const char* what) {
    const int32_t value = next();
    if (value <= 0) {
      fail("{}: is neither a GGUF file nor a llama2.c checkpoint: {} is {}", path_.string(), what,
           value);
    }
    return static_cast<uint32_t>(value);
  };
  config_.dim = positive("dim");
  config_.hidden_dim = positive("hidden_dim");
  config_.n_layers = positive("n_layers");
  config_.n_heads = positive("n_heads");
  config_.n_kv_heads = positive("n_kv_heads");
  const int32_t vocabulary = next();
  config_.context = positive("seq_len");
  // Version 0 marks a separate classifier by a negative vocabulary.
  config_.vocab_size = static_cast<uint32_t>(vocabulary < 0 ? -int64_t{vocabulary} : vocabulary);
  config_.tied_classifier = version_ == 0 ? vocabulary > 0 : header[at++] != std::byte{0};
  if (version_ == 2) group_size_ = positive("group size");
  if (config_.dim % config_.n_heads != 0) {
    fail(
        "{}: is neither a GGUF file nor a llama2.c checkpoint: dim {} is not a multiple of {} "
        "heads",
        path_.string(), config_.dim, config_.n_heads);
  }
  config_.head_size = config_.dim / config_.n_heads;
  // llama2.c has these as constants.
  config_.rope_base = 10000.0f;
  config_.norm_eps = 1e-5f;
  require_ok(llama::validate(config_),
             path_.string() + ": is neither a GGUF file nor a llama2.c checkpoint");
}

Placed Checkpoint::place(const llama::TensorRow& row, uint64_t& at) const {
  const llama::TensorShape shape = row.shape(config_);
  const uint64_t values = uint64_t{shape.rows} * shape.columns;
  uint64_t bytes = values * sizeof(float);
  if (version_ == 2 && shape.rows > 1) {
    if (values % group_size_ != 0) {
      fail("{}: groups of {} do not divide the {} values of {}", path_.string(), group_size_,
           values, row.name);
    }
    bytes = values + values / group_size_ * sizeof(float);
  }
  const Placed placed{at, bytes};
  at += bytes * (row.place == llama::TensorPlace::kLayer ? config_.n_layers : 1);
  return placed;
}

void Checkpoint::place_tensors() {
  uint64_t at = version_ == 0 ? kLegacyHeaderBytes : kHeaderBytes;
  for (const TensorRole role : version_ == 0 ? std::span<const TensorRole>(kLegacyOrder)
                                             : std::span<const TensorRole>(kOrder)) {
    if (role == kClassifier) {
      // After all others, version 0 has RoPE's cosines and sines, which no program reads.
      if (version_ == 0) at += uint64_t{config_.context} * config_.head_size * sizeof(float);
      if (config_.tied_classifier) {
        places_[static_cast<size_t>(role)] = places_[static_cast<size_t>(kEmbedding)];
        continue;
      }
    }
    places_[static_cast<size_t>(role)] = place(llama::row_of(role), at);
  }
  if (at != size_) {
    fail(
        "{}: {} bytes, but a llama2.c checkpoint of version {} with this header has {}: it is "
        "truncated or of another kind",
        path_.string(), size_, version_, at);
  }
}

void Checkpoint::read_floats(uint64_t offset, std::span<float> out) {
  std::vector<std::byte> raw(out.size_bytes());
  read_at(file_, offset, raw, path_);
  for (size_t i = 0; i < out.size(); ++i) out[i] = base::load_le_f32(raw, i * sizeof(float));
}

void Checkpoint::read_int8(uint64_t base, uint64_t values, uint64_t first, std::span<float> out) {
  const uint64_t first_group = first / group_size_;
  const uint64_t last_group = (first + out.size() - 1) / group_size_;
  std::vector<std::byte> weights(out.size());
  std::vector<float> scales(static_cast<size_t>(last_group - first_group + 1));
  read_at(file_, base + first, weights, path_);
  read_floats(base + values + first_group * sizeof(float), scales);
  for (size_t i = 0; i < out.size(); ++i) {
    const auto group = static_cast<size_t>((first + i) / group_size_ - first_group);
    out[i] = static_cast<float>(static_cast<int8_t>(weights[i])) * scales[group];
  }
}

}  // namespace

std::unique_ptr<WeightReader> open_checkpoint(const std::filesystem::path& path) {
  return std::make_unique<Checkpoint>(path);
}

}  // namespace host
