#include "host-tools/model/model_layout.h"

#include <algorithm>

#include "base/align.h"

namespace host {
namespace {

using llama::Segment;
using llama::SegmentKind;
using llama::Tensor;
using llama::TensorPlace;
using llama::TensorRole;
using llama::TensorRow;
using llama::WeightType;

// An embedding row is read alone, with its whole tile.
constexpr uint32_t kEmbeddingTileBytes = 4 * 1024;
// As classifier the same table is read whole. Where tiles of this size have no padding, a pinned
// one is multiplied in long runs of them (llama/weights/weights.h), and streaming one takes no
// longer.
constexpr uint32_t kTiedTileBytes = 16 * 1024;

// How many rows a tile of about `target` bytes has: of the sizes from half the target up, the one
// that loses least to the padding to 512 bytes.
uint32_t rows_per_tile(WeightType type, llama::TensorShape shape, uint32_t target) {
  if (shape.rows == 1) return 1;
  const uint64_t group_bytes = llama::row_group_bytes(type, shape.columns);
  const uint64_t most = std::max<uint64_t>(1, target / group_bytes);
  uint64_t best = most;
  double least_loss = 1;
  for (uint64_t groups = most; groups >= std::max<uint64_t>(1, most / 2); --groups) {
    const uint64_t bytes = groups * group_bytes;
    const uint64_t padded = base::round_up<uint64_t>(bytes, llama::kTileAlignment);
    const double loss = static_cast<double>(padded - bytes) / static_cast<double>(padded);
    if (loss < least_loss) {
      least_loss = loss;
      best = groups;
    }
  }
  const uint64_t all = base::divide_up(shape.rows, llama::kRowsPerGroup);
  return static_cast<uint32_t>(std::min(best, all)) * llama::kRowsPerGroup;
}

// Of the embedding table.
uint32_t embedding_rows_per_tile(WeightType type, llama::TensorShape shape, bool is_classifier,
                                 uint32_t most_bytes) {
  const uint32_t target = is_classifier ? kTiedTileBytes : kEmbeddingTileBytes;
  const uint32_t rows = rows_per_tile(type, shape, std::min(most_bytes, target));
  const llama::PackedBytes bytes = llama::traits_of(type).packed_bytes(rows, shape.columns);
  const bool has_padding = bytes.least != bytes.most || bytes.most % llama::kTileAlignment != 0;
  return is_classifier && has_padding ? rows_per_tile(type, shape, most_bytes) : rows;
}

class Layout {
 public:
  Layout(const llama::ModelConfig& config, const LayoutOptions& options)
      : config_(config), options_(options) {}

  ModelLayout make();

 private:
  bool has(llama::TensorKey tensor) const {
    return options_.has ? options_.has(tensor)
                        : llama::is_required(llama::row_of(tensor.role), config_);
  }
  void add_segment(SegmentKind kind, uint32_t layer, uint64_t from);
  void add_tensors(TensorPlace place, uint32_t layer);
  void add_tensor(llama::TensorKey key);
  Tensor cut(llama::TensorKey key, WeightType type) const;
  void give_own_sizes(Tensor& tensor);

