#include "llama/model/model_file.h"

#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "llama/model/model_parts.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

// Offsets within the header (docs/format.md, "Header").
enum HeaderAt : size_t {
  kAtMagic = 0,
  kAtVersion = 4,
  kAtHeaderCrc = 8,
  kAtDirectoryCrc = 12,
  kAtFileBytes = 16,
  kAtDirectoryBytes = 24,
  kAtSegmentCount = 32,
  kAtTensorCount = 36,
  kAtTileCount = 40,
  kAtDim = 64,
  kAtHiddenDim = 68,
  kAtLayers = 72,
  kAtHeads = 76,
  kAtKvHeads = 80,
  kAtHeadSize = 84,
  kAtVocabulary = 88,
  kAtContext = 92,
  kAtRopeBase = 96,
  kAtNormEps = 100,
  kAtRopeScaling = 104,
  kAtRopeFactor = 108,
  kAtRopeLow = 112,
  kAtRopeHigh = 116,
  kAtRopeOriginalContext = 120,
  kAtTied = 124,
  kAtChatTemplate = 128,
  kAtName = 192,
};

Status corrupt(const char* text, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) {
  return Status::error(ErrorCode::kCorrupt, text, a, b, c);
}

ModelConfig read_config(std::span<const std::byte> header) {
  const auto u32 = [&](size_t at) { return base::load_le32(header, at); };
  const auto f32 = [&](size_t at) { return base::load_le_f32(header, at); };
  return {.dim = u32(kAtDim),
          .hidden_dim = u32(kAtHiddenDim),
          .n_layers = u32(kAtLayers),
          .n_heads = u32(kAtHeads),
          .n_kv_heads = u32(kAtKvHeads),
          .head_size = u32(kAtHeadSize),
          .vocab_size = u32(kAtVocabulary),
          .context = u32(kAtContext),
          .rope_base = f32(kAtRopeBase),
          .norm_eps = f32(kAtNormEps),
          .rope_scaling = static_cast<RopeScaling>(u32(kAtRopeScaling)),
          .rope_factor = f32(kAtRopeFactor),
          .rope_low_freq_factor = f32(kAtRopeLow),
          .rope_high_freq_factor = f32(kAtRopeHigh),
          .rope_original_context = u32(kAtRopeOriginalContext),
          .tied_classifier = u32(kAtTied) != 0,
          .chat_template = static_cast<ChatTemplate>(u32(kAtChatTemplate))};
}

TensorRole role_at(uint32_t index, const ModelConfig& config) {
  const uint32_t in_layers = config.n_layers * kTensorsPerLayer;
  if (index == 0) return TensorRole::kEmbedding;
  if (index <= in_layers) {
    return static_cast<TensorRole>(static_cast<uint32_t>(TensorRole::kAttentionNorm) +
                                   (index - 1) % kTensorsPerLayer);
  }
  return index == in_layers + 1 ? TensorRole::kFinalNorm : TensorRole::kClassifier;
}

}  // namespace

const char* name_of(TensorRole role) {
  constexpr const char* kNames[] = {
      "token_embedding", "attention_norm", "wq", "wk", "wv", "wo", "ffn_norm", "w1", "w3", "w2",
      "final_norm",      "classifier"};
  return kNames[static_cast<size_t>(role)];
}

bool Tensor::has_padding() const {
  return tile_bytes != packed_bytes(type, rows_per_tile, columns);
}

uint64_t packed_bytes(WeightType type, uint32_t rows, uint32_t columns) {
  if (rows == 1) return uint64_t{columns} * sizeof(float);
  return base::divide_up(rows, kRowsPerGroup) * row_group_bytes(type, columns);
}

