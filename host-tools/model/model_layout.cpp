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
  const bool has_padding =
      llama::packed_bytes(type, rows, shape.columns) % llama::kTileAlignment != 0;
  return is_classifier && has_padding ? rows_per_tile(type, shape, most_bytes) : rows;
}

class Layout {
 public:
  Layout(const llama::ModelConfig& config, const LayoutOptions& options)
      : config_(config), options_(options) {}

  ModelLayout make();

 private:
  bool has(const TensorRow& row, uint32_t layer) const {
    return options_.has ? options_.has(row.role, layer) : llama::is_required(row, config_);
  }
  void add_segment(SegmentKind kind, uint32_t layer, uint64_t from);
  void add_tensors(TensorPlace place, uint32_t layer);
  void add_tensor(const TensorRow& row, uint32_t layer, uint32_t expert);

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
  struct Place {
    const TensorRow* row;
    uint32_t expert;
  };
  std::vector<Place> places;
  for (const TensorRow& row : llama::layer_table()) {
    if (row.place != place || !has(row, layer)) continue;
    const uint32_t copies = llama::copies_of(row, config_);
    for (uint32_t expert = 0; expert < copies; ++expert) places.push_back({&row, expert});
  }
  std::ranges::sort(places, {}, [](const Place& one) { return order_of(*one.row, one.expert); });
  for (const Place& one : places) add_tensor(*one.row, layer, one.expert);
}

void Layout::add_tensor(const TensorRow& row, uint32_t layer, uint32_t expert) {
  const llama::TensorShape shape = row.shape(config_);
  const bool is_vector = shape.rows == 1;
  const auto form = is_vector ? llama::TensorForm::kVector : llama::TensorForm::kMatrix;
  const WeightType type = is_vector ? WeightType::kF32 : options_.type_of(row.role, layer);
  const uint32_t rows =
      row.role == TensorRole::kEmbedding
          ? embedding_rows_per_tile(type, shape, config_.tied_classifier, options_.tile_bytes)
          : rows_per_tile(type, shape, options_.tile_bytes);
  const uint32_t count = base::divide_up(shape.rows, rows);
  const auto padded = [&](uint32_t tile_rows) {
    return llama::tile_bytes_of(type, form, tile_rows, shape.columns).most;
  };
  const uint64_t bytes = (count - 1) * padded(rows) + padded(shape.rows - (count - 1) * rows);
  made_.tensors.push_back({.role = row.role,
                           .layer = static_cast<uint16_t>(layer),
                           .expert = static_cast<uint16_t>(expert),
                           .type = type,
                           .flags = 0,
                           .rows = shape.rows,
                           .columns = shape.columns,
                           .rows_per_tile = rows,
                           .tile_bytes = static_cast<uint32_t>(padded(rows)),
                           .first_tile = tiles_,
                           .tile_count = count,
                           .offset = at_,
                           .bytes = bytes,
                           .segment = 0,
                           .step = Tensor::kNoStep,
                           .tile_starts = nullptr});
  tiles_ += count;
  at_ += bytes;
}

}  // namespace

ModelLayout lay_out(const llama::ModelConfig& config, const LayoutOptions& options) {
  return Layout(config, options).make();
}

}  // namespace host
