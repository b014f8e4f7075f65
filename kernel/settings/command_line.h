// Settings in the command line: words of the form `barellama.KEY=VALUE` among what else the
// firmware puts there (console=..., root=...). Values are percent-encoded, since words end at
// blanks: barellama.prompt=Once%20upon%20a%20time.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

namespace kernel {

struct CommandLineSetting {
  std::string_view key;      // without "barellama."
  std::string_view encoded;  // the value as it is written
};

// The settings one after another: `rest` begins as the whole line and loses what was looked at.
// Nothing at the end.
std::optional<CommandLineSetting> next_setting(std::string_view& rest);

// Whether the console is on the mini UART (Settings::serial): what a program must know before it
// has a console.
bool names_mini_uart(std::string_view line);

// Decodes %XX into `out`; a % that is not followed by two hexadecimal digits stands for itself.
// kOutOfRange when `out` is too small.
base::Result<std::string_view> decode_percent(std::string_view encoded, std::span<char> out);

}  // namespace kernel