TensorShape shape_of(TensorRole role, const ModelConfig& config) {
  switch (role) {
    case TensorRole::kEmbedding:
    case TensorRole::kClassifier:
      return {config.vocab_size, config.dim};
    case TensorRole::kAttentionNorm:
    case TensorRole::kFeedForwardNorm:
    case TensorRole::kFinalNorm:
      return {1, config.dim};
    case TensorRole::kWq:
      return {config.q_dim(), config.dim};
    case TensorRole::kWk:
    case TensorRole::kWv:
      return {config.kv_dim(), config.dim};
    case TensorRole::kWo:
      return {config.dim, config.q_dim()};
    case TensorRole::kW1:
    case TensorRole::kW3:
      return {config.hidden_dim, config.dim};
    case TensorRole::kW2:
      return {config.dim, config.hidden_dim};
  }
  return {0, 0};
}

base::Result<ModelFile> ModelFile::open(WeightSource& source, base::Arena& arena) {
  ModelFile file;
  if (source.size_bytes() < kHeaderBytes) {
    return corrupt(
        "the model file has {} bytes, less than its header of {}: it is empty or "
        "truncated; copy it again",
        source.size_bytes(), kHeaderBytes);
  }
  const base::Arena::Mark before = arena.mark();
  TRY_ASSIGN(auto header, arena.allocate<std::byte>(kHeaderBytes, "model directory"));
  TRY(source.read(0, header));
  TRY(file.parse_header(header));
  if (source.size_bytes() < file.file_bytes_) {
    return corrupt("the model file has {} bytes but should have {}: it is truncated; copy it again",
                   source.size_bytes(), file.file_bytes_);
  }
  arena.rewind(before);

  TRY(file.take_tables(arena));
  const base::Arena::Mark tables = arena.mark();
  TRY_ASSIGN(auto directory, arena.allocate<std::byte>(file.directory_bytes_, "model directory"));
  TRY(source.read(kHeaderBytes, directory));
  if (base::crc32c(directory) != file.directory_crc_) {
    return corrupt(
        "the model's directory (bytes {} to {}) does not match its CRC: the file is "
        "damaged; copy it again",
        kHeaderBytes, kHeaderBytes + file.directory_bytes_);
  }
  const size_t segment_bytes = file.segments_.size() * kSegmentEntryBytes;
  const size_t tensor_bytes = file.tensors_.size() * kTensorEntryBytes;
  TRY(file.parse_segments(directory.first(segment_bytes)));
  TRY(file.parse_tensors(directory.subspan(segment_bytes, tensor_bytes)));
  for (uint32_t tile = 0; tile < file.tile_count_; ++tile) {
    file.tile_crcs_[tile] =
        base::load_le32(directory, segment_bytes + tensor_bytes + tile * sizeof(uint32_t));
  }
  arena.rewind(tables);
  return file;
}

Status ModelFile::take_tables(base::Arena& arena) {
  TRY_ASSIGN(segments_, arena.allocate<Segment>(config_.n_layers + 3, "model directory"));
  TRY_ASSIGN(tensors_, arena.allocate<Tensor>(tensor_count(config_), "model directory"));
  TRY_ASSIGN(tile_crcs_, arena.allocate<uint32_t>(tile_count_, "model directory"));
  return base::ok_status();
}

Status ModelFile::measure(base::Arena& arena) const {
  CHECK(arena.is_measuring());
  const base::Arena::Mark before = arena.mark();
  TRY(arena.allocate<std::byte>(kHeaderBytes, "model directory").status());
  arena.rewind(before);
  ModelFile measured = *this;
  TRY(measured.take_tables(arena));
  const base::Arena::Mark tables = arena.mark();
  TRY(arena.allocate<std::byte>(directory_bytes_, "model directory").status());
  arena.rewind(tables);
  return base::ok_status();
}

