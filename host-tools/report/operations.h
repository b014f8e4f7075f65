// The operations of a recording, by the names that its records have: llama/operations.h as the
// report shows it. A recording may have operations that this program does not know.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "llama/operations.h"

namespace host {

using llama::OperationGroup;
inline constexpr size_t kGroupCount = llama::kOperationGroupCount;

// In the order of pictures and legends.
inline constexpr auto kGroups = [] {
  std::array<OperationGroup, kGroupCount> groups{};
  for (size_t i = 0; i < kGroupCount; ++i) groups[i] = static_cast<OperationGroup>(i);
  return groups;
}();

// "Attention matrices": for legends.
std::string_view title_of(OperationGroup group);
// What is in it: "wq, wk, wv, wo".
std::string members_of(OperationGroup group);

// kRest for an unknown one.
OperationGroup group_of(std::string_view operation);
// What an operation does, in a few words; empty for an unknown one.
std::string_view meaning_of(std::string_view operation);
// Its place in the order of tables; unknown ones come last, the remainder before them.
size_t order_of(std::string_view operation);

}  // namespace host
