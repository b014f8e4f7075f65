#include "kernel/settings/setting_kinds.h"

#include "base/numbers.h"

namespace kernel::kinds {

using base::Status;

namespace {

Status invalid(const char* message) {
  return Status::error(base::ErrorCode::kInvalidArgument, message);
}

}  // namespace

base::Result<uint64_t> parse_whole(std::string_view value, uint64_t least, uint64_t most,
                                   const char* message) {
  const auto number = base::parse_unsigned(value);
  if (!number || *number < least || *number > most) return invalid(message);
  return *number;
}

base::Result<double> parse_number(std::string_view value, double least, double most,
                                  const char* message) {
  const auto number = base::parse_fraction(value);
  if (!number || *number < least || *number > most) return invalid(message);
  return *number;
}

base::Result<bool> parse_switch(std::string_view value) {
  if (value == "1" || value == "on" || value == "yes" || value == "true") return true;
  if (value == "0" || value == "off" || value == "no" || value == "false") return false;
  return invalid("it must be 1 or 0");
}

base::Result<size_t> parse_choice(std::string_view value, std::span<const std::string_view> words,
                                  const char* message) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (value == words[i]) return i;
  }
  return invalid(message);
}

}  // namespace kernel::kinds