Status ModelFile::parse_header(std::span<const std::byte> header) {
  if (base::load_le32(header, kAtMagic) != kFileMagic) {
    return corrupt(
        "this is no .blm model file (it begins with {:08x}); make one with "
        "`barellama convert`",
        base::load_le32(header, kAtMagic));
  }
  if (base::load_le32(header, kAtVersion) != kFileVersion) {
    return Status::error(
        ErrorCode::kUnsupported,
        "the model file has version {}, and this program reads version {}; convert "
        "the model again with the barellama of this version",
        base::load_le32(header, kAtVersion), kFileVersion);
  }
  if (base::load_le32(header, kAtHeaderCrc) != header_crc(header)) {
    return corrupt("the model's header does not match its CRC: the file is damaged; copy it again");
  }
  config_ = read_config(header);
  TRY(validate(config_));
  if (config_.rope_scaling > RopeScaling::kLlama3 ||
      config_.chat_template > ChatTemplate::kLlama31) {
    return Status::error(ErrorCode::kUnsupported,
                         "the model needs RoPE scaling {} or chat template {}, which this program "
                         "does not know; use a newer barellama",
                         static_cast<uint32_t>(config_.rope_scaling),
                         static_cast<uint32_t>(config_.chat_template));
  }
  TRY_ASSIGN(parts_, ModelParts::read(header));
  file_bytes_ = base::load_le64(header, kAtFileBytes);
  directory_bytes_ = base::load_le64(header, kAtDirectoryBytes);
  directory_crc_ = base::load_le32(header, kAtDirectoryCrc);
  tile_count_ = base::load_le32(header, kAtTileCount);
  const uint32_t segments = base::load_le32(header, kAtSegmentCount);
  const uint32_t tensors = base::load_le32(header, kAtTensorCount);
  if (segments != config_.n_layers + 3 || tensors != tensor_count(config_) ||
      directory_bytes_ != directory_bytes(segments, tensors, tile_count_) ||
      file_bytes_ % kTileAlignment != 0 || directory_bytes_ > file_bytes_ - kHeaderBytes) {
    return corrupt("the model's header contradicts itself: {} segments, {} tensors, {} tiles",
                   segments, tensors, tile_count_);
  }
  for (size_t i = 0; i + 1 < kModelNameBytes; ++i) {
    name_[i] = static_cast<char>(header[kAtName + i]);
  }
  return base::ok_status();
}

Status ModelFile::parse_segments(std::span<const std::byte> table) {
  uint64_t end = kHeaderBytes + directory_bytes_;
  for (uint32_t i = 0; i < segments_.size(); ++i) {
    const auto entry = table.subspan(i * kSegmentEntryBytes, kSegmentEntryBytes);
    Segment& segment = segments_[i];
    segment = {.kind = static_cast<SegmentKind>(base::load_le32(entry, 0)),
               .layer = base::load_le32(entry, 4),
               .offset = base::load_le64(entry, 8),
               .bytes = base::load_le64(entry, 16),
               .crc = base::load_le32(entry, 24)};
    const bool is_layer = i >= 1 && i <= config_.n_layers;
    const SegmentKind kind = i == 0                      ? SegmentKind::kEmbedding
                             : is_layer                  ? SegmentKind::kLayer
                             : i == config_.n_layers + 1 ? SegmentKind::kFinal
                                                         : SegmentKind::kTokenizer;
    if (segment.kind != kind || segment.layer != (is_layer ? i - 1 : 0) ||
        segment.offset % kSegmentAlignment != 0 || segment.bytes % kSegmentAlignment != 0 ||
        segment.offset < end || segment.offset > file_bytes_ ||
        segment.bytes > file_bytes_ - segment.offset) {
      return corrupt("segment {} of the model (bytes {} on, {} long) is out of place", i,
                     segment.offset, segment.bytes);
    }
    end = segment.offset + segment.bytes;
  }
  return base::ok_status();
}

