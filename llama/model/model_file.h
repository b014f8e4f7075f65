// The .blm file: one model, everything the Pi needs inside. docs/format.md has every byte; this is
// its reader, and the structures from which the converter writes it.
//
//   header (4096 bytes) | directory | segments, each from a multiple of 4096 on:
//   embedding, layer 0 .. n-1, final (norm and, if not tied, classifier), tokenizer
//
// A tensor is cut into *tiles* of whole row groups, each from a multiple of 512 on and with a
// CRC-32C of its own: the unit in which weights are read, checked and multiplied.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "llama/kernels/packed_rows.h"
#include "llama/model/config.h"
#include "llama/model/model_parts.h"
#include "llama/model/weight_source.h"

namespace llama {

constexpr uint32_t kFileMagic = 0x314d4c42;  // "BLM1" in file order
constexpr uint32_t kFileVersion = 1;
constexpr uint32_t kHeaderBytes = 4096;
constexpr uint32_t kSegmentAlignment = 4096;
constexpr uint32_t kTileAlignment = WeightSource::kReadUnit;
constexpr size_t kModelNameBytes = 64;

enum class SegmentKind : uint32_t { kEmbedding = 0, kLayer = 1, kFinal = 2, kTokenizer = 3 };

struct Segment {
  SegmentKind kind;
  uint32_t layer;   // of kLayer, otherwise 0
  uint64_t offset;  // in the file
  uint64_t bytes;   // a multiple of kSegmentAlignment
  uint32_t crc;     // CRC-32C of all its bytes, padding included
};
constexpr uint32_t kSegmentEntryBytes = 32;

// Tensors of a layer in file order, which is the order of execution.
enum class TensorRole : uint16_t {
  kEmbedding = 0,        // (vocab_size, dim)
  kAttentionNorm = 1,    // (1, dim)
  kWq = 2,               // (n_heads * head_size, dim)
  kWk = 3,               // (n_kv_heads * head_size, dim)
  kWv = 4,               // (n_kv_heads * head_size, dim)
  kWo = 5,               // (dim, n_heads * head_size)
  kFeedForwardNorm = 6,  // (1, dim)
  kW1 = 7,               // (hidden_dim, dim), the gate
  kW3 = 8,               // (hidden_dim, dim), up
  kW2 = 9,               // (dim, hidden_dim), down
  kFinalNorm = 10,       // (1, dim)
  kClassifier = 11,      // (vocab_size, dim), absent when tied
};
constexpr uint32_t kTensorsPerLayer = 9;
const char* name_of(TensorRole role);

struct Tensor {
  TensorRole role;
  uint16_t layer;
  WeightType type;
  uint32_t rows;
  uint32_t columns;
  uint32_t rows_per_tile;  // a multiple of kRowsPerGroup, or 1 for a tensor of one row
  uint32_t tile_bytes;     // of every tile but the last, a multiple of kTileAlignment
  uint32_t first_tile;     // number of its first tile in the whole file
  uint32_t tile_count;
  uint64_t offset;  // of its first tile in the file
  uint64_t bytes;   // of all tiles

