#include "kernel/settings/words.h"

#include <algorithm>
#include <array>

#include "libpi/fs/file_name.h"

namespace kernel {
namespace {

bool begins_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && pi::is_same_name(text.substr(0, start.size()), start);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && pi::is_same_name(text.substr(text.size() - end.size()), end);
}

bool has_ending_of_text(std::string_view name) {
  for (const std::string_view ending : {".txt", ".rtf", ".ini"}) {
    if (ends_with(name, ending)) return true;
  }
  return false;
}

}  // namespace

const char* foreign_encoding(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return "UTF-16";
  const size_t zero = text.find('\0');
  if (zero != std::string_view::npos) return zero < 2 ? "UTF-16" : "not a text";
  return text.starts_with("{\\rtf") ? "rich text (RTF)" : nullptr;
}

std::string_view meant_file(std::string_view name) {
  constexpr std::string_view kNames[] = {"barellama.ini", "cmdline.txt", "config.txt"};
  for (const std::string_view right : kNames) {
    if (pi::is_same_name(name, right)) return {};
  }
  if (!has_ending_of_text(name)) return {};
  if (begins_with(name, "barellama")) return kNames[0];
  for (const std::string_view right : kNames) {
    const std::string_view stem = right.substr(0, right.find('.'));
    // The name and one more ending, or "config (1).txt".
    if (!begins_with(name, stem) || name.size() == stem.size()) continue;
    const char next = name[stem.size()];
    if (begins_with(name, right) || next == ' ' || next == '(') return right;
  }
  return {};
}
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