Status ModelFile::parse_tensors(std::span<const std::byte> table) {
  uint32_t next_tile = 0;
  uint64_t end = 0;
  for (uint32_t i = 0; i < tensors_.size(); ++i) {
    const auto entry = table.subspan(i * kTensorEntryBytes, kTensorEntryBytes);
    Tensor& tensor = tensors_[i];
    tensor = {.role = static_cast<TensorRole>(base::load_le16(entry, 0)),
              .layer = base::load_le16(entry, 2),
              .type = static_cast<WeightType>(base::load_le16(entry, 4)),
              .rows = base::load_le32(entry, 8),
              .columns = base::load_le32(entry, 12),
              .rows_per_tile = base::load_le32(entry, 16),
              .tile_bytes = base::load_le32(entry, 20),
              .first_tile = base::load_le32(entry, 24),
              .tile_count = base::load_le32(entry, 28),
              .offset = base::load_le64(entry, 32),
              .bytes = base::load_le64(entry, 40)};
    TRY(check_tensor(tensor, i));
    if (tensor.first_tile != next_tile || tensor.offset < end) {
      return corrupt("tensor {} of the model is out of order", i);
    }
    next_tile += tensor.tile_count;
    end = tensor.offset + tensor.bytes;
  }
  if (next_tile != tile_count_) {
    return corrupt("the model's tensors have {} tiles, but its header says {}", next_tile,
                   tile_count_);
  }
  return base::ok_status();
}

Status ModelFile::check_tensor(const Tensor& tensor, uint32_t index) const {
  if (static_cast<uint16_t>(tensor.type) >= kWeightTypeCount) {
    return Status::error(ErrorCode::kUnsupported,
                         "tensor {} has weight type {}, which this program does not know; use a "
                         "newer barellama or convert the model again",
                         index, static_cast<uint16_t>(tensor.type));
  }
  const TensorRole role = role_at(index, config_);
  const TensorShape shape = shape_of(role, config_);
  const Segment& segment = segment_of(index);
  if (tensor.role != role || tensor.rows != shape.rows || tensor.columns != shape.columns) {
    return corrupt(
        "tensor {} of the model has {} rows of {} columns, which its configuration "
        "does not allow",
        index, tensor.rows, tensor.columns);
  }
  const bool one_row = tensor.rows == 1;
  if (tensor.rows_per_tile == 0 || (one_row && tensor.type != WeightType::kF32) ||
      (!one_row && tensor.rows_per_tile % kRowsPerGroup != 0) ||
      tensor.rows_per_tile > base::round_up(tensor.rows, kRowsPerGroup) ||
      tensor.tile_count != base::divide_up(tensor.rows, tensor.rows_per_tile)) {
    return corrupt("tensor {} of the model has {} tiles of {} rows, which cannot be", index,
                   tensor.tile_count, tensor.rows_per_tile);
  }
  const uint64_t full_tile = base::round_up<uint64_t>(
      packed_bytes(tensor.type, one_row ? 1 : tensor.rows_per_tile, tensor.columns),
      kTileAlignment);
  const uint32_t last_rows = tensor.rows_in_tile(tensor.tile_count - 1);
  // A last tile of a single row is a row group like any other, not a vector.
  const uint64_t last_tile =
      base::round_up<uint64_t>(one_row ? full_tile
                                       : base::divide_up(last_rows, kRowsPerGroup) *
                                             row_group_bytes(tensor.type, tensor.columns),
                               kTileAlignment);
  if (tensor.tile_bytes != full_tile ||
      tensor.bytes != uint64_t{tensor.tile_count - 1} * full_tile + last_tile ||
      tensor.offset % kTileAlignment != 0 || tensor.offset < segment.offset ||
      tensor.bytes > segment.bytes ||
      tensor.offset - segment.offset > segment.bytes - tensor.bytes) {
    return corrupt("tensor {} of the model (bytes {} on, {} long) is out of place", index,
                   tensor.offset, tensor.bytes);
  }
  return base::ok_status();
}

const Segment& ModelFile::segment_of(uint32_t tensor_index) const {
  if (tensor_index == kEmbeddingIndex) return segments_[0];
  const uint32_t layer = (tensor_index - 1) / kTensorsPerLayer;
  return segments_[layer < config_.n_layers ? 1 + layer : 1 + config_.n_layers];
}

std::string_view ModelFile::name() const {
  return std::string_view(name_.data(), std::string_view(name_.data(), name_.size()).find('\0'));
}

uint64_t directory_bytes(uint32_t segments, uint32_t tensors, uint32_t tiles) {
  return base::round_up<uint64_t>(uint64_t{segments} * kSegmentEntryBytes +
                                      uint64_t{tensors} * kTensorEntryBytes +
                                      uint64_t{tiles} * sizeof(uint32_t),
                                  kTileAlignment);
}

