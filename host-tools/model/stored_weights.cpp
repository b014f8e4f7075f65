#include "host-tools/model/stored_weights.h"

#include <utility>

#include "base/check.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

using llama::TensorRole;

// So much of the files is in memory before it is given back.
constexpr uint64_t kForgetBytes = 64 << 20;

bool is_query_or_key(TensorRole role) { return role == TensorRole::kWq || role == TensorRole::kWk; }

// Where Hugging Face has the row that is `row` here: pair i of a head is rows i and size / 2 + i.
uint64_t row_among_halves(uint64_t row, uint32_t head_size) {
  const uint64_t in_head = row % head_size;
  return row - in_head + in_head % 2 * (head_size / 2) + in_head / 2;
}

}  // namespace

StoredWeights::StoredWeights(StoredModel model, const TensorNames& names)
    : model_(std::move(model)) {
  const auto& config = model_.config;
  const auto add = [&](TensorRole role, uint32_t layer) {
    tensors_.push_back(take(names[static_cast<size_t>(role)], role, layer));
  };
  using enum TensorRole;
  add(kEmbedding, 0);
  for (uint32_t layer = 0; layer < config.n_layers; ++layer) {
    for (const TensorRole role :
         {kAttentionNorm, kWq, kWk, kWv, kWo, kFeedForwardNorm, kW1, kW3, kW2}) {
      add(role, layer);
    }
  }
  add(kFinalNorm, 0);
  if (!config.tied_classifier) add(kClassifier, 0);
  if (!model_.tensors.empty()) {
    fail(
        "{}: the tensor {} has no place in a Llama model of {} layers: the model is of another "
        "kind, which barellama doesn't run",
        model_.name, model_.tensors.begin()->first, config.n_layers);
  }
}

StoredTensor StoredWeights::take(const char* pattern, TensorRole role, uint32_t layer) {
  const std::string name = text(pattern, layer);
  const auto found = model_.tensors.find(name);
  if (found == model_.tensors.end()) fail("{}: the tensor {} is missing", model_.name, name);
  const StoredTensor tensor = found->second;
  const llama::TensorShape shape = llama::shape_of(role, model_.config);
  if (tensor.rows != shape.rows || tensor.columns != shape.columns) {
    fail("{}: the tensor {} has {} rows of {}, but its configuration asks for {} rows of {}",
         model_.name, name, tensor.rows, tensor.columns, shape.rows, shape.columns);
  }
  model_.tensors.erase(found);
  return tensor;
}

const StoredTensor& StoredWeights::tensor(TensorRole role, uint32_t layer) const {
  const size_t final_norm = 1 + size_t{model_.config.n_layers} * llama::kTensorsPerLayer;
  switch (role) {
    case TensorRole::kEmbedding:
      return tensors_.front();
    case TensorRole::kFinalNorm:
      return tensors_[final_norm];
    case TensorRole::kClassifier:
      return model_.config.tied_classifier ? tensors_.front() : tensors_[final_norm + 1];
    default:
      return tensors_[llama::ModelFile::layer_index(layer, role)];
  }
}

std::span<const std::byte> StoredWeights::row_bytes(const StoredTensor& tensor, TensorRole role,
                                                    uint64_t row) {
  const uint64_t stored = model_.order == RowOrder::kHalves && is_query_or_key(role)
                              ? row_among_halves(row, model_.config.head_size)
                              : row;
  const BlockShape block = block_of(tensor.type);
  const auto bytes = static_cast<size_t>(tensor.columns / block.values * block.bytes);
  read_bytes_ += bytes;
  if (read_bytes_ > kForgetBytes) {
    for (const MappedFile& file : model_.files) file.forget();
    read_bytes_ = 0;
  }
  return tensor.bytes.subspan(static_cast<size_t>(stored) * bytes, bytes);
}

void StoredWeights::read_rows(TensorRole role, uint32_t layer, uint32_t first_row,
                              std::span<float> out) {
  const StoredTensor& stored = tensor(role, layer);
  const auto columns = static_cast<size_t>(stored.columns);
  for (size_t row = 0; row < out.size() / columns; ++row) {
    decode_blocks(stored.type, row_bytes(stored, role, first_row + row),
                  out.subspan(row * columns, columns));
  }
}

std::optional<llama::WeightType> StoredWeights::group_type(TensorRole role, uint32_t layer) const {
  return group_type_of(tensor(role, layer).type);
}

void StoredWeights::read_groups(TensorRole role, uint32_t layer, uint32_t first_row,
                                std::span<WeightGroup> out) {
  const StoredTensor& stored = tensor(role, layer);
  CHECK(group_type_of(stored.type).has_value());
  const auto groups = static_cast<size_t>(stored.columns) / llama::kColumnsPerGroup;
  for (size_t row = 0; row < out.size() / groups; ++row) {
    split_blocks(stored.type, row_bytes(stored, role, first_row + row),
                 out.subspan(row * groups, groups));
  }
}

std::string types_of(const TensorTable& tensors) {
  std::map<StoredType, uint32_t> counts;
  for (const auto& [name, tensor] : tensors) ++counts[tensor.type];
  std::string list;
  for (const auto& [type, count] : counts) {
    list += text("{}{} {}", list.empty() ? "" : ", ", count, name_of(type));
  }
  return list;
}

}  // namespace host
