#include "llama/model/directory_reader.h"

#include "base/align.h"
#include "base/bytes.h"
#include "llama/model/refusal.h"

namespace llama {

using base::ErrorCode;
using base::Status;

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
