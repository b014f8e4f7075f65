#include "base/numbers.h"

namespace base {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<uint64_t> parse_unsigned(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = 10 * value + digit;
  }
  return value;
}

std::optional<double> parse_fraction(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  // Digits as one whole number, divided once: 0.1 becomes the double nearest to 0.1.
  uint64_t digits = 0;
  double divisor = 1;
  bool has_digit = false;
  bool has_point = false;
  for (const char c : text) {
    if (c == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (!is_digit(c) || digits > 900'000'000'000'000) return std::nullopt;
    digits = 10 * digits + static_cast<uint64_t>(c - '0');
    if (has_point) divisor *= 10;
    has_digit = true;
  }
  if (!has_digit) return std::nullopt;
  const double value = static_cast<double>(digits) / divisor;
  return is_negative ? -value : value;
}

}  // namespace base
