// The operations of a forward pass and of an answer: what they are called, in which order they run,
// and which of them belong together in a picture.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace host {

// In the order of pictures and legends. Eight, as many as there are colours that everybody can tell
// apart.
enum class OperationGroup : uint8_t {
  kAttentionMatrices,    // wq, wk, wv, wo
  kFeedForwardMatrices,  // w1, w3, w2
  kAttention,            // scores and mixing, positions
  kElementwise,          // norms, SwiGLU, quantizing, adding
  kEnds,                 // embedding, final norm, classifier
  kCard,                 // waiting for the card, checksums
  kText,                 // sampling, tokenizing, output
  kRest,                 // what no operation covers, and operations that this program does not know
};
inline constexpr size_t kGroupCount = 8;
inline constexpr std::array<OperationGroup, kGroupCount> kGroups = {
    OperationGroup::kAttentionMatrices,
    OperationGroup::kFeedForwardMatrices,
    OperationGroup::kAttention,
    OperationGroup::kElementwise,
    OperationGroup::kEnds,
    OperationGroup::kCard,
    OperationGroup::kText,
    OperationGroup::kRest,
};

// "Attention matrices": for legends.
std::string_view title_of(OperationGroup group);
// What is in it: "wq, wk, wv, wo".
std::string_view members_of(OperationGroup group);

OperationGroup group_of(std::string_view operation);
// What an operation does, in a few words; empty for one that nobody knows.
std::string_view meaning_of(std::string_view operation);
// Its place in the order in which operations run; those that nobody knows come last.
size_t order_of(std::string_view operation);

}  // namespace host
