// The operations that time is charged to: the one list of them. The profiler has a cell for each,
// records and tables of kernel and host name them as here, the host's report groups and explains
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace llama {

// What belongs together in a picture, in the order of legends. Eight, as many as there are colours
// that most people can tell apart.
enum class OperationGroup : uint8_t {
  kAttentionMatrices,
  kFeedForwardMatrices,
  kAttention,
  kElementwise,
  kEnds,  // of a pass: embedding, final norm, classifier
  kCard,
  kText,
  kRest,
};
inline constexpr size_t kOperationGroupCount = 8;

// ROW(enumerator, name in records and tables, group, meaning), in the order of tables.
#define LLAMA_OPERATIONS(ROW)                                                                      \
  /* Of a layer, a pass or an answer; the first. */                                                \
  ROW(kRest, "rest", kRest, "what no operation covers")                                            \
  /* Of a forward pass. */                                                                         \
  ROW(kEmbedding, "embedding", kEnds, "the token's row of the embedding")                          \
  ROW(kAttentionNorm, "attention_norm", kElementwise, "RMS norm before attention")                 \
  ROW(kWq, "wq", kAttentionMatrices, "queries")                                                    \
  ROW(kWk, "wk", kAttentionMatrices, "keys")                                                       \
  ROW(kWv, "wv", kAttentionMatrices, "values")                                                     \
  ROW(kRope, "rope", kAttention, "turning by position")                                            \
  ROW(kAttention, "attention", kAttention, "keys and values kept, scores, softmax, mix of values") \
  ROW(kWo, "wo", kAttentionMatrices, "output of attention")                                        \
  ROW(kFeedForwardNorm, "ffn_norm", kElementwise, "RMS norm before feed-forward")                  \
  ROW(kW1, "w1", kFeedForwardMatrices, "gate")                                                     \
  ROW(kW3, "w3", kFeedForwardMatrices, "up")                                                       \
  ROW(kSwiglu, "swiglu", kElementwise, "gating")                                                   \
  ROW(kW2, "w2", kFeedForwardMatrices, "down")                                                     \
  ROW(kResidual, "residual", kElementwise, "adding a branch to the stream")                        \
  ROW(kFinalNorm, "final_norm", kEnds, "RMS norm before the classifier")                           \
  ROW(kClassifier, "classifier", kEnds, "a score for each token")                                  \
  ROW(kQuantize, "quantize", kElementwise, "a matrix's input into integers")                       \
  ROW(kCardWait, "card_wait", kCard, "waiting for weights with nothing else to do")                \
  ROW(kCrc, "crc", kCard, "checksums of streamed weights")                                         \
  /* Of an answer, outside of passes. */                                                           \
  ROW(kSample, "sample", kText, "choosing the token")                                              \
  ROW(kTokenize, "tokenize", kText, "text into tokens")                                            \
  ROW(kDecode, "decode", kText, "token into text")                                                 \
  ROW(kOutput, "output", kText, "to the serial line")

enum class Operation : uint8_t {
#define LLAMA_ENUMERATOR(enumerator, name, group, meaning) enumerator,
  LLAMA_OPERATIONS(LLAMA_ENUMERATOR)
#undef LLAMA_ENUMERATOR
};

struct OperationRow {
  std::string_view name;
  OperationGroup group;
  std::string_view meaning;
};
inline constexpr auto kOperations = std::to_array<OperationRow>({
#define LLAMA_ROW(enumerator, name, group, meaning) {name, OperationGroup::group, meaning},
    LLAMA_OPERATIONS(LLAMA_ROW)
#undef LLAMA_ROW
});
inline constexpr size_t kOperationCount = kOperations.size();
static_assert(static_cast<size_t>(Operation::kRest) == 0);

constexpr std::string_view name_of(Operation operation) {
  return kOperations[static_cast<size_t>(operation)].name;
}

// The operation that records call `name`; none for a name that this program does not know.
constexpr std::optional<Operation> operation_named(std::string_view name) {
  for (size_t i = 0; i < kOperationCount; ++i) {
    if (kOperations[i].name == name) return static_cast<Operation>(i);
  }
  return std::nullopt;
}

}  // namespace llama
