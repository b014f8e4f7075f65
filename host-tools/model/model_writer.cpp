#include "host-tools/model/model_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/align.h"
#include "base/crc32c.h"
#include "host-tools/model/model_files.h"
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

// An embedding row is read alone, with its whole tile.
constexpr uint32_t kEmbeddingTileBytes = 4 * 1024;
// As classifier the same table is read whole. Where tiles of this size have no padding, a pinned
// one is multiplied in long runs of them (llama/weights/weights.h), and a streamed one costs a
// token no more.
constexpr uint32_t kTiedTileBytes = 16 * 1024;
// A FAT card's folder has 32 bits for a file's size.
constexpr uint64_t kMostFileBytes = (uint64_t{1} << 32) - 1;
constexpr uint64_t kPartBytes = uint64_t{4000} << 20;

// How many rows a tile of about `target` bytes has: of the sizes from half the target on, the one
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
    pad_to(segments_.front().offset);
    Progress progress("converting", file_bytes_);
    for (Segment& segment : segments_) {
      pad_to(segment.offset);
      segment_crc_ = 0;
      if (segment.kind == SegmentKind::kTokenizer) {
        put(tokenizer_);
      } else {
        for (const Tensor& tensor : tensors_) {
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
    report_.file_bytes = file_bytes_;
    if (read_squares_ > 0) report_.relative_error = std::sqrt(error_squares_ / read_squares_);
    return report_;
  }

 private:
  void lay_out();
  void cut_into_parts(uint64_t head_bytes);
  WeightType type_of(TensorRole role, uint32_t layer) const;
  bool keeps_groups(const Tensor& tensor) const;
  void add_tensor(TensorRole role, uint32_t layer, uint64_t& at);
  void write_tensor(const Tensor& tensor, Progress& progress);
  void pack_rows(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed);
  void pack_groups(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed);
  void pack_row(const Tensor& tensor, std::span<const float> row, uint32_t row_in_group,
                std::span<std::byte> row_group);
  void pack_group(const Tensor& tensor, const llama::GroupView& group, uint32_t row_in_group,
                  std::span<std::byte> block) const;
  void note_error(std::span<const float> read, std::span<const float> written);
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
  std::vector<Segment> segments_;
  std::vector<Tensor> tensors_;
  std::vector<uint32_t> tile_crcs_;
  uint64_t directory_bytes_ = 0;
  uint64_t file_bytes_ = 0;
  WriteReport report_;
  double error_squares_ = 0;
  double read_squares_ = 0;
};

WeightType Writer::type_of(TensorRole role, uint32_t layer) const {
  const bool is_vocabulary = role == TensorRole::kEmbedding || role == TensorRole::kClassifier;
  const WeightType wanted =
      is_vocabulary ? options_.vocabulary_type.value_or(options_.type) : options_.type;
  return options_.keep_groups ? reader_.group_type(role, layer).value_or(wanted) : wanted;
}

bool Writer::keeps_groups(const Tensor& tensor) const {
  const auto own = reader_.group_type(tensor.role, tensor.layer);
  return own &&
         (*own == tensor.type || (*own == WeightType::kQ4_0 && tensor.type == WeightType::kQ8_0));
}

void Writer::add_tensor(TensorRole role, uint32_t layer, uint64_t& at) {
  const llama::TensorShape shape = llama::shape_of(role, config_);
  const WeightType type = shape.rows == 1 ? WeightType::kF32 : type_of(role, layer);
  const uint32_t rows =
      role == TensorRole::kEmbedding
          ? embedding_rows_per_tile(type, shape, config_.tied_classifier, options_.tile_bytes)
          : rows_per_tile(type, shape, options_.tile_bytes);
  const uint32_t count = base::divide_up(shape.rows, rows);
  const auto padded = [&](uint32_t tile_rows) {
    const uint64_t bytes = shape.rows == 1 ? llama::packed_bytes(type, 1, shape.columns)
                                           : base::divide_up(tile_rows, llama::kRowsPerGroup) *
                                                 llama::row_group_bytes(type, shape.columns);
    return base::round_up<uint64_t>(bytes, llama::kTileAlignment);
  };
  const uint64_t bytes = (count - 1) * padded(rows) + padded(shape.rows - (count - 1) * rows);
  tensors_.push_back({.role = role,
                      .layer = static_cast<uint16_t>(layer),
                      .type = type,
                      .rows = shape.rows,
                      .columns = shape.columns,
                      .rows_per_tile = rows,
                      .tile_bytes = static_cast<uint32_t>(padded(rows)),
                      .first_tile = static_cast<uint32_t>(tile_crcs_.size()),
                      .tile_count = count,
                      .offset = at,
                      .bytes = bytes});
  tile_crcs_.resize(tile_crcs_.size() + count);
  at += bytes;
}

// Decides where everything goes. Offsets depend on the directory's size, and that on the number of
// tiles only: tensors are placed from 0 on first and moved when the size is known.
void Writer::lay_out() {
  uint64_t at = 0;
  const auto add_segment = [&](SegmentKind kind, uint32_t layer, auto fill) {
    const uint64_t offset = at;
    fill();
    at = base::round_up<uint64_t>(at, llama::kSegmentAlignment);
    segments_.push_back({kind, layer, offset, at - offset, 0});
  };
  add_segment(SegmentKind::kEmbedding, 0, [&] { add_tensor(TensorRole::kEmbedding, 0, at); });
  for (uint32_t layer = 0; layer < config_.n_layers; ++layer) {
    add_segment(SegmentKind::kLayer, layer, [&] {
      using enum TensorRole;
      for (const TensorRole role :
           {kAttentionNorm, kWq, kWk, kWv, kWo, kFeedForwardNorm, kW1, kW3, kW2}) {
        add_tensor(role, layer, at);
      }
    });
  }
  add_segment(SegmentKind::kFinal, 0, [&] {
    add_tensor(TensorRole::kFinalNorm, 0, at);
    if (!config_.tied_classifier) add_tensor(TensorRole::kClassifier, 0, at);
  });
  add_segment(SegmentKind::kTokenizer, 0, [&] { at += tokenizer_.size(); });

  const auto count = [](const auto& list) { return static_cast<uint32_t>(list.size()); };
  directory_bytes_ = llama::directory_bytes(count(segments_), count(tensors_), count(tile_crcs_));
  const uint64_t first =
      base::round_up<uint64_t>(llama::kHeaderBytes + directory_bytes_, llama::kSegmentAlignment);
  for (Segment& segment : segments_) segment.offset += first;
  for (Tensor& tensor : tensors_) tensor.offset += first;
  file_bytes_ = first + at;
  cut_into_parts(first);
}

// All but the begin of a model can be cut anywhere.
void Writer::cut_into_parts(uint64_t head_bytes) {
  uint64_t part_bytes = options_.part_bytes;
  if (part_bytes == 0 && file_bytes_ > kMostFileBytes) part_bytes = kPartBytes;
  if (part_bytes == 0 || file_bytes_ <= part_bytes) return;
  const uint64_t count = base::divide_up(file_bytes_, part_bytes);
  if (part_bytes < head_bytes || count > llama::ModelParts::kMost) {
    fail(
        "parts of {} bytes are too small: at most {} parts are possible, and header and directory "
        "take {} bytes of the first one",
        part_bytes, llama::ModelParts::kMost, head_bytes);
  }
  report_.parts = static_cast<uint32_t>(count);
  files_.set_parts({.count = report_.parts, .part_bytes = part_bytes, .model_bytes = file_bytes_});
}

void Writer::write_tensor(const Tensor& tensor, Progress& progress) {
  pad_to(tensor.offset);
  const bool keeps = !tensor.is_vector() && keeps_groups(tensor);
  if (!tensor.is_vector()) {
    ++report_.matrices;
    ++report_.matrices_of_type[static_cast<size_t>(tensor.type)];
    if (keeps || tensor.type == WeightType::kF32) ++report_.exact_matrices;
  }
  for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
    interrupts_.check();
    std::vector<std::byte> packed(static_cast<size_t>(tensor.bytes_of_tile(tile)));
    if (keeps) {
      pack_groups(tensor, tile, packed);
    } else {
      pack_rows(tensor, tile, packed);
    }
    tile_crcs_[tensor.first_tile + tile] = base::crc32c(packed);
    put(packed);
    progress.update(files_.position());
  }
}

