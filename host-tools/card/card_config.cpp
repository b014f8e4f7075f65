#include "host-tools/card/card_config.h"

#include <sstream>
#include <string_view>

#include "kernel/settings/words.h"

namespace host {

// Sections in brackets are for boards and conditions: of those only what holds for every Zero.
CardConfig::CardConfig(const std::string& text) {
  std::istringstream lines(text);
  bool counts = true;
  for (std::string line; std::getline(lines, line);) {
    const std::string_view words =
        kernel::trimmed(std::string_view(line).substr(0, line.find('#')));
    if (words.starts_with("[")) {
      counts = words == "[all]" || words == "[pi0]";
    } else if (const size_t equals = words.find('='); counts && equals != words.npos) {
      values_[std::string(kernel::trimmed(words.substr(0, equals)))] =
          kernel::trimmed(words.substr(equals + 1));
    } else if (counts && words.starts_with("include")) {
      includes_.emplace_back(words);
    }
  }
}

std::string CardConfig::value(const std::string& key, const std::string& usual) const {
  const auto found = values_.find(key);
  return found == values_.end() ? usual : found->second;
}

}  // namespace host
