// The directory's tensors.
#include <algorithm>

#include "base/align.h"
#include "base/bytes.h"
#include "llama/model/directory_reader.h"
#include "llama/model/refusal.h"

namespace llama {

using base::Status;

namespace {

SegmentKind segment_kind(TensorPlace place) {
  return place == TensorPlace::kBegin   ? SegmentKind::kEmbedding
         : place == TensorPlace::kLayer ? SegmentKind::kLayer
                                        : SegmentKind::kFinal;
}

// Of all tensors of a model.
uint64_t order_in_model(const TensorRow& row, uint32_t layer, uint32_t expert) {
  return static_cast<uint64_t>(row.place) << 56 | uint64_t{layer} << 32 | order_of(row, expert);
}

uint32_t tiles_per_run(const Tensor& tensor) {
  const PackedBytes rows =
      packed_bytes_of(tensor.type, tensor.form(), tensor.rows_per_tile, tensor.columns);
  if (rows.least != tensor.tile_bytes) return 1;
  return std::max<uint32_t>(Tensor::kMostRunBytes / tensor.tile_bytes, 1);
}

}  // namespace

Status DirectoryReader::read_tensors(std::span<const std::byte> table) {
  for (uint32_t i = 0; i < file_.counts_.tensors; ++i) {
    const auto entry = table.subspan(size_t{i} * kTensorEntryBytes, kTensorEntryBytes);
    Tensor tensor{.role = static_cast<TensorRole>(base::load_le16(entry, kTensorRole)),
                  .layer = base::load_le16(entry, kTensorLayer),
                  .expert = base::load_le16(entry, kTensorExpert),
                  .type = static_cast<WeightType>(base::load_le16(entry, kTensorType)),
                  .flags = base::load_le32(entry, kTensorFlags),
                  .rows = base::load_le32(entry, kTensorRows),
                  .columns = base::load_le32(entry, kTensorColumns),
                  .rows_per_tile = base::load_le32(entry, kTensorRowsPerTile),
                  .tile_bytes = base::load_le32(entry, kTensorTileBytes),
                  .first_tile = base::load_le32(entry, kTensorFirstTile),
                  .tile_count = base::load_le32(entry, kTensorTileCount),
                  .offset = base::load_le64(entry, kTensorOffset),
                  .bytes = base::load_le64(entry, kTensorBytes),
                  .segment = 0,
                  .step = Tensor::kNoStep,
                  .tile_starts = nullptr};
    if (tensor.first_tile != next_tile_)
      return corrupt("tensor {} of the model is out of order; convert it again", i);
    next_tile_ += tensor.tile_count;
    if (next_tile_ > file_.counts_.tiles) {
      return corrupt(
          "tensor {} of the model has {} tiles, and there are {} in all; convert it again", i,
          tensor.tile_count, file_.counts_.tiles);
    }
    if ((tensor.flags & kTensorHasTileStarts) != 0) {
      TRY(take_tile_starts(tensor, base::load_le32(entry, kTensorFirstStart)));
    }
    if (find_row(static_cast<uint32_t>(tensor.role)) == nullptr &&
        (tensor.flags & kTensorMayBeLeftOut) != 0) {
      continue;
    }
    TRY(check_known(tensor, i));
    TRY(add(tensor));
  }
  if (next_tile_ != file_.counts_.tiles || next_start_ != file_.counts_.tile_starts) {
    return corrupt("the model's tensors have {} tiles, but its header says {}; convert it again",
                   next_tile_, file_.counts_.tiles);
  }
  file_.tensors_ = file_.tensors_.first(tensor_count_);
  return base::ok_status();
}

// The entries of the table that are the tensor's; check_tile_starts() looks into them.
Status DirectoryReader::take_tile_starts(Tensor& tensor, uint32_t first) {
  const uint64_t count = uint64_t{tensor.tile_count} + 1;
  if (first != next_start_ || count > file_.tile_starts_.size() - next_start_) {
    return corrupt(
        "the sizes of {} tiles, from entry {}, are not in the model's table of {}; convert it "
        "again",
        tensor.tile_count, first, file_.tile_starts_.size());
  }
  tensor.tile_starts = file_.tile_starts_.data() + next_start_;
  next_start_ += static_cast<uint32_t>(count);
  return base::ok_status();
}

Status DirectoryReader::check_known(const Tensor& tensor, uint32_t number) const {
  if (find_row(static_cast<uint32_t>(tensor.role)) == nullptr) {
    return unsupported(
        "tensor {} of the model has role {}, which this program does not know; use a newer "
        "barellama",
        number, static_cast<uint32_t>(tensor.role));
  }
  if ((tensor.flags & kTensorFlagsToKnow & ~kTensorHasTileStarts) != 0) {
    return unsupported(
        "tensor {} of the model has flags {:x}, which this program does not know; use a newer "
        "barellama",
        number, tensor.flags);
  }
  if (find_weight_type(tensor.type) == nullptr) {
    return unsupported(
        "tensor {} has weight type {}, which this program does not know; use a newer barellama or "
        "convert the model again",
        number, static_cast<uint16_t>(tensor.type));
  }
  return base::ok_status();
}

// Checks the tensor and keeps it.
Status DirectoryReader::add(Tensor tensor) {
  const uint32_t number = tensor_count_;
  const TensorRow& row = row_of(tensor.role);
  const uint32_t layers = row.place == TensorPlace::kLayer ? config_.n_layers : 1;
  if (tensor.layer >= layers || tensor.expert >= copies_of(row, config_)) {
    return corrupt(
        "tensor {} of the model is of layer {} and expert {}, which it does not have; convert it "
        "again",
        number, tensor.layer, tensor.expert);
  }
  const uint64_t order = order_in_model(row, tensor.layer, tensor.expert);
  if (order < next_order_ || tensor.offset < end_) {
    return corrupt("tensor {} of the model is out of order; convert it again", number);
  }
  const TensorShape shape = row.shape(config_);
  const bool may_be = row.presence != TensorPresence::kUnlessTied || !config_.tied_classifier;
  if (!may_be || tensor.rows != shape.rows || tensor.columns != shape.columns) {
    return corrupt(
        "tensor {} of the model has {} rows of {} columns, which its configuration does not allow",
        number, tensor.rows, tensor.columns);
  }
  TRY(find_segment(tensor));
  TRY(check_tiles(tensor));
  TRY(check_place(tensor));
  tensor.operation = row.operation;
  tensor.tiles_per_run = tiles_per_run(tensor);
  next_order_ = order + 1;
  end_ = tensor.offset + tensor.bytes;
  file_.index_[tensor.layer * file_.slots_ + slot_of(tensor.role, tensor.expert)] = number;
  file_.tensors_[tensor_count_++] = tensor;
  return base::ok_status();
}

// Tensors and segments are both in the order of execution.
Status DirectoryReader::find_segment(Tensor& tensor) {
  const SegmentKind kind = segment_kind(row_of(tensor.role).place);
  for (; segment_ < file_.segments_.size(); ++segment_) {
    const Segment& segment = file_.segments_[segment_];
    if (segment.kind == kind && segment.layer == tensor.layer) {
      tensor.segment = segment_;
      return base::ok_status();
    }
  }
  return corrupt("tensor {} of the model is out of order; convert it again", tensor_count_);
}

Status DirectoryReader::check_tiles(const Tensor& tensor) const {
  const bool one_row = tensor.is_vector();
  if (tensor.rows == 0 || tensor.rows_per_tile == 0 ||
      (one_row && tensor.type != WeightType::kF32) ||
      (!one_row && tensor.rows_per_tile % kRowsPerGroup != 0) ||
      tensor.rows_per_tile > base::round_up(tensor.rows, one_row ? 1 : kRowsPerGroup) ||
      tensor.tile_count != base::divide_up(tensor.rows, tensor.rows_per_tile)) {
    return corrupt(
        "tensor {} of the model has {} tiles of {} rows, which is impossible; convert it again",
        tensor_count_, tensor.tile_count, tensor.rows_per_tile);
  }
  return base::ok_status();
}

Status DirectoryReader::check_place(const Tensor& tensor) const {
  if (tensor.tile_starts != nullptr) {
    TRY(check_tile_starts(tensor));
  } else {
    const PackedBytes full =
        tile_bytes_of(tensor.type, tensor.form(), tensor.rows_per_tile, tensor.columns);
    const PackedBytes last = tile_bytes_of(
        tensor.type, tensor.form(), tensor.rows_in_tile(tensor.tile_count - 1), tensor.columns);
    // A type whose blocks differ in length needs the table.
    if (full.least != full.most || tensor.tile_bytes != full.most ||
        tensor.bytes != uint64_t{tensor.tile_count - 1} * full.most + last.most) {
      return corrupt(
          "tensor {} of the model has {} bytes in tiles of {}, which is impossible; convert it "
          "again",
          tensor_count_, tensor.bytes, tensor.tile_bytes);
    }
  }
  const Segment& segment = file_.segments_[tensor.segment];
  if (tensor.offset % kTileAlignment != 0 || tensor.offset < segment.offset ||
      tensor.bytes > segment.bytes ||
      tensor.offset - segment.offset > segment.bytes - tensor.bytes) {
    return corrupt(
        "tensor {} of the model (from byte {}, {} long) is out of place; convert it again",
        tensor_count_, tensor.offset, tensor.bytes);
  }
  return base::ok_status();
}

Status DirectoryReader::check_tile_starts(const Tensor& tensor) const {
  uint64_t largest = 0;
  for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
    const uint32_t begin = tensor.tile_starts[tile];
    const uint32_t end = tensor.tile_starts[tile + 1];
    const uint64_t bytes = end < begin ? 0 : uint64_t{end - begin} * kTileAlignment;
    const PackedBytes allowed =
        tile_bytes_of(tensor.type, tensor.form(), tensor.rows_in_tile(tile), tensor.columns);
    if (bytes < allowed.least || bytes > allowed.most) {
      return corrupt(
          "tile {} of tensor {} of the model has {} bytes, which its type does not allow; convert "
          "it again",
          tile, tensor_count_, bytes);
    }
    largest = bytes > largest ? bytes : largest;
  }
  if (tensor.tile_starts[0] != 0 || tensor.tile_bytes != largest ||
      tensor.bytes != uint64_t{tensor.tile_starts[tensor.tile_count]} * kTileAlignment) {
    return corrupt(
        "tensor {} of the model has {} bytes, but its table of tiles has another sum; convert it "
        "again",
        tensor_count_, tensor.bytes);
  }
  return base::ok_status();
}

}  // namespace llama
