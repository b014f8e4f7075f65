// Small helpers for text that people type or write into files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/format.h"

namespace kernel {

// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

// A whole number, or nothing if the text is not one or does not fit.
std::optional<uint64_t> parse_unsigned(std::string_view text);

// A number such as 0.85, 12 or -3; no exponents.
std::optional<double> parse_fraction(std::string_view text);

// The word of `words` that is nearest to what was typed, by insertions, deletions and replacements
// of letters; nothing if even the nearest one differs in more than two places.
std::optional<std::string_view> nearest(std::string_view typed,
                                        std::span<const std::string_view> words);

// `text`, then blanks until it is `width` characters wide: a column that is as wide as its rows ask
// for.
void print_padded(base::TextSink& out, std::string_view text, size_t width);

}  // namespace kernel