// The rows of zeros that fill up the last row group are packed, too: a weight of 0 has bits.
void Writer::pack_rows(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed) {
  const uint32_t count = tensor.rows_in_tile(tile);
  const uint32_t rows_with_padding =
      tensor.is_vector() ? 1 : base::round_up(count, llama::kRowsPerGroup);
  std::vector<float> rows(size_t{rows_with_padding} * tensor.columns);
  const auto read = std::span(rows).first(size_t{count} * tensor.columns);
  reader_.read_rows(tensor.role, tensor.layer, tile * tensor.rows_per_tile, read);
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
  const auto group_bytes = static_cast<size_t>(llama::row_group_bytes(tensor.type, tensor.columns));
  for (uint32_t row = 0; row < rows_with_padding; ++row) {
    pack_row(tensor, std::span(rows).subspan(size_t{row} * tensor.columns, tensor.columns),
             row % llama::kRowsPerGroup,
             packed.subspan(row / llama::kRowsPerGroup * group_bytes, group_bytes));
  }
}

void Writer::pack_groups(const Tensor& tensor, uint32_t tile, std::span<std::byte> packed) {
  const uint32_t count = tensor.rows_in_tile(tile);
  const uint32_t columns = llama::column_groups(tensor.columns);
  const uint32_t rows = base::round_up(count, llama::kRowsPerGroup);
  std::vector<WeightGroup> groups(size_t{rows} * columns);
  reader_.read_groups(tensor.role, tensor.layer, tile * tensor.rows_per_tile,
                      std::span(groups).first(size_t{count} * columns));
  const auto group_bytes = static_cast<size_t>(llama::row_group_bytes(tensor.type, tensor.columns));
  const size_t block_bytes = group_bytes / columns;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto row = static_cast<uint32_t>(i / columns);
    const size_t at = row / llama::kRowsPerGroup * group_bytes + i % columns * block_bytes;
    pack_group(tensor, {groups[i].half_scale, groups[i].weights}, row % llama::kRowsPerGroup,
               packed.subspan(at, block_bytes));
  }
}

