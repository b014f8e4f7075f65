#include "host-tools/report/operations.h"

namespace host {
namespace {

const llama::OperationRow* find(std::string_view operation) {
  const auto known = llama::operation_named(operation);
  return known ? &llama::kOperations[static_cast<size_t>(*known)] : nullptr;
}

}  // namespace

std::string_view title_of(OperationGroup group) {
  constexpr std::string_view kTitles[kGroupCount] = {
      "Attention matrices",    "Feed-forward matrices", "Attention", "Element by element",
      "Embedding, classifier", "Card and checksums",    "Text",      "Remainder",
  };
  return kTitles[static_cast<size_t>(group)];
}

std::string members_of(OperationGroup group) {
  if (group == OperationGroup::kRest) {
    return "what no operation covers, and operations that this program does not know";
  }
  std::string names;
  for (const llama::OperationRow& row : llama::kOperations) {
    if (row.group == group) names.append(names.empty() ? "" : ", ").append(row.name);
  }
  return names;
}

OperationGroup group_of(std::string_view operation) {
  const llama::OperationRow* row = find(operation);
  return row != nullptr ? row->group : OperationGroup::kRest;
}

std::string_view meaning_of(std::string_view operation) {
  const llama::OperationRow* row = find(operation);
  return row != nullptr ? row->meaning : std::string_view();
}

size_t order_of(std::string_view operation) {
  const llama::OperationRow* row = find(operation);
  if (row == nullptr) return llama::kOperationCount + 1;
  const auto index = static_cast<size_t>(row - llama::kOperations.data());
  return index == static_cast<size_t>(llama::Operation::kRest) ? llama::kOperationCount : index;
}

}  // namespace host
