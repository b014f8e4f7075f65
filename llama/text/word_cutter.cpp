#include "llama/text/word_cutter.h"

#include "base/check.h"
#include "llama/text/unicode_classes.h"
#include "llama/text/utf8.h"

namespace llama {

namespace {

constexpr size_t kNoLimit = SIZE_MAX;

struct Character {
  CharacterClass kind = CharacterClass::kOther;
  size_t bytes = 0;  // 0 at the end of the text
};

Character character_at(std::string_view text, size_t at) {
  const CodePoint next = code_point_at(text, at);
  if (next.bytes == 0) return {};
  return {character_class(next.value), next.bytes};
}

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

// The end of the run of characters of a class that begins at `at`, at most `most` of them.
size_t end_of_run(std::string_view text, size_t at, CharacterClass kind, size_t most = kNoLimit) {
  for (; most > 0; --most) {
    const Character next = character_at(text, at);
    if (next.bytes == 0 || next.kind != kind) break;
    at += next.bytes;
  }
  return at;
}

// 's|'t|'re|'ve|'m|'ll|'d: its length, or 0. U+017F is an s to an expression that ignores case.
size_t contraction_bytes(std::string_view text, bool ignore_case) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  if (ignore_case && text.substr(1).starts_with("\u017f")) return 3;
  const auto letter = [&](size_t at) -> char {
    if (at >= text.size()) return 0;
    const char c = text[at];
    return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  const char first = letter(1);
  const char second = letter(2);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if ((first == 'r' || first == 'v') && second == 'e') return 3;
  return first == 'l' && second == 'l' ? 3 : 0;
}

// \s+(?!\S)|\s+ where white space begins: all of it before the end of a text, otherwise all but its
// last character, unless it has only one.
size_t white_space_bytes(std::string_view text, bool ends_before_number) {
  size_t last = 0;
  size_t end = 0;
  for (;;) {
    const Character next = character_at(text, end);
    if (next.bytes == 0) return end;
    if (next.kind != CharacterClass::kSpace) {
      const bool is_end = ends_before_number && next.kind == CharacterClass::kNumber;
      return is_end || last == 0 ? end : last;
    }
    last = end;
    end += next.bytes;
  }
}

size_t gpt2_word(std::string_view text, bool single_numbers) {
  if (const size_t bytes = contraction_bytes(text, false)) return bytes;
  const size_t begin = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const CharacterClass kind = character_at(text, begin).kind;
  if (kind == CharacterClass::kSpace) return white_space_bytes(text, single_numbers);
  if (kind == CharacterClass::kNumber && single_numbers) {
    // The stretch before a number ends with its space.
    return begin == 1 ? 1 : end_of_run(text, 0, kind, 1);
  }
  return end_of_run(text, begin, kind);
}

// [^\s\p{L}\p{N}]+[\r\n]*
size_t end_of_symbols(std::string_view text, size_t at) {
  at = end_of_run(text, at, CharacterClass::kOther);
  while (at < text.size() && is_line_end(text[at])) ++at;
  return at;
}

// \s*[\r\n]+ where white space begins: up to the last line end in it, or 0 if there is none.
size_t line_end_bytes(std::string_view text) {
  const std::string_view space = text.substr(0, end_of_run(text, 0, CharacterClass::kSpace));
  return space.find_last_of("\r\n") + 1;
}

size_t llama3_word(std::string_view text, size_t most_numbers) {
  if (const size_t bytes = contraction_bytes(text, true)) return bytes;
  const Character first = character_at(text, 0);
  if (first.kind == CharacterClass::kLetter) return end_of_run(text, 0, first.kind);
  if (first.kind == CharacterClass::kNumber) return end_of_run(text, 0, first.kind, most_numbers);
  const Character second = character_at(text, first.bytes);
  if (second.kind == CharacterClass::kLetter && !is_line_end(text[0])) {
    return end_of_run(text, first.bytes, second.kind);
  }
  if (first.kind == CharacterClass::kOther) return end_of_symbols(text, 0);
  if (text[0] == ' ' && second.bytes > 0 && second.kind == CharacterClass::kOther) {
    return end_of_symbols(text, 1);
  }
  if (const size_t bytes = line_end_bytes(text)) return bytes;
  return white_space_bytes(text, false);
}

}  // namespace

size_t first_word_bytes(WordRules rules, std::string_view text) {
  CHECK(rules != WordRules::kNone);
  if (text.empty()) return 0;
  if (rules == WordRules::kLlama3) return llama3_word(text, 3);
  if (rules == WordRules::kQwen2) return llama3_word(text, 1);
  if (rules == WordRules::kSpaces) {
    const size_t next = text.find(' ', 1);
    return next == std::string_view::npos ? text.size() : next;
  }
  return gpt2_word(text, rules == WordRules::kSmolLm);
}

}  // namespace llama