void write_directory(std::span<const Segment> segments, std::span<const Tensor> tensors,
                     std::span<const uint32_t> tile_crcs, std::span<std::byte> directory) {
  for (std::byte& byte : directory) byte = std::byte{0};
  size_t at = 0;
  for (const Segment& segment : segments) {
    base::store_le32(directory, at, static_cast<uint32_t>(segment.kind));
    base::store_le32(directory, at + 4, segment.layer);
    base::store_le64(directory, at + 8, segment.offset);
    base::store_le64(directory, at + 16, segment.bytes);
    base::store_le32(directory, at + 24, segment.crc);
    at += kSegmentEntryBytes;
  }
  for (const Tensor& tensor : tensors) {
    base::store_le16(directory, at, static_cast<uint16_t>(tensor.role));
    base::store_le16(directory, at + 2, tensor.layer);
    base::store_le16(directory, at + 4, static_cast<uint16_t>(tensor.type));
    base::store_le32(directory, at + 8, tensor.rows);
    base::store_le32(directory, at + 12, tensor.columns);
    base::store_le32(directory, at + 16, tensor.rows_per_tile);
    base::store_le32(directory, at + 20, tensor.tile_bytes);
    base::store_le32(directory, at + 24, tensor.first_tile);
    base::store_le32(directory, at + 28, tensor.tile_count);
    base::store_le64(directory, at + 32, tensor.offset);
    base::store_le64(directory, at + 40, tensor.bytes);
    at += kTensorEntryBytes;
  }
  for (const uint32_t crc : tile_crcs) {
    base::store_le32(directory, at, crc);
    at += sizeof(uint32_t);
  }
}

void write_header(const ModelConfig& config, std::string_view name, uint64_t file_bytes,
                  uint32_t segments, uint32_t tensors, uint32_t tiles,
                  std::span<const std::byte> directory, std::span<std::byte> header) {
  CHECK(header.size() == kHeaderBytes);
  for (std::byte& byte : header) byte = std::byte{0};
  const auto u32 = [&](size_t at, uint32_t value) { base::store_le32(header, at, value); };
  const auto f32 = [&](size_t at, float value) { u32(at, std::bit_cast<uint32_t>(value)); };
  u32(kAtMagic, kFileMagic);
  u32(kAtVersion, kFileVersion);
  u32(kAtDirectoryCrc, base::crc32c(directory));
  base::store_le64(header, kAtFileBytes, file_bytes);
  base::store_le64(header, kAtDirectoryBytes, directory.size());
  u32(kAtSegmentCount, segments);
  u32(kAtTensorCount, tensors);
  u32(kAtTileCount, tiles);
  u32(kAtDim, config.dim);
  u32(kAtHiddenDim, config.hidden_dim);
  u32(kAtLayers, config.n_layers);
  u32(kAtHeads, config.n_heads);
  u32(kAtKvHeads, config.n_kv_heads);
  u32(kAtHeadSize, config.head_size);
  u32(kAtVocabulary, config.vocab_size);
  u32(kAtContext, config.context);
  f32(kAtRopeBase, config.rope_base);
  f32(kAtNormEps, config.norm_eps);
  u32(kAtRopeScaling, static_cast<uint32_t>(config.rope_scaling));
  f32(kAtRopeFactor, config.rope_factor);
  f32(kAtRopeLow, config.rope_low_freq_factor);
  f32(kAtRopeHigh, config.rope_high_freq_factor);
  u32(kAtRopeOriginalContext, config.rope_original_context);
  u32(kAtTied, config.tied_classifier ? 1 : 0);
  u32(kAtChatTemplate, static_cast<uint32_t>(config.chat_template));
  for (size_t i = 0; i < name.size() && i + 1 < kModelNameBytes; ++i) {
    header[kAtName + i] = static_cast<std::byte>(name[i]);
  }
  u32(kAtHeaderCrc, header_crc(header));
}

}  // namespace llama
