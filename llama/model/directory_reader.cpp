#include "llama/model/directory_reader.h"

#include "base/align.h"
#include "base/bytes.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

Status corrupt(const char* text, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0) {
  return Status::error(ErrorCode::kCorrupt, text, a, b, c, d);
}

Status unsupported(const char* text, uint64_t a = 0, uint64_t b = 0) {
  return Status::error(ErrorCode::kUnsupported, text, a, b);
}

SegmentKind segment_kind(TensorPlace place) {
  return place == TensorPlace::kBegin   ? SegmentKind::kEmbedding
         : place == TensorPlace::kLayer ? SegmentKind::kLayer
                                        : SegmentKind::kFinal;
}

// Of all tensors of a model.
uint64_t order_in_model(const TensorRow& row, uint32_t layer, uint32_t expert) {
  return static_cast<uint64_t>(row.place) << 56 | uint64_t{layer} << 32 | order_of(row, expert);
}

}  // namespace

uint64_t directory_bytes(uint32_t segments, uint32_t tensors, uint32_t tile_starts,
                         uint32_t tiles) {
  return base::round_up<uint64_t>(uint64_t{segments} * kSegmentEntryBytes +
                                      uint64_t{tensors} * kTensorEntryBytes +
                                      (uint64_t{tile_starts} + tiles) * sizeof(uint32_t),
                                  kTileAlignment);
}

Status DirectoryReader::read() {
  for (uint32_t& index : file_.index_) index = ModelFile::kAbsent;
  TRY(read_segments());
  const auto tensors = take(uint64_t{file_.counts_.tensors} * kTensorEntryBytes);
  read_numbers(file_.tile_starts_);
  TRY(read_tensors(tensors));
  read_numbers(file_.tile_crcs_);
  TRY(check_complete());
  order_pass();
  return base::ok_status();
}

// ModelFile has compared the directory's size with what its tables take.
std::span<const std::byte> DirectoryReader::take(uint64_t bytes) {
  const auto taken = left_.first(static_cast<size_t>(bytes));
  left_ = left_.subspan(static_cast<size_t>(bytes));
  return taken;
}

void DirectoryReader::read_numbers(std::span<uint32_t> numbers) {
  const auto table = take(numbers.size() * sizeof(uint32_t));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = base::load_le32(table, i * sizeof(uint32_t));
  }
}

Status DirectoryReader::read_segments() {
  uint64_t end = kHeaderBytes + file_.directory_bytes_;
  for (uint32_t i = 0; i < file_.segments_.size(); ++i) {
    const auto entry = take(kSegmentEntryBytes);
    Segment& segment = file_.segments_[i];
    segment = {.kind = static_cast<SegmentKind>(base::load_le16(entry, kSegmentKind)),
               .flags = base::load_le16(entry, kSegmentFlags),
               .layer = base::load_le32(entry, kSegmentLayer),
               .offset = base::load_le64(entry, kSegmentOffset),
               .bytes = base::load_le64(entry, kSegmentBytes),
               .crc = base::load_le32(entry, kSegmentCrc)};
    TRY(place_segment(i));
    if (segment.offset % kSegmentAlignment != 0 || segment.bytes % kSegmentAlignment != 0 ||
        segment.offset < end || segment.offset > file_.file_bytes_ ||
        segment.bytes > file_.file_bytes_ - segment.offset) {
      return corrupt(
          "segment {} of the model (from byte {}, {} long) is out of place; convert it again", i,
          segment.offset, segment.bytes);
    }
    end = segment.offset + segment.bytes;
  }
  if (weight_segments_ != config_.n_layers + 2 || !has_tokenizer_) {
    return corrupt(
        "the model has {} segments, but lacks some of its {} layers or its tokenizer; convert it "
        "again",
        file_.segments_.size(), config_.n_layers);
  }
  return base::ok_status();
}

