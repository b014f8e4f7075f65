#include "kernel/settings/words.h"

#include <algorithm>
#include <array>

namespace kernel {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Levenshtein's distance, row by row. Words longer than the table are far from everything.
size_t distance(std::string_view a, std::string_view b) {
  constexpr size_t kLongest = 32;
  if (a.size() > kLongest || b.size() > kLongest) return kLongest;
  std::array<size_t, kLongest + 1> row;
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> nearest(std::string_view typed,
                                        std::span<const std::string_view> words) {
  constexpr size_t kFarthest = 2;
  std::optional<std::string_view> best;
  size_t least = kFarthest + 1;
  for (const std::string_view word : words) {
    const size_t apart = distance(typed, word);
    if (apart < least) {
      least = apart;
      best = word;
    }
  }
  return best;
}

void print_padded(base::TextSink& out, std::string_view text, size_t width) {
  out.write(text);
  for (size_t i = text.size(); i < width; ++i) out.write(" ");
}

}  // namespace kernel