void Writer::pack_row(const Tensor& tensor, std::span<const float> row, uint32_t row_in_group,
                      std::span<std::byte> row_group) {
  if (tensor.type == WeightType::kF32) {
    llama::pack_f32_row(row, row_in_group, row_group);
    return;
  }
  const uint32_t groups = llama::column_groups(tensor.columns);
  const size_t block_bytes = row_group.size() / groups;
  for (uint32_t g = 0; g < groups; ++g) {
    std::array<float, llama::kColumnsPerGroup> values{};
    const size_t first = size_t{g} * llama::kColumnsPerGroup;
    for (size_t i = 0; i < values.size() && first + i < row.size(); ++i) values[i] = row[first + i];
    std::array<int8_t, llama::kColumnsPerGroup> weights{};
    const uint16_t scale = llama::quantize_group(tensor.type, values, weights);
    pack_group(tensor, {scale, weights}, row_in_group,
               row_group.subspan(g * block_bytes, block_bytes));
  }
  std::vector<float> written(row.size());
  llama::unpack_row(tensor.type, row_group, row_in_group, written);
  note_error(row, written);
}

void Writer::pack_group(const Tensor& tensor, const llama::GroupView& group, uint32_t row_in_group,
                        std::span<std::byte> block) const {
  if (!llama::pack_group(tensor.type, group, row_in_group, block)) {
    fail("{} of layer {} holds weights too large for {}: convert with --type f32",
         llama::name_of(tensor.role), tensor.layer, llama::name_of(tensor.type));
  }
}

void Writer::note_error(std::span<const float> read, std::span<const float> written) {
  for (size_t i = 0; i < read.size(); ++i) {
    const double error = static_cast<double>(written[i]) - static_cast<double>(read[i]);
    report_.largest_error = std::max(report_.largest_error, std::abs(error));
    error_squares_ += error * error;
    read_squares_ += static_cast<double>(read[i]) * static_cast<double>(read[i]);
  }
}

void Writer::write_head() {
  std::vector<std::byte> directory(static_cast<size_t>(directory_bytes_));
  llama::write_directory(segments_, tensors_, tile_crcs_, directory);
  std::vector<std::byte> header(llama::kHeaderBytes);
  llama::write_header(config_, options_.name, file_bytes_, static_cast<uint32_t>(segments_.size()),
                      static_cast<uint32_t>(tensors_.size()),
                      static_cast<uint32_t>(tile_crcs_.size()), directory, header);
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
