#include "kernel/console/character_width.h"

#include <algorithm>
#include <iterator>

#include "llama/text/utf8.h"

namespace kernel {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

constexpr Range kMarks[] = {{0x0300, 0x036f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
                            {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},  {0x4e00, 0xa4cf}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t N>
constexpr bool is_within(const Range (&ranges)[N], uint32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// One code point, or one byte that is none.
struct Unit {
  size_t bytes;
  unsigned columns;
};

Unit unit_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  const size_t length = llama::utf8_character_length(rest);
  if (length <= 1) return {1, 1};
  // The first byte of n has n ones and a zero in front of its payload (Unicode 15, table 3-6).
  uint32_t code = static_cast<unsigned char>(rest[0]) & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    code = code << 6 | (static_cast<unsigned char>(rest[i]) & 0x3fu);
  }
  return {length, column_width(code)};
}

size_t unit_before(std::string_view text, size_t at) {
  size_t begin = at - 1;
  for (int i = 0; i < 3 && begin > 0 && continues_character(text[begin]); ++i) --begin;
  return begin + unit_at(text, begin).bytes == at ? begin : at - 1;
}

}  // namespace

unsigned column_width(uint32_t code_point) {
  if (is_within(kMarks, code_point)) return 0;
  return is_within(kWide, code_point) ? 2 : 1;
}

size_t next_character(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size();
  at += unit_at(text, at).bytes;
  while (at < text.size()) {
    const Unit unit = unit_at(text, at);
    if (unit.columns != 0) break;
    at += unit.bytes;
  }
  return at;
}

size_t previous_character(std::string_view text, size_t at) {
  while (at > 0) {
    at = unit_before(text, at);
    if (unit_at(text, at).columns != 0) break;
  }
  return at;
}

size_t code_point_begin(std::string_view text, size_t at) {
  for (size_t back = 1; back <= 3 && back <= at; ++back) {
    if (unit_at(text, at - back).bytes > back) return at - back;
  }
  return at;
}

size_t code_point_end(std::string_view text, size_t at) {
  const size_t begin = code_point_begin(text, at);
  return begin == at ? at : begin + unit_at(text, begin).bytes;
}

unsigned columns_of(std::string_view text) {
  unsigned columns = 0;
  for (size_t at = 0; at < text.size();) {
    const Unit unit = unit_at(text, at);
    columns += unit.columns;
    at += unit.bytes;
  }
  return columns;
}

}  // namespace kernel