// Those with weights come in the order of execution, others anywhere among them.
Status DirectoryReader::place_segment(uint32_t index) {
  const Segment& segment = file_.segments_[index];
  const bool is_layer = weight_segments_ >= 1 && weight_segments_ <= config_.n_layers;
  const auto out_of_order = [&] {
    return corrupt(
        "segment {} of the model, of kind {} and layer {}, is out of order; convert it again",
        index, static_cast<uint32_t>(segment.kind), segment.layer);
  };
  if ((segment.flags & ~kFlagMustBeKnown) != 0) {
    return unsupported(
        "segment {} of the model has flags {:x}, which this program does not know; use a newer "
        "barellama",
        index, segment.flags);
  }
  switch (segment.kind) {
    case SegmentKind::kEmbedding:
      if (weight_segments_++ != 0 || segment.layer != 0) return out_of_order();
      return base::ok_status();
    case SegmentKind::kLayer:
      if (!is_layer || segment.layer != weight_segments_ - 1) return out_of_order();
      ++weight_segments_;
      return base::ok_status();
    case SegmentKind::kFinal:
      if (weight_segments_++ != config_.n_layers + 1 || segment.layer != 0) return out_of_order();
      return base::ok_status();
    case SegmentKind::kTokenizer:
      if (has_tokenizer_ || segment.layer != 0) return out_of_order();
      has_tokenizer_ = true;
      file_.tokenizer_ = index;
      return base::ok_status();
    case SegmentKind::kChat:
      if (has_chat_ || segment.layer != 0) return out_of_order();
      has_chat_ = true;
      return base::ok_status();
  }
  if ((segment.flags & kFlagMustBeKnown) == 0) return base::ok_status();
  return unsupported(
      "segment {} of the model is of kind {}, which must be known and which this program does not "
      "know; use a newer barellama",
      index, static_cast<uint32_t>(segment.kind));
}

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
  next_order_ = order + 1;
  end_ = tensor.offset + tensor.bytes;
  file_.index_[tensor.layer * file_.slots_ + slot_of(row, tensor.expert)] = number;
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
  const TensorForm form = tensor.is_vector() ? TensorForm::kVector : TensorForm::kMatrix;
  if (tensor.tile_starts != nullptr) {
    TRY(check_tile_starts(tensor));
  } else {
    const TileBytes full = tile_bytes_of(tensor.type, form, tensor.rows_per_tile, tensor.columns);
    const TileBytes last = tile_bytes_of(
        tensor.type, form, tensor.rows_in_tile(tensor.tile_count - 1), tensor.columns);
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
  const TensorForm form = tensor.is_vector() ? TensorForm::kVector : TensorForm::kMatrix;
  uint64_t largest = 0;
  for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
    const uint32_t begin = tensor.tile_starts[tile];
    const uint32_t end = tensor.tile_starts[tile + 1];
    const uint64_t bytes = end < begin ? 0 : uint64_t{end - begin} * kTileAlignment;
    const TileBytes allowed =
        tile_bytes_of(tensor.type, form, tensor.rows_in_tile(tile), tensor.columns);
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

Status DirectoryReader::check_complete() const {
  for (const TensorRow& row : layer_table()) {
    if (!is_required(row, config_)) continue;
    const uint32_t layers = row.place == TensorPlace::kLayer ? config_.n_layers : 1;
    for (uint32_t layer = 0; layer < layers; ++layer) {
      for (uint32_t expert = 0; expert < copies_of(row, config_); ++expert) {
        if (file_.index_of(row.role, layer, expert) != ModelFile::kAbsent) continue;
        return Status::error(ErrorCode::kCorrupt,
                             "the model lacks the tensor {} of layer {}, expert {}", row.name,
                             layer, expert);
      }
    }
  }
  return base::ok_status();
}

void DirectoryReader::order_pass() {
  uint32_t steps = 0;
  const auto add_step = [&](uint32_t index) {
    file_.tensors_[index].step = steps;
    file_.pass_matrices_[steps++] = index;
  };
  for (uint32_t i = 0; i < file_.tensors_.size(); ++i) {
    const TensorRow& row = row_of(file_.tensors_[i].role);
    if (row.place == TensorPlace::kLayer && row.form == TensorForm::kMatrix) add_step(i);
  }
  add_step(file_.classifier_index());
  file_.pass_matrices_ = file_.pass_matrices_.first(steps);
}

}  // namespace llama
