#include "host-tools/model/stored_weights.h"

#include <utility>

#include "base/check.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

using llama::TensorRole;

// How much of the files is in memory before it is released.
constexpr uint64_t kForgetBytes = 64 << 20;

// What makes queries and keys: matrices, and vectors whose values are in the order of rows.
bool is_turned_matrix(TensorRole role) {
  return role == TensorRole::kWq || role == TensorRole::kWk;
}
bool is_turned_vector(TensorRole role) {
  return role == TensorRole::kWqBias || role == TensorRole::kWkBias ||
         role == TensorRole::kQueryNorm || role == TensorRole::kKeyNorm;
}

// Where Hugging Face has the row that is `row` here: pair i of a head is rows i and size / 2 + i.
uint64_t row_among_halves(uint64_t row, uint32_t head_size) {
  const uint64_t in_head = row % head_size;
  return row - in_head + in_head % 2 * (head_size / 2) + in_head / 2;
}

}  // namespace

StoredWeights::StoredWeights(StoredModel model)
    : model_(std::move(model)), tensors_(size_t{model_.config.n_layers} * llama::kRoleLimit) {
  for (const llama::TensorRow& row : llama::layer_table()) {
    const bool is_of_layers = row.place == llama::TensorPlace::kLayer;
    const uint32_t layers = is_of_layers ? model_.config.n_layers : 1;
    for (uint32_t layer = 0; layer < layers; ++layer) take(row, layer);
  }
  if (!model_.tensors.empty()) {
    fail(
        "{}: the tensor {} has no place in a \"{}\" model of {} layers: the model is of another "
        "kind, which barellama doesn't run",
        model_.name, model_.tensors.begin()->first, model_.architecture, model_.config.n_layers);
  }
}

void StoredWeights::take(const llama::TensorRow& row, uint32_t layer) {
  const std::string name = stored_name(model_.named_by, row.role, layer);
  const auto found = model_.tensors.find(name);
  const Presence presence = model_.extras[static_cast<size_t>(row.role)];
  if (found == model_.tensors.end()) {
    if (!llama::is_required(row, model_.config) && presence != Presence::kAlways) return;
    fail("{}: the tensor {} is missing", model_.name, name);
  }
  if (row.presence == llama::TensorPresence::kOptional && presence == Presence::kNever) {
    fail(
        "{}: the tensor {} has no place in a \"{}\" model: it is a {}, which barellama doesn't run "
        "there",
        model_.name, name, model_.architecture, row.name);
  }
  const StoredTensor tensor = found->second;
  const llama::TensorShape shape = row.shape(model_.config);
  if (tensor.rows != shape.rows || tensor.columns != shape.columns) {
    fail("{}: the tensor {} has {} rows of {}, but its configuration asks for {} rows of {}",
         model_.name, name, tensor.rows, tensor.columns, shape.rows, shape.columns);
  }
  tensors_[place_of({row.role, layer})] = tensor;
  model_.tensors.erase(found);
}

bool StoredWeights::has(llama::TensorKey tensor) const {
  return tensors_[place_of(tensor)].has_value();
}

const StoredTensor& StoredWeights::find(llama::TensorKey tensor) const {
  const bool is_tied = tensor.role == TensorRole::kClassifier && model_.config.tied_classifier;
  if (is_tied) tensor.role = TensorRole::kEmbedding;
  const auto& found = tensors_[place_of(tensor)];
  CHECK(found.has_value());
  return *found;
}

std::span<const std::byte> StoredWeights::row_bytes(const StoredTensor& tensor, TensorRole role,
                                                    uint64_t row) {
  const uint64_t stored = model_.order == RowOrder::kHalves && is_turned_matrix(role)
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

void StoredWeights::read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) {
  const StoredTensor& stored = find(tensor);
  const auto columns = static_cast<size_t>(stored.columns);
  for (size_t row = 0; row < out.size() / columns; ++row) {
    decode_blocks(stored.type, row_bytes(stored, tensor.role, first_row + row),
                  out.subspan(row * columns, columns));
  }
  if (model_.order == RowOrder::kPairs || !is_turned_vector(tensor.role)) return;
  const std::vector<float> halves(out.begin(), out.end());
  for (size_t i = 0; i < columns; ++i) {
    out[i] = halves[static_cast<size_t>(row_among_halves(i, model_.config.head_size))];
  }
}

std::optional<llama::WeightType> StoredWeights::group_type(llama::TensorKey tensor) const {
  return group_type_of(find(tensor).type);
}

void StoredWeights::read_groups(llama::TensorKey tensor, uint32_t first_row,
                                std::span<WeightGroup> out) {
  const StoredTensor& stored = find(tensor);
  CHECK(group_type_of(stored.type).has_value());
  const auto groups = static_cast<size_t>(stored.columns) / llama::kColumnsPerGroup;
  for (size_t row = 0; row < out.size() / groups; ++row) {
    split_blocks(stored.type, row_bytes(stored, tensor.role, first_row + row),
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
