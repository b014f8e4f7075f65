// The tensors that a Llama model is made of: one table, a row for each. What reads, writes, plans,
// orders, names or measures tensors asks it, so a new kind of tensor is a row here and the code
// that computes with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "llama/model/config.h"
#include "llama/operations.h"

namespace llama {

// What a tensor does. The numbers are those of the model file, and never change.
enum class TensorRole : uint16_t {
  kEmbedding = 0,
  kAttentionNorm = 1,
  kWq = 2,
  kWk = 3,
  kWv = 4,
  kWo = 5,
  kFeedForwardNorm = 6,
  kW1 = 7,  // the gate
  kW3 = 8,  // up
  kW2 = 9,  // down
  kFinalNorm = 10,
  kClassifier = 11,
  kWqBias = 12,
  kWkBias = 13,
  kWvBias = 14,
  kWoBias = 15,
  kQueryNorm = 16,
  kKeyNorm = 17,
  kPostAttentionNorm = 18,
  kPostFeedForwardNorm = 19,
  kRouter = 20,
  kW1Bias = 21,
  kW3Bias = 22,
  kW2Bias = 23,
};
// Above all numbers of roles.
constexpr uint32_t kRoleLimit = 24;

// One tensor of a model.
struct TensorKey {
  TensorRole role;
  uint32_t layer = 0;   // 0 for a tensor of no layer
  uint32_t expert = 0;  // 0 where there is one only
};

// In which part of the file, and of a pass, a tensor is.
enum class TensorPlace : uint8_t { kBegin, kLayer, kEnd };

// A vector is one row of f32. A matrix has rows that are outputs and columns that are inputs.
enum class TensorForm : uint8_t { kVector, kMatrix };

enum class TensorPresence : uint8_t {
  kAlways,
  kUnlessTied,  // absent if the embedding table is the classifier
  kOptional,
};

// How often a layer has it.
enum class TensorCopies : uint8_t { kOne, kEachExpert };

// Whether the forward pass computes with it. A model that has one of kReadOnly can be looked at,
// but is refused by the tensor's name where it should run.
enum class TensorUse : uint8_t { kComputed, kReadOnly };

struct TensorShape {
  uint32_t rows;
  uint32_t columns;
};

struct TensorRow {
  TensorRole role;
  const char* name;  // in messages, tables and `inspect`
  TensorPlace place;
  TensorForm form;
  TensorPresence presence;
  TensorCopies copies;
  TensorShape (*shape)(const ModelConfig& config);
  // What multiplying or normalizing with it is charged to. The embedding table is multiplied with
  // as a classifier; looking up its rows is Operation::kEmbedding.
  Operation operation;
  TensorUse use;
  // The vector that is added to what the matrix gives, if the model has it.
  std::optional<TensorRole> bias = std::nullopt;
};

// All rows in the order of execution: those of kBegin, of a layer, of kEnd.
std::span<const TensorRow> layer_table();

// The row of a number that a file names; null if there is none.
const TensorRow* find_row(uint32_t role);
const TensorRow& row_of(TensorRole role);

inline const char* name_of(TensorRole role) { return row_of(role).name; }
inline TensorShape shape_of(TensorRole role, const ModelConfig& config) {
  return row_of(role).shape(config);
}

// How many tensors of this row a layer (or the whole model) may have: 1, or one for each expert.
constexpr uint32_t copies_of(const TensorRow& row, const ModelConfig& config) {
  return row.copies == TensorCopies::kEachExpert && config.n_experts > 1 ? config.n_experts : 1;
}

// Orders the tensors of a layer (or of the model's begin or end) by execution: an expert is
// computed as a whole.
uint32_t order_of(const TensorRow& row, uint32_t expert);

// A number for each tensor that a layer may have, 0 to slots_of(config) - 1, those of begin and end
// among them. `expert` is below copies_of().
uint32_t slots_of(const ModelConfig& config);
uint32_t slot_of_expert(const TensorRow& row, uint32_t expert);
inline uint32_t slot_of(TensorRole role, uint32_t expert) {
  return expert == 0 ? static_cast<uint32_t>(role) : slot_of_expert(row_of(role), expert);
}

// Whether a model of this configuration must have the tensors of the row.
constexpr bool is_required(const TensorRow& row, const ModelConfig& config) {
  return row.presence == TensorPresence::kAlways ||
         (row.presence == TensorPresence::kUnlessTied && !config.tied_classifier);
}

}  // namespace llama
