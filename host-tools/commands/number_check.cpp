#include "host-tools/commands/number_check.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>

namespace host {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::max();
// A limit of this size is that of a type, and does not say what makes sense.
constexpr double kSensible = 1e15;
// Of thousands.
constexpr std::string_view kSeparators = ",._' ";

bool are_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// Beyond every limit: infinity.
std::optional<double> number_of(std::string_view word) {
  // No "nan", "inf" or "0x10".
  if (word.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (word.starts_with('+')) word.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || end != word.data() + word.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too small is 0.
    const size_t exponent = word.find_first_of("eE");
    const bool is_small = exponent != word.npos && word.substr(exponent + 1).starts_with('-');
    return is_small ? 0
                    : (word.starts_with('-') ? -1 : 1) * std::numeric_limits<double>::infinity();
  }
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::string digits_of(double number) {
  char text[64];
  // 0.01 of 32 bits is 0.00999999977 of 64.
  std::snprintf(text, sizeof text, number == std::round(number) ? "%.0f" : "%.6g", number);
  return text;
}

// What was meant by "0,7", or "1,000".
std::optional<std::string> meant_by(std::string_view word, const NumberRule& rule) {
  std::string meant(word);
  if (rule.is_whole) {
    std::erase_if(meant, [](char letter) { return kSeparators.find(letter) != kSeparators.npos; });
    if (meant.size() == word.size() || !are_digits(meant)) return std::nullopt;
    // "1.5" and "0,7" are no thousands.
    const size_t separator = word.find_first_of(kSeparators);
    if ((word.size() - separator) % 4 != 0) return std::nullopt;
    return meant;
  }
  if (std::ranges::count(meant, ',') != 1) return std::nullopt;
  std::ranges::replace(meant, ',', '.');
  if (!number_of(meant)) return std::nullopt;
  return meant;
}

}  // namespace

std::string NumberRule::phrase() const {
  const std::string what = is_whole ? "a whole number" : "a number";
  const bool has_high = high < kNoLimit && (high < kSensible || is_whole);
  if (excludes_low) {
    return what + " greater than " + digits_of(low) +
           (has_high ? ", at most " + digits_of(high) : "");
  }
  if (!has_high || high >= kSensible) return what + ", " + digits_of(low) + " or more";
  return what + " from " + digits_of(low) + " to " + digits_of(high);
}

std::string NumberRule::interval() const {
  return "[" + digits_of(low) + " - " + digits_of(high) + "]";
}

std::string number_complaint(std::string_view word, const NumberRule& rule) {
  const std::string must = "must be " + rule.phrase();
  if (word.empty()) return "is empty: " + must;
  const std::string quoted = "\"" + std::string(word) + "\"";
  if (const auto meant = meant_by(word, rule)) {
    return quoted + " is not a number: " + must + ", written as " + *meant;
  }
  const auto number = number_of(word);
  if (!number) return quoted + " is not a number: " + must;
  if (rule.is_whole && !are_digits(word)) return quoted + ": " + must;
  const bool is_low = *number < rule.low || (rule.excludes_low && *number <= rule.low);
  uint64_t exact = 0;
  // The largest 64 bit number as a double is one too many.
  const bool is_too_long =
      rule.is_whole &&
      std::from_chars(word.data(), word.data() + word.size(), exact).ec != std::errc();
  if (is_low || *number > rule.high || is_too_long) return quoted + ": " + must;
  return {};
}

}  // namespace host
