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

// What a text is that is not plain text in ASCII or UTF-8, such as "UTF-16"; null for others, in
// which single lines may still be wrong.
const char* foreign_encoding(std::string_view text);

// The file of settings that is meant by a name under which none is read, as systems make them that
// hide endings ("barellama.ini.txt") or number copies; empty if the name means none, or is right.
std::string_view meant_file(std::string_view name);

// The word of `words` that is nearest to what was typed, by insertions, deletions and replacements
// of letters; nothing if even the nearest one differs in more than two places.
std::optional<std::string_view> nearest(std::string_view typed,
                                        std::span<const std::string_view> words);

// `text`, then blanks until it is `width` characters wide: a column that is as wide as its rows ask
// for.
void print_padded(base::TextSink& out, std::string_view text, size_t width);

}  // namespace kernel
