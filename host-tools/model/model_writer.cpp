#include "host-tools/model/model_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/align.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "host-tools/model/model_files.h"
#include "host-tools/model/model_layout.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/progress.h"

namespace host {
namespace {

using llama::Segment;
using llama::SegmentKind;
using llama::Tensor;
using llama::TensorRole;
using llama::WeightType;

// A FAT card's folder has 32 bits for a file's size.
constexpr uint64_t kMostFileBytes = (uint64_t{1} << 32) - 1;
constexpr uint64_t kPartBytes = uint64_t{4000} << 20;

// The type that has the integers of this one and leaves out zeros; the type itself if there is
// none.
WeightType masked(WeightType type) {
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    if (traits->dense == &llama::traits_of(type)) return traits->type;
  }
  return type;
}

class Writer {
 public:
  Writer(WeightReader& reader, std::span<const std::byte> tokenizer, const WriteOptions& options,
         const std::filesystem::path& output)
      : reader_(reader),
        config_(reader.config()),
        tokenizer_(tokenizer),
        options_(options),
        files_(output) {
    if (options.chat_template) config_.chat_template = *options.chat_template;
  }

  WriteReport write() {
    lay_out();
    pad_to(layout_.segments.front().offset);
    Progress progress("converting", layout_.file_bytes);
    for (Segment& segment : layout_.segments) {
      pad_to(segment.offset);
      segment_crc_ = 0;
      if (segment.kind == SegmentKind::kTokenizer) {
        put(tokenizer_);
      } else {
        for (const Tensor& tensor : layout_.tensors) {
          if (tensor.offset >= segment.offset && tensor.offset < segment.offset + segment.bytes) {
            write_tensor(tensor, progress);
          }
        }
      }
      pad_to(segment.offset + segment.bytes);
      segment.crc = segment_crc_;
    }
    write_head();
    files_.commit();
    report_.file_bytes = layout_.file_bytes;
    if (read_squares_ > 0) report_.relative_error = std::sqrt(error_squares_ / read_squares_);
    return report_;
  }

 private:
  void lay_out();
  void cut_into_parts();
  WeightType type_of(llama::TensorKey tensor) const;
  bool keeps_groups(const Tensor& tensor) const;
  std::vector<uint64_t> tile_sizes(const Tensor& tensor);
  void write_tensor(const Tensor& tensor, Progress& progress);
  std::vector<std::byte> packed_tile(const Tensor& tensor, uint32_t tile, TensorError* error);
  void pack_rows(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed,
                 TensorError* error);
  void pack_groups(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed);
  [[noreturn]] static void refuse_scales(const Tensor& tensor);
  void note_errors(const llama::WeightTraits& traits, std::span<const float> read, uint32_t columns,
                   std::span<const std::byte> packed, TensorError& of_tensor);
  void write_head();
  void put(std::span<const std::byte> bytes);
  void pad_to(uint64_t offset);

