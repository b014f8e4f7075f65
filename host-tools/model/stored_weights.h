// Tensors as other programs store them (GGUF, safetensors), read as the tensors of a Llama model.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "host-tools/model/mapped_file.h"
#include "host-tools/model/stored_type.h"
#include "host-tools/model/tensor_names.h"
#include "host-tools/model/weight_reader.h"

namespace host {

// A matrix, its rows one after the other; a vector is one row.
struct StoredTensor {
  StoredType type;
  uint64_t rows;
  uint64_t columns;
  std::span<const std::byte> bytes;
};

using TensorTable = std::map<std::string, StoredTensor, std::less<>>;

// Which rows of a head's queries and keys RoPE turns together: neighbours (Meta, llama2.c, and
// Llamas in GGUF, whose converter reorders Hugging Face's), or row i and row i + head_size / 2
// (Hugging Face, and other architectures in GGUF).
enum class RowOrder : uint8_t { kPairs, kHalves };

// Whether a model has a tensor that Llama does without.
enum class Presence : uint8_t { kNever, kMayBe, kAlways };

// Where the tensors come from, and how.
struct StoredModel {
  llama::ModelConfig config{};
  std::string name;  // of the file or folder, for messages
  std::string description;
  std::string architecture = "llama";                // for messages
  std::array<Presence, llama::kRoleLimit> extras{};  // by the numbers of roles
  RowOrder order = RowOrder::kPairs;
  NamedBy named_by = NamedBy::kGguf;
  TensorTable tensors;
  std::vector<MappedFile> files;  // that the tensors lie in
};

class StoredWeights final : public WeightReader {
 public:
  // Finds every tensor that the configuration asks for, and those that a model may have besides.
  // Throws Failure: one is missing, has another shape, or is left over (a model with more tensors
  // than Llama's computes something else).
  explicit StoredWeights(StoredModel model);

  const llama::ModelConfig& config() const override { return model_.config; }
  std::string description() const override { return model_.description; }
  bool has(llama::TensorKey tensor) const override;
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override;
  std::optional<llama::WeightType> group_type(llama::TensorKey tensor) const override;
  void read_groups(llama::TensorKey tensor, uint32_t first_row,
                   std::span<WeightGroup> out) override;

 private:
  void take(const llama::TensorRow& row, uint32_t layer);
  // Of an expert, only the first one has a name in the programs that are read.
  size_t place_of(llama::TensorKey tensor) const {
    CHECK(tensor.expert == 0);
    return size_t{tensor.layer} * llama::kRoleLimit + static_cast<size_t>(tensor.role);
  }
  const StoredTensor& find(llama::TensorKey tensor) const;
  // The bytes of the row that is `row` in our order.
  std::span<const std::byte> row_bytes(const StoredTensor& tensor, llama::TensorRole role,
                                       uint64_t row);

  StoredModel model_;
  std::vector<std::optional<StoredTensor>> tensors_;  // by place_of()
  uint64_t read_bytes_ = 0;                           // since the files were forgotten
};

// "2 F32, 7 Q4_0": what types the tensors have.
std::string types_of(const TensorTable& tensors);

}  // namespace host
