// The option --kv, of all commands that set a model up.
#pragma once

#include "host-tools/commands/command_line.h"
#include "llama/kernels/attention.h"

namespace host {

inline void add_kv_option(Command& command, llama::KvType& target) {
  command
      .add_option_function(
          "--kv", [&target](const std::string& name) { target = *llama::kv_type_of(name); },
          "Keep keys and values as f32, f16 or q8_0: 4, 2 or about 1 byte each (default f32)")
      ->check(one_of({"f32", "f16", "q8_0"}));
}

}  // namespace host