  WeightReader& reader_;
  llama::ModelConfig config_;
  std::span<const std::byte> tokenizer_;
  WriteOptions options_;
  PendingModelFiles files_;
  Interrupts interrupts_;
  uint32_t segment_crc_ = 0;
  ModelLayout layout_;
  WriteReport report_;
  double error_squares_ = 0;
  double read_squares_ = 0;
};

WeightType Writer::type_of(llama::TensorKey tensor) const {
  const bool is_vocabulary =
      tensor.role == TensorRole::kEmbedding || tensor.role == TensorRole::kClassifier;
  const WeightType wanted =
      is_vocabulary ? options_.vocabulary_type.value_or(options_.type) : options_.type;
  const WeightType type =
      options_.keep_groups ? reader_.group_type(tensor).value_or(wanted) : wanted;
  return options_.leaves_out_zeros && options_.leaves_out_zeros(tensor) ? masked(type) : type;
}

bool Writer::keeps_groups(const Tensor& tensor) const {
  const auto own = reader_.group_type(tensor.key());
  return own && llama::traits_of(*own).integer_bits <= llama::traits_of(tensor.type).integer_bits;
}

void Writer::lay_out() {
  layout_ = host::lay_out(config_,
                          {.type_of = [&](llama::TensorKey tensor) { return type_of(tensor); },
                           .has = [&](llama::TensorKey tensor) { return reader_.has(tensor); },
                           .tile_bytes = options_.tile_bytes,
                           .tokenizer_bytes = tokenizer_.size(),
                           .tile_sizes = [&](const Tensor& tensor) { return tile_sizes(tensor); }});
  cut_into_parts();
}

// All but the beginning of a model can be cut anywhere.
void Writer::cut_into_parts() {
  const uint64_t file_bytes = layout_.file_bytes;
  uint64_t part_bytes = options_.part_bytes;
  if (part_bytes == 0 && file_bytes > kMostFileBytes) part_bytes = kPartBytes;
  if (part_bytes == 0 || file_bytes <= part_bytes) return;
  const uint64_t count = base::divide_up(file_bytes, part_bytes);
  if (part_bytes < layout_.head_bytes || count > llama::ModelParts::kMost) {
    fail(
        "parts of {} bytes are too small: at most {} parts are possible, and header and directory "
        "take {} bytes of the first one",
        part_bytes, llama::ModelParts::kMost, layout_.head_bytes);
  }
  report_.parts = static_cast<uint32_t>(count);
  files_.set_parts({.count = report_.parts, .part_bytes = part_bytes, .model_bytes = file_bytes});
}

void Writer::write_tensor(const Tensor& tensor, Progress& progress) {
  pad_to(tensor.offset);
  const bool keeps = !tensor.is_vector() && keeps_groups(tensor);
  if (!tensor.is_vector()) {
    ++report_.matrices;
    ++report_.matrices_of_type[tensor.type];
    report_.errors.push_back(
        {tensor.role, tensor.layer, tensor.type, uint64_t{tensor.rows} * tensor.columns});
    if (keeps || !llama::traits_of(tensor.type).holds_integers()) ++report_.exact_matrices;
  }
  TensorError* const error = tensor.is_vector() ? nullptr : &report_.errors.back();
  for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
    const std::vector<std::byte> packed = packed_tile(tensor, tile, error);
    layout_.tile_crcs[tensor.first_tile + tile] = base::crc32c(packed);
    put(packed);
    progress.update(files_.position());
  }
}

// What tiles take whose blocks differ in length: packed once to be measured, and again to be
// written, since a model may be larger than memory.
std::vector<uint64_t> Writer::tile_sizes(const Tensor& tensor) {
  std::vector<uint64_t> sizes;
  for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
    sizes.push_back(llama::traits_of(tensor.type)
                        .measure(packed_tile(tensor, tile, nullptr), tensor.rows_in_tile(tile),
                                 tensor.columns));
    CHECK(sizes.back() != 0);
  }
  return sizes;
}

// With its padding. What is lost by quantizing is added to `error`, unless that is null.
std::vector<std::byte> Writer::packed_tile(const Tensor& tensor, uint32_t tile,
                                           TensorError* error) {
  interrupts_.check();
  const uint64_t most =
      llama::tile_bytes_of(tensor.type, tensor.form(), tensor.rows_in_tile(tile), tensor.columns)
          .most;
  std::vector<std::byte> packed(static_cast<size_t>(most));
  if (!tensor.is_vector() && keeps_groups(tensor)) {
    pack_groups(tensor, tile, packed);
  } else {
    pack_rows(tensor, tile, packed, error);
  }
  if (tensor.tile_starts != nullptr) packed.resize(static_cast<size_t>(tensor.bytes_of_tile(tile)));
  return packed;
}

