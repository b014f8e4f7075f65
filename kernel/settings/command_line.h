// Settings in the command line: words of the form `barellama.KEY=VALUE` among whatever else the
// firmware puts there (console=..., root=...). Values are percent-encoded, since words end at
// blanks: barellama.prompt=Once%20upon%20a%20time.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

namespace kernel {

class CommandLine {
 public:
  struct Setting {
    std::string_view key;      // without "barellama."
    std::string_view encoded;  // the value as it stands there
  };

  // `text` outlives the object.
  explicit CommandLine(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }

  // The settings one after another: `rest` begins as text() and loses what was looked at. Nothing
  // at the end.
  static std::optional<Setting> next(std::string_view& rest);

  // The decoded value of `key` in `out`; the last one counts if there are several. kNotFound
  // without one; kOutOfRange when it is longer than `out`.
  base::Result<std::string_view> value(std::string_view key, std::span<char> out) const;

 private:
  std::string_view text_;
};

// Decodes %XX into `out`; a % that is not followed by two hexadecimal digits stands for itself.
// kOutOfRange when `out` is too small.
base::Result<std::string_view> decode_percent(std::string_view encoded, std::span<char> out);

}  // namespace kernel
