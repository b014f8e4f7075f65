// Words that were typed and mean nothing, and what may have been meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace host {

// The word of `words` that differs from what was typed in two letters at most, or the only one that
// begins with it.
std::optional<std::string> meant_word(std::string_view typed,
                                      const std::vector<std::string>& words);

// "; did you mean `run`?", or nothing.
std::string proposal(std::string_view typed, const std::vector<std::string>& words);

// What is wrong with the words of a command line that no option took; empty if there are none.
std::string complaint_of_rest(const std::vector<std::string>& rest,
                              const std::vector<std::string>& option_names);

}  // namespace host
