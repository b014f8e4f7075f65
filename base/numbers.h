// Numbers that people write.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

// A whole number, or nothing if the text is not one or does not fit.
std::optional<uint64_t> parse_unsigned(std::string_view text);

// A number such as 0.85, 12 or -3; no exponents.
std::optional<double> parse_fraction(std::string_view text);

}  // namespace base