// The rows of zeros that fill up the last row group are packed, too: a weight of 0 has bits.
void Writer::pack_rows(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed,
                       TensorError* error) {
  const uint32_t count = tensor.rows_in_tile(tile);
  const uint32_t rows_with_padding =
      tensor.is_vector() ? 1 : base::round_up(count, llama::kRowsPerGroup);
  std::vector<float> rows(size_t{rows_with_padding} * tensor.columns);
  const auto read = std::span(rows).first(size_t{count} * tensor.columns);
  reader_.read_rows(tensor.key(), tile * tensor.rows_per_tile, read);
  for (const float value : read) {
    if (!std::isfinite(value)) {
      fail("{} of layer {} holds an infinity or NaN: the model is damaged",
           llama::name_of(tensor.role), tensor.layer);
    }
  }
  if (tensor.is_vector()) {
    std::memcpy(packed.data(), rows.data(), rows.size() * sizeof(float));
    return;
  }
  const llama::WeightTraits& traits = llama::traits_of(tensor.type);
  if (!traits.pack(rows, tensor.columns, packed)) refuse_scales(tensor);
  if (error != nullptr && traits.holds_integers()) {
    note_errors(traits, read, tensor.columns, packed, *error);
  }
}

void Writer::pack_groups(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed) {
  const uint32_t count = tensor.rows_in_tile(tile);
  const uint32_t columns = llama::column_groups(tensor.columns);
  const uint32_t rows = base::round_up(count, llama::kRowsPerGroup);
  std::vector<WeightGroup> groups(size_t{rows} * columns);
  reader_.read_groups(tensor.key(), tile * tensor.rows_per_tile,
                      std::span(groups).first(size_t{count} * columns));
  if (!llama::traits_of(tensor.type).pack_groups(groups, tensor.columns, packed)) {
    refuse_scales(tensor);
  }
}

void Writer::refuse_scales(const Tensor& tensor) {
  fail("{} of layer {} holds weights too large for {}: convert with --type f32",
       llama::name_of(tensor.role), tensor.layer, llama::name_of(tensor.type));
}

void Writer::note_errors(const llama::WeightTraits& traits, std::span<const float> read,
                         uint32_t columns, std::span<const std::byte> packed,
                         TensorError& of_tensor) {
  std::vector<float> written(columns);
  for (uint32_t row = 0; size_t{row} * columns < read.size(); ++row) {
    traits.unpack_row(packed, row, written);
    for (size_t i = 0; i < columns; ++i) {
      const auto was = static_cast<double>(read[size_t{row} * columns + i]);
      const double error = static_cast<double>(written[i]) - was;
      report_.largest_error = std::max(report_.largest_error, std::abs(error));
      of_tensor.largest = std::max(of_tensor.largest, std::abs(error));
      of_tensor.sum += std::abs(error);
      error_squares_ += error * error;
      read_squares_ += was * was;
    }
  }
}

void Writer::write_head() {
  const llama::DirectoryTables tables = layout_.tables();
  std::vector<std::byte> directory(static_cast<size_t>(tables.bytes()));
  llama::write_directory(tables, directory);
  std::vector<std::byte> header(llama::kHeaderBytes);
  llama::write_header(config_, options_.name, layout_.file_bytes, tables, directory, header);
  header.insert(header.end(), directory.begin(), directory.end());
  files_.put_head(header, base::crc32c(directory));
}

void Writer::put(std::span<const std::byte> bytes) {
  files_.put(bytes);
  segment_crc_ = base::crc32c(bytes, segment_crc_);
}

void Writer::pad_to(uint64_t offset) {
  const std::vector<std::byte> zeros(static_cast<size_t>(offset - files_.position()));
  put(zeros);
}

}  // namespace

WriteReport write_model(WeightReader& reader, std::span<const std::byte> tokenizer,
                        const WriteOptions& options, const std::filesystem::path& output) {
  return Writer(reader, tokenizer, options, output).write();
}

}  // namespace host