  bool is_vector() const { return rows == 1; }
  bool has_padding() const;  // between tiles
  uint32_t rows_in_tile(uint32_t tile) const {
    const uint32_t first = tile * rows_per_tile;
    return rows - first < rows_per_tile ? rows - first : rows_per_tile;
  }
  // All tiles but the last are tile_bytes long; the last ends where the tensor does.
  uint64_t bytes_of_tile(uint32_t tile) const {
    return tile + 1 < tile_count ? tile_bytes : bytes - uint64_t{tile} * tile_bytes;
  }
  uint64_t bytes_of_first(uint32_t tiles) const {
    return tiles == tile_count ? bytes : uint64_t{tiles} * tile_bytes;
  }
  uint64_t offset_of_tile(uint32_t tile) const { return offset + uint64_t{tile} * tile_bytes; }
};
constexpr uint32_t kTensorEntryBytes = 48;

// Bytes that `rows` rows take in a tile, before padding.
uint64_t packed_bytes(WeightType type, uint32_t rows, uint32_t columns);

// The shape that `config` asks of a tensor.
struct TensorShape {
  uint32_t rows;
  uint32_t columns;
};
TensorShape shape_of(TensorRole role, const ModelConfig& config);

constexpr uint32_t tensor_count(const ModelConfig& config) {
  return 1 + config.n_layers * kTensorsPerLayer + 1 + (config.tied_classifier ? 0 : 1);
}

// An opened model: header and directory, read and validated. Lives in the arena.
class ModelFile {
 public:
  // Reads and checks header and directory; takes arena room for the tables ("model directory").
  // kCorrupt: not a model, damaged, or of shapes that do not agree; kUnsupported: a newer version;
  // kOutOfRange: truncated; kOutOfMemory; and whatever the source returns.
  static base::Result<ModelFile> open(WeightSource& source, base::Arena& arena);
  // Takes of a measuring arena what open() takes of a real one for this file.
  base::Status measure(base::Arena& arena) const;

  const ModelConfig& config() const { return config_; }
  std::string_view name() const;
  std::span<const Segment> segments() const { return segments_; }
  std::span<const Tensor> tensors() const { return tensors_; }
  uint32_t tile_crc(uint32_t tile) const { return tile_crcs_[tile]; }
  uint64_t file_bytes() const { return file_bytes_; }
  // How it was cut into files; all offsets are those of the whole.
  const ModelParts& parts() const { return parts_; }
  // CRC-32C of all tables, those of tile and segment CRCs among them: another one for other weights
  // or another tokenizer.
  uint32_t directory_crc() const { return directory_crc_; }

  // Indices into tensors(), in file order.
  static constexpr uint32_t kEmbeddingIndex = 0;
  static constexpr uint32_t layer_index(uint32_t layer, TensorRole role) {
    return 1 + layer * kTensorsPerLayer + static_cast<uint32_t>(role) -
           static_cast<uint32_t>(TensorRole::kAttentionNorm);
  }
  uint32_t final_norm_index() const { return 1 + config_.n_layers * kTensorsPerLayer; }
  uint32_t classifier_index() const {
    return config_.tied_classifier ? kEmbeddingIndex : final_norm_index() + 1;
  }
  const Segment& tokenizer_segment() const { return segments_.back(); }
  const Segment& segment_of(uint32_t tensor_index) const;

 private:
  base::Status take_tables(base::Arena& arena);
  base::Status parse_header(std::span<const std::byte> header);
  base::Status parse_segments(std::span<const std::byte> table);
  base::Status parse_tensors(std::span<const std::byte> table);
  base::Status check_tensor(const Tensor& tensor, uint32_t index) const;

  ModelConfig config_{};
  std::array<char, kModelNameBytes> name_{};
  std::span<Segment> segments_;
  std::span<Tensor> tensors_;
  std::span<uint32_t> tile_crcs_;
  uint64_t file_bytes_ = 0;
  ModelParts parts_;
  uint64_t directory_bytes_ = 0;
  uint32_t directory_crc_ = 0;
  uint32_t tile_count_ = 0;
};

// What the converter writes: the inverse of open(). `header` has kHeaderBytes; both CRCs are filled
// in. `directory` has directory_bytes(...) bytes.
uint64_t directory_bytes(uint32_t segments, uint32_t tensors, uint32_t tiles);
void write_directory(std::span<const Segment> segments, std::span<const Tensor> tensors,
                     std::span<const uint32_t> tile_crcs, std::span<std::byte> directory);
void write_header(const ModelConfig& config, std::string_view name, uint64_t file_bytes,
                  uint32_t segments, uint32_t tensors, uint32_t tiles,
                  std::span<const std::byte> directory, std::span<std::byte> header);

}  // namespace llama
