#include "llama/model/layer_table.h"

#include <array>

#include "base/check.h"

namespace llama {
namespace {

using enum TensorPlace;
using enum TensorForm;
using enum TensorPresence;
using enum TensorCopies;
using enum TensorUse;

constexpr TensorShape vocabulary_rows(const ModelConfig& c) { return {c.vocab_size, c.dim}; }
constexpr TensorShape dim_vector(const ModelConfig& c) { return {1, c.dim}; }
constexpr TensorShape query_vector(const ModelConfig& c) { return {1, c.q_dim()}; }
constexpr TensorShape key_vector(const ModelConfig& c) { return {1, c.kv_dim()}; }
constexpr TensorShape hidden_vector(const ModelConfig& c) { return {1, c.hidden_dim}; }
constexpr TensorShape head_vector(const ModelConfig& c) { return {1, c.head_size}; }
constexpr TensorShape dim_to_query(const ModelConfig& c) { return {c.q_dim(), c.dim}; }
constexpr TensorShape dim_to_key(const ModelConfig& c) { return {c.kv_dim(), c.dim}; }
constexpr TensorShape query_to_dim(const ModelConfig& c) { return {c.dim, c.q_dim()}; }
constexpr TensorShape dim_to_hidden(const ModelConfig& c) { return {c.hidden_dim, c.dim}; }
constexpr TensorShape hidden_to_dim(const ModelConfig& c) { return {c.dim, c.hidden_dim}; }
constexpr TensorShape dim_to_experts(const ModelConfig& c) { return {c.n_experts, c.dim}; }

// clang-format off
constexpr TensorRow kTable[] = {
    {TensorRole::kEmbedding, "token_embedding",
     kBegin, kMatrix, kAlways, kOne, vocabulary_rows, Operation::kClassifier, kComputed},

    {TensorRole::kAttentionNorm, "attention_norm",
     kLayer, kVector, kAlways, kOne, dim_vector, Operation::kAttentionNorm, kComputed},
    {TensorRole::kWq, "wq",
     kLayer, kMatrix, kAlways, kOne, dim_to_query, Operation::kWq, kComputed,
     TensorRole::kWqBias},
    {TensorRole::kWqBias, "wq_bias",
     kLayer, kVector, kOptional, kOne, query_vector, Operation::kWq, kComputed},
    {TensorRole::kWk, "wk",
     kLayer, kMatrix, kAlways, kOne, dim_to_key, Operation::kWk, kComputed,
     TensorRole::kWkBias},
    {TensorRole::kWkBias, "wk_bias",
     kLayer, kVector, kOptional, kOne, key_vector, Operation::kWk, kComputed},
    {TensorRole::kWv, "wv",
     kLayer, kMatrix, kAlways, kOne, dim_to_key, Operation::kWv, kComputed,
     TensorRole::kWvBias},
    {TensorRole::kWvBias, "wv_bias",
     kLayer, kVector, kOptional, kOne, key_vector, Operation::kWv, kComputed},
    {TensorRole::kQueryNorm, "q_norm",
     kLayer, kVector, kOptional, kOne, head_vector, Operation::kAttentionNorm, kComputed},
    {TensorRole::kKeyNorm, "k_norm",
     kLayer, kVector, kOptional, kOne, head_vector, Operation::kAttentionNorm, kComputed},
    {TensorRole::kWo, "wo",
     kLayer, kMatrix, kAlways, kOne, query_to_dim, Operation::kWo, kComputed,
     TensorRole::kWoBias},
    {TensorRole::kWoBias, "wo_bias",
     kLayer, kVector, kOptional, kOne, dim_vector, Operation::kWo, kComputed},
    {TensorRole::kPostAttentionNorm, "post_attention_norm",
     kLayer, kVector, kOptional, kOne, dim_vector, Operation::kAttentionNorm, kReadOnly},
    {TensorRole::kFeedForwardNorm, "ffn_norm",
     kLayer, kVector, kAlways, kOne, dim_vector, Operation::kFeedForwardNorm, kComputed},
    {TensorRole::kRouter, "router",
     kLayer, kMatrix, kOptional, kOne, dim_to_experts, Operation::kW1, kReadOnly},
    {TensorRole::kW1, "w1",
     kLayer, kMatrix, kAlways, kEachExpert, dim_to_hidden, Operation::kW1, kComputed,
     TensorRole::kW1Bias},
    {TensorRole::kW1Bias, "w1_bias",
     kLayer, kVector, kOptional, kEachExpert, hidden_vector, Operation::kW1, kComputed},
    {TensorRole::kW3, "w3",
     kLayer, kMatrix, kAlways, kEachExpert, dim_to_hidden, Operation::kW3, kComputed,
     TensorRole::kW3Bias},
    {TensorRole::kW3Bias, "w3_bias",
     kLayer, kVector, kOptional, kEachExpert, hidden_vector, Operation::kW3, kComputed},
    {TensorRole::kW2, "w2",
     kLayer, kMatrix, kAlways, kEachExpert, hidden_to_dim, Operation::kW2, kComputed,
     TensorRole::kW2Bias},
    {TensorRole::kW2Bias, "w2_bias",
     kLayer, kVector, kOptional, kEachExpert, dim_vector, Operation::kW2, kComputed},
    {TensorRole::kPostFeedForwardNorm, "post_ffn_norm",
     kLayer, kVector, kOptional, kOne, dim_vector, Operation::kFeedForwardNorm, kReadOnly},

    {TensorRole::kFinalNorm, "final_norm",
     kEnd, kVector, kAlways, kOne, dim_vector, Operation::kFinalNorm, kComputed},
    {TensorRole::kClassifier, "classifier",
     kEnd, kMatrix, kUnlessTied, kOne, vocabulary_rows, Operation::kClassifier, kComputed},
};
// clang-format on
constexpr size_t kRows = sizeof(kTable) / sizeof(kTable[0]);

constexpr uint8_t kNoRow = 0xff;

// From the number of a role to its place in the table.
constexpr std::array<uint8_t, kRoleLimit> kPlaces = [] {
  std::array<uint8_t, kRoleLimit> places{};
  for (uint8_t& place : places) place = kNoRow;
  for (size_t i = 0; i < kRows; ++i) {
    places[static_cast<size_t>(kTable[i].role)] = static_cast<uint8_t>(i);
  }
  return places;
}();

constexpr bool has_each_role_once() {
  size_t found = 0;
  for (const uint8_t place : kPlaces) found += place != kNoRow ? 1 : 0;
  return found == kRows && kRows == kRoleLimit;
}
static_assert(has_each_role_once());

constexpr bool is_in_order_of_places() {
  for (size_t i = 1; i < kRows; ++i) {
    if (kTable[i].place < kTable[i - 1].place) return false;
  }
  return kTable[0].role == TensorRole::kEmbedding &&
         kTable[kRows - 1].role == TensorRole::kClassifier;
}
static_assert(is_in_order_of_places());

// The rows that each expert has are neighbours.
constexpr size_t kFirstOfExpert = [] {
  size_t i = 0;
  while (kTable[i].copies == kOne) ++i;
  return i;
}();
constexpr uint32_t kRowsOfExpert = [] {
  uint32_t count = 0;
  for (const TensorRow& row : kTable) count += row.copies == kEachExpert ? 1 : 0;
  return count;
}();
static_assert(kTable[kFirstOfExpert + kRowsOfExpert - 1].copies == kEachExpert);

}  // namespace

std::span<const TensorRow> layer_table() { return kTable; }

const TensorRow* find_row(uint32_t role) {
  if (role >= kRoleLimit || kPlaces[role] == kNoRow) return nullptr;
  return &kTable[kPlaces[role]];
}

const TensorRow& row_of(TensorRole role) {
  const TensorRow* const row = find_row(static_cast<uint32_t>(role));
  CHECK(row != nullptr);
  return *row;
}

uint32_t order_of(const TensorRow& row, uint32_t expert) {
  constexpr uint32_t kOrders = 1u << 16;  // of each row that is not an expert's
  const auto place = static_cast<uint32_t>(&row - kTable);
  if (row.copies == kOne) return place * kOrders;
  const auto first = static_cast<uint32_t>(kFirstOfExpert);
  return first * kOrders + expert * kRowsOfExpert + place - first;
}

uint32_t slots_of(const ModelConfig& config) {
  return kRoleLimit + (config.n_experts > 1 ? (config.n_experts - 1) * kRowsOfExpert : 0);
}

uint32_t slot_of_expert(const TensorRow& row, uint32_t expert) {
  const uint32_t in_expert =
      static_cast<uint32_t>(&row - kTable) - static_cast<uint32_t>(kFirstOfExpert);
  return kRoleLimit + (expert - 1) * kRowsOfExpert + in_expert;
}

}  // namespace llama
