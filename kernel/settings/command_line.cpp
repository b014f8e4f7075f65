#include "kernel/settings/command_line.h"

namespace kernel {
namespace {

constexpr std::string_view kPrefix = "barellama.";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// -1 if `c` is not a hexadecimal digit.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view next_word(std::string_view& rest) {
  size_t begin = 0;
  while (begin < rest.size() && is_blank(rest[begin])) ++begin;
  size_t end = begin;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

}  // namespace

std::optional<CommandLineSetting> next_setting(std::string_view& rest) {
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    // Of the file, as editors of some systems begin it.
    if (word.starts_with("\xef\xbb\xbf")) word.remove_prefix(3);
    if (!word.starts_with(kPrefix)) continue;
    word.remove_prefix(kPrefix.size());
    const size_t equals = word.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    return CommandLineSetting{word.substr(0, equals), word.substr(equals + 1)};
  }
  return std::nullopt;
}

bool names_mini_uart(std::string_view line) {
  bool is_mini = false;
  while (const auto setting = next_setting(line)) {
    if (setting->key == "serial") is_mini = setting->encoded == "mini";
  }
  return is_mini;
}

base::Result<std::string_view> decode_percent(std::string_view encoded, std::span<char> out) {
  size_t size = 0;
  while (!encoded.empty()) {
    char c = encoded[0];
    size_t taken = 1;
    if (c == '%' && encoded.size() >= 3 && digit(encoded[1]) >= 0 && digit(encoded[2]) >= 0) {
      c = static_cast<char>(digit(encoded[1]) << 4 | digit(encoded[2]));
      taken = 3;
    }
    encoded.remove_prefix(taken);
    if (size == out.size()) {
      return base::Status::error(base::ErrorCode::kOutOfRange,
                                 "a setting of the command line is longer than {} bytes",
                                 out.size());
    }
    out[size++] = c;
  }
  return std::string_view(out.data(), size);
}

}  // namespace kernel
