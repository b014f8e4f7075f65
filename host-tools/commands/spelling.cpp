#include "host-tools/commands/spelling.h"

#include <algorithm>

#include "kernel/settings/words.h"

namespace host {

std::optional<std::string> meant_word(std::string_view typed,
                                      const std::vector<std::string>& words) {
  // Two letters of three may be another word.
  constexpr size_t kShort = 3;
  std::optional<std::string> beginning;
  bool is_only = true;
  for (const std::string& word : words) {
    if (typed.empty() || !word.starts_with(typed)) continue;
    is_only = !beginning;
    beginning = word;
  }
  if (beginning && is_only) return beginning;
  const std::vector<std::string_view> views(words.begin(), words.end());
  if (typed.empty()) return std::nullopt;
  const auto nearest = kernel::nearest(typed, views);
  if (!nearest || (typed.size() <= kShort && nearest->front() != typed.front()))
    return std::nullopt;
  return std::string(*nearest);
}

std::string proposal(std::string_view typed, const std::vector<std::string>& words) {
  const auto meant = meant_word(typed, words);
  return meant ? "; did you mean `" + *meant + "`?" : "";
}

std::string complaint_of_rest(const std::vector<std::string>& rest,
                              const std::vector<std::string>& option_names) {
  const auto option = std::ranges::find_if(
      rest, [](const std::string& word) { return word.size() > 1 && word[0] == '-'; });
  if (option != rest.end()) {
    const std::string name = option->substr(0, option->find('='));
    return "there is no option `" + name + "`" + proposal(name, option_names);
  }
  if (rest.empty()) return {};
  return "\"" + rest.front() +
         "\" is one word too many; texts and names with blanks need quotation marks";
}

}  // namespace host
