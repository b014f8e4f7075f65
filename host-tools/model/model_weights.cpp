#include "host-tools/model/model_weights.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "base/crc32c.h"
#include "host-tools/support/failure.h"

namespace host {

namespace {

// The directory's tables are larger in memory than in the file, but not by that much.
constexpr uint64_t kTableRoom = 64 << 20;

}  // namespace

ModelWeights::ModelWeights(const std::filesystem::path& path)
    : name_(path.string()),
      source_(path),
      memory_(source_.size_bytes() + kTableRoom),
      arena_(memory_.span()) {
  file_ = require_value(llama::ModelFile::open(source_, arena_, llama::Accept::kReadable), name_);
  uint32_t largest = 0;
  for (const llama::Tensor& tensor : file_->tensors()) {
    largest = std::max(largest, tensor.tile_bytes);
  }
  tile_memory_.emplace(largest);
}

std::vector<std::byte> ModelWeights::tokenizer() {
  const llama::Segment& segment = file_->tokenizer_segment();
  Memory memory(segment.bytes);
  const std::span<std::byte> bytes = memory.span();
  require_ok(source_.read(segment.offset, bytes), name_);
  if (base::crc32c(bytes) != segment.crc) {
    fail("{}: the tokenizer does not match its CRC: the file is damaged", name_);
  }
  return {bytes.begin(), bytes.end()};
}

std::string ModelWeights::description() const {
  std::map<llama::WeightType, uint32_t> counts;
  for (const llama::Tensor& tensor : file_->tensors()) {
    if (!tensor.is_vector()) ++counts[tensor.type];
  }
  std::string list;
  for (const auto& [type, count] : counts) {
    list += text("{}{} {}", list.empty() ? "" : ", ", count, llama::name_of(type));
  }
  return text("barellama model, {}", list);
}

bool ModelWeights::has(llama::TensorKey tensor) const {
  return file_->index_of(tensor.role, tensor.layer, tensor.expert) != llama::ModelFile::kAbsent;
}

const llama::Tensor& ModelWeights::find(llama::TensorKey tensor) const {
  const uint32_t index = file_->index_of(tensor.role, tensor.layer, tensor.expert);
  CHECK(index != llama::ModelFile::kAbsent);
  return file_->tensors()[index];
}

std::span<const std::byte> ModelWeights::tile_of(const llama::Tensor& tensor, uint32_t& row) {
  const uint32_t tile = row / tensor.rows_per_tile;
  row %= tensor.rows_per_tile;
  const uint32_t number = tensor.first_tile + tile;
  if (number == tile_number_) return tile_;
  tile_number_ = UINT32_MAX;
  const auto target = tile_memory_->span().first(static_cast<size_t>(tensor.bytes_of_tile(tile)));
  require_ok(source_.read(tensor.offset_of_tile(tile), target), name_);
  tile_ = target;
  const bool holds_rows =
      tensor.is_vector() ||
      llama::traits_of(tensor.type).holds_rows(tile_, tensor.rows_in_tile(tile), tensor.columns);
  if (base::crc32c(tile_) != file_->tile_crc(number) || !holds_rows) {
    fail("{}: {} of layer {} is damaged at byte {}: copy or convert the model again", name_,
         llama::name_of(tensor.role), tensor.layer, tensor.offset_of_tile(tile));
  }
  tile_number_ = number;
  return tile_;
}

void ModelWeights::read_rows(llama::TensorKey key, uint32_t first_row, std::span<float> out) {
  const llama::Tensor& tensor = find(key);
  if (tensor.is_vector()) {
    uint32_t row = 0;
    std::memcpy(out.data(), tile_of(tensor, row).data(), out.size_bytes());
    return;
  }
  for (size_t at = 0; at < out.size(); at += tensor.columns) {
    uint32_t row = first_row++;
    const auto tile = tile_of(tensor, row);
    llama::unpack_row(tensor.type, tile, row, out.subspan(at, tensor.columns));
  }
}

std::optional<llama::WeightType> ModelWeights::group_type(llama::TensorKey tensor) const {
  const llama::WeightType type = find(tensor).type;
  return llama::traits_of(type).holds_integers() ? std::optional(type) : std::nullopt;
}

void ModelWeights::read_groups(llama::TensorKey key, uint32_t first_row,
                               std::span<WeightGroup> out) {
  const llama::Tensor& tensor = find(key);
  const uint32_t groups = llama::column_groups(tensor.columns);
  for (size_t at = 0; at < out.size(); at += groups) {
    uint32_t row = first_row++;
    const auto tile = tile_of(tensor, row);
    llama::traits_of(tensor.type).unpack_groups(tile, row, out.subspan(at, groups));
  }
}

}  // namespace host