  const llama::ModelConfig& config_;
  const LayoutOptions& options_;
  ModelLayout made_;
  uint64_t at_ = 0;
  uint32_t tiles_ = 0;
};

// Offsets depend on the directory's size, and that on the number of tiles only: everything is
// placed from 0 first, and moved when the size is known.
ModelLayout Layout::make() {
  add_tensors(TensorPlace::kBegin, 0);
  add_segment(SegmentKind::kEmbedding, 0, 0);
  for (uint32_t layer = 0; layer < config_.n_layers; ++layer) {
    const uint64_t from = at_;
    add_tensors(TensorPlace::kLayer, layer);
    add_segment(SegmentKind::kLayer, layer, from);
  }
  uint64_t from = at_;
  add_tensors(TensorPlace::kEnd, 0);
  add_segment(SegmentKind::kFinal, 0, from);
  from = at_;
  at_ += options_.tokenizer_bytes;
  add_segment(SegmentKind::kTokenizer, 0, from);

  made_.tile_crcs.resize(tiles_);
  made_.head_bytes = base::round_up<uint64_t>(llama::kHeaderBytes + made_.tables().bytes(),
                                              llama::kSegmentAlignment);
  for (Segment& segment : made_.segments) segment.offset += made_.head_bytes;
  for (Tensor& tensor : made_.tensors) tensor.offset += made_.head_bytes;
  made_.file_bytes = made_.head_bytes + at_;
  return std::move(made_);
}

// What was placed from `from` on.
void Layout::add_segment(SegmentKind kind, uint32_t layer, uint64_t from) {
  at_ = base::round_up<uint64_t>(at_, llama::kSegmentAlignment);
  made_.segments.push_back({.kind = kind,
                            .flags = llama::kFlagMustBeKnown,
                            .layer = layer,
                            .offset = from,
                            .bytes = at_ - from,
                            .crc = 0});
}

void Layout::add_tensors(TensorPlace place, uint32_t layer) {
  std::vector<llama::TensorKey> keys;
  for (const TensorRow& row : llama::layer_table()) {
    if (row.place != place) continue;
    const uint32_t copies = llama::copies_of(row, config_);
    for (uint32_t expert = 0; expert < copies; ++expert) {
      const llama::TensorKey key{row.role, layer, expert};
      if (has(key)) keys.push_back(key);
    }
  }
  std::ranges::sort(keys, {}, [](const llama::TensorKey& key) {
    return order_of(llama::row_of(key.role), key.expert);
  });
  for (const llama::TensorKey& key : keys) add_tensor(key);
}

void Layout::add_tensor(llama::TensorKey key) {
  const bool is_vector = llama::shape_of(key.role, config_).rows == 1;
  const WeightType type = is_vector ? WeightType::kF32 : options_.type_of(key);
  Tensor tensor = cut(key, type);
  if (llama::traits_of(type).has_own_sizes()) give_own_sizes(tensor);
  tiles_ += tensor.tile_count;
  at_ += tensor.bytes;
  made_.tensors.push_back(tensor);
}

// At the next place, in tiles of the size that the type has at most.
Tensor Layout::cut(llama::TensorKey key, WeightType type) const {
  const llama::TensorShape shape = llama::shape_of(key.role, config_);
  const uint32_t rows =
      key.role == TensorRole::kEmbedding
          ? embedding_rows_per_tile(type, shape, config_.tied_classifier, options_.tile_bytes)
          : rows_per_tile(type, shape, options_.tile_bytes);
  const uint32_t count = base::divide_up(shape.rows, rows);
  Tensor tensor{.role = key.role,
                .layer = static_cast<uint16_t>(key.layer),
                .expert = static_cast<uint16_t>(key.expert),
                .type = type,
                .flags = 0,
                .rows = shape.rows,
                .columns = shape.columns,
                .rows_per_tile = rows,
                .tile_bytes = 0,
                .first_tile = tiles_,
                .tile_count = count,
                .offset = at_,
                .bytes = 0,
                .segment = 0,
                .step = Tensor::kNoStep,
                .tile_starts = nullptr};
  const auto padded = [&](uint32_t tile) {
    return llama::tile_bytes_of(type, tensor.form(), tensor.rows_in_tile(tile), shape.columns).most;
  };
  tensor.tile_bytes = static_cast<uint32_t>(padded(0));
  tensor.bytes = (count - 1) * padded(0) + padded(count - 1);
  return tensor;
}

// In the dense type, if that takes no more.
void Layout::give_own_sizes(Tensor& tensor) {
  const Tensor dense = cut(tensor.key(), llama::traits_of(tensor.type).dense->type);
  auto starts = std::make_shared<std::vector<uint32_t>>(1);
  uint32_t largest = 0;
  for (const uint64_t bytes : options_.tile_sizes(tensor)) {
    const auto units =
        static_cast<uint32_t>(base::divide_up<uint64_t>(bytes, llama::kTileAlignment));
    starts->push_back(starts->back() + units);
    largest = std::max(largest, units);
  }
  const uint64_t bytes = uint64_t{starts->back()} * llama::kTileAlignment;
  if (bytes + starts->size() * sizeof(uint32_t) >= dense.bytes) {
    tensor = dense;
    return;
  }
  tensor.flags = llama::kTensorHasTileStarts;
  tensor.tile_bytes = largest * llama::kTileAlignment;
  tensor.bytes = bytes;
  tensor.tile_starts = starts->data();
  made_.tile_starts.push_back(std::move(starts));
}

}  // namespace

ModelLayout lay_out(const llama::ModelConfig& config, const LayoutOptions& options) {
  return Layout(config, options).make();
}

}  // namespace host
