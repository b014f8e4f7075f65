// Options that had another name once: the old one is still accepted, and help does not show it.
#pragma once

#include <string>

#include "host-tools/commands/command_line.h"

namespace host {

template <typename T>
void add_renamed_option(Command& command, const std::string& name, const std::string& old_name,
                        T& target, const std::string& help, const Check& check) {
  command.add_option(name, target, help)->check(check);
  command.add_option(old_name, target, "")->check(check)->hide();
}

}  // namespace host
