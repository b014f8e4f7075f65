// Options that take one of a few names.
#pragma once

#include <string>
#include <vector>

#include "host-tools/commands/command_line.h"

namespace host {

// `choices` are pairs of a name and what it means. Upper or lower case do not matter. `choices` and
// `target` outlive the command.
template <typename Choices, typename Target>
void add_choice(Command& command, const char* option, const Choices& choices, Target& target,
                const char* description) {
  std::vector<std::string> names;
  for (const auto& choice : choices) names.emplace_back(choice.first);
  command
      .add_option_function(
          option,
          [&choices, &target](const std::string& name) {
            for (const auto& [known, value] : choices) {
              if (name == known) target = value;
            }
          },
          description)
      ->one_of_in_any_case(names);
}

}  // namespace host
