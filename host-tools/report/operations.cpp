#include "host-tools/report/operations.h"

namespace host {
namespace {

struct Known {
  std::string_view name;
  OperationGroup group;
  std::string_view meaning;
};

// As llama/profiler.h has them, in the order of a forward pass.
constexpr Known kKnown[] = {
    {"tokenize", OperationGroup::kText, "text into tokens"},
    {"embedding", OperationGroup::kEnds, "the token's row of the embedding"},
    {"attention_norm", OperationGroup::kElementwise, "RMS norm before attention"},
    {"quantize", OperationGroup::kElementwise, "a matrix's input into integers"},
    {"wq", OperationGroup::kAttentionMatrices, "queries"},
    {"wk", OperationGroup::kAttentionMatrices, "keys"},
    {"wv", OperationGroup::kAttentionMatrices, "values"},
    {"rope", OperationGroup::kAttention, "turning by position"},
    {"attention", OperationGroup::kAttention, "scores, softmax, mix of values"},
    {"wo", OperationGroup::kAttentionMatrices, "output of attention"},
    {"residual", OperationGroup::kElementwise, "adding to the stream"},
    {"ffn_norm", OperationGroup::kElementwise, "RMS norm before feed-forward"},
    {"w1", OperationGroup::kFeedForwardMatrices, "gate"},
    {"w3", OperationGroup::kFeedForwardMatrices, "up"},
    {"swiglu", OperationGroup::kElementwise, "gating"},
    {"w2", OperationGroup::kFeedForwardMatrices, "down"},
    {"final_norm", OperationGroup::kEnds, "RMS norm before the classifier"},
    {"classifier", OperationGroup::kEnds, "a score for each token"},
    {"card_wait", OperationGroup::kCard, "waiting for weights"},
    {"crc", OperationGroup::kCard, "checksums of weights"},
    {"sample", OperationGroup::kText, "choosing the token"},
    {"decode", OperationGroup::kText, "token into text"},
    {"output", OperationGroup::kText, "to the serial line"},
    {"rest", OperationGroup::kRest, "what no operation covers"},
};

const Known* find(std::string_view operation) {
  for (const Known& known : kKnown) {
    if (known.name == operation) return &known;
  }
  return nullptr;
}

}  // namespace

std::string_view title_of(OperationGroup group) {
  constexpr std::string_view kTitles[kGroupCount] = {
      "Attention matrices",    "Feed-forward matrices", "Attention", "Element by element",
      "Embedding, classifier", "Card and checksums",    "Text",      "Remainder",
  };
  return kTitles[static_cast<size_t>(group)];
}

std::string_view members_of(OperationGroup group) {
  constexpr std::string_view kMembers[kGroupCount] = {
      "wq, wk, wv, wo",
      "w1, w3, w2",
      "rope, attention",
      "attention_norm, ffn_norm, swiglu, quantize, residual",
      "embedding, final_norm, classifier",
      "card_wait, crc",
      "tokenize, sample, decode, output",
      "what no operation covers, and operations that this program does not know",
  };
  return kMembers[static_cast<size_t>(group)];
}

OperationGroup group_of(std::string_view operation) {
  const Known* known = find(operation);
  return known != nullptr ? known->group : OperationGroup::kRest;
}

std::string_view meaning_of(std::string_view operation) {
  const Known* known = find(operation);
  return known != nullptr ? known->meaning : std::string_view();
}

size_t order_of(std::string_view operation) {
  const Known* known = find(operation);
  return known != nullptr ? static_cast<size_t>(known - kKnown) : std::size(kKnown);
}

}  // namespace host
