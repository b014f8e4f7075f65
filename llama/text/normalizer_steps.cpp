#include "llama/text/normalizer_steps.h"

#include "base/bytes.h"
#include "base/check.h"
#include "llama/text/found_tokens.h"
#include "llama/text/normalizer.h"
#include "llama/text/unicode_classes.h"

namespace llama {

using base::load_le32;

namespace {

constexpr std::string_view kLowerOneEighthBlock = "\xe2\x96\x81";  // U+2581

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The syllables of Hangul and their parts follow a rule (Unicode 15, section 3.12).
constexpr uint32_t kSyllables = 0xac00;
constexpr uint32_t kLeads = 0x1100;
constexpr uint32_t kVowels = 0x1161;
constexpr uint32_t kTrails = 0x11a7;  // one before the first
constexpr uint32_t kLeadCount = 19;
constexpr uint32_t kVowelCount = 21;
constexpr uint32_t kTrailCount = 28;
constexpr uint32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;

}  // namespace

uint32_t Triples::value(uint32_t row, uint32_t column) const {
  return load_le32(rows_, kRowBytes * row + sizeof(uint32_t) * column);
}

uint32_t Triples::find(uint32_t first) const {
  const uint32_t row = find(first, 0);
  return row < count() && value(row, 0) == first ? row : count();
}

// The first row that is not below.
uint32_t Triples::find(uint32_t first, uint32_t second) const {
  uint32_t low = 0;
  uint32_t high = count();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const uint32_t here = value(middle, 0);
    if (here < first || (here == first && value(middle, 1) < second)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool NfcData::is_right(std::span<const std::byte> data) {
  if (data.size() < kHeaderBytes) return false;
  uint64_t bytes = kHeaderBytes + uint64_t{sizeof(uint32_t)} * load_le32(data);
  bytes += uint64_t{Triples::kRowBytes} * load_le32(data, 4);
  bytes += uint64_t{Triples::kRowBytes} * load_le32(data, 8);
  return bytes == data.size() && load_le32(data) > 0;
}

NfcData::NfcData(std::span<const std::byte> data)
    : classes_(data.subspan(kHeaderBytes, sizeof(uint32_t) * load_le32(data))),
      decompositions_(
          data.subspan(kHeaderBytes + classes_.size(), Triples::kRowBytes * load_le32(data, 4))),
      compositions_(data.last(Triples::kRowBytes * load_le32(data, 8))) {}

// Stretches of one class: code point * 256 + class.
uint32_t NfcData::combining_class(uint32_t code_point) const {
  if (code_point < 0x300 || code_point > 0x10ffff) return 0;
  size_t low = 0;
  size_t high = classes_.size() / sizeof(uint32_t);
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (load_le32(classes_, sizeof(uint32_t) * middle) >> 8 <= code_point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? 0 : load_le32(classes_, sizeof(uint32_t) * (low - 1)) & 0xff;
}

// Returns how many it became: at most 4.
size_t NfcData::decompose(uint32_t code_point, std::span<uint32_t> out) const {
  const uint32_t syllable = code_point - kSyllables;
  if (code_point >= kSyllables && syllable < kSyllableCount) {
    out[0] = kLeads + syllable / (kVowelCount * kTrailCount);
    out[1] = kVowels + syllable % (kVowelCount * kTrailCount) / kTrailCount;
    out[2] = kTrails + syllable % kTrailCount;
    return syllable % kTrailCount == 0 ? 2 : 3;
  }
  // The first of two may have a decomposition of its own.
  uint32_t rest[3];
  size_t rests = 0;
  while (code_point >= 0xc0 && rests < 3) {
    const uint32_t row = decompositions_.find(code_point);
    if (row == decompositions_.count()) break;
    code_point = decompositions_.value(row, 1);
    const uint32_t second = decompositions_.value(row, 2);
    if (second == 0) break;
    rest[rests++] = second;
  }
  out[0] = code_point;
  for (size_t i = 0; i < rests; ++i) out[1 + i] = rest[rests - 1 - i];
  return 1 + rests;
}

// What the two are as one, or 0.
uint32_t NfcData::composed(uint32_t first, uint32_t second) const {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTrailCount;
  }
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTrailCount == 0 &&
      second - kTrails - 1 < kTrailCount - 1) {
    return first + second - kTrails;
  }
  const uint32_t row = compositions_.find(first, second);
  const bool is_there = row < compositions_.count() && compositions_.value(row, 0) == first &&
                        compositions_.value(row, 1) == second;
  return is_there ? compositions_.value(row, 2) : 0;
}

void NfcData::apply(std::string_view text, std::span<uint32_t> room, TextRoom& out) const {
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = code_point_at(text, at);
    at += next.bytes;
    CHECK(room.size() - count >= 4);
    count += decompose(next.value, room.subspan(count));
  }
  // Neighbours with classes are put in the order of these, equal ones kept as they are.
  for (size_t i = 1; i < count; ++i) {
    const uint32_t code_point = room[i];
    const uint32_t order = combining_class(code_point);
    size_t place = i;
    for (; order != 0 && place > 0 && combining_class(room[place - 1]) > order; --place) {
      room[place] = room[place - 1];
    }
    room[place] = code_point;
  }
  // Each joins the last one without a class, if nothing stands between them that blocks it.
  size_t starter = count;
  size_t kept = 0;
  uint32_t last_class = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t order = combining_class(room[i]);
    const bool is_blocked = kept > 0 && starter + 1 < kept && last_class >= order;
    if (starter < kept && !is_blocked) {
      if (const uint32_t both = composed(room[starter], room[i])) {
        room[starter] = both;
        continue;
      }
    }
    if (order == 0) starter = kept;
    last_class = order;
    room[kept++] = room[i];
  }
  for (const uint32_t code_point : room.first(kept)) out.add_code_point(code_point);
}

bool PrecompiledMap::is_right(std::span<const std::byte> data) {
  if (data.empty()) return true;
  if (data.size() < sizeof(uint32_t)) return false;
  const uint32_t units = load_le32(data);
  return units % sizeof(uint32_t) == 0 && units > 0 && units < data.size() - sizeof(uint32_t) &&
         data.back() == std::byte{0};
}

PrecompiledMap::PrecompiledMap(std::span<const std::byte> data) {
  if (data.empty()) return;
  const uint32_t bytes = load_le32(data);
  units_ = data.subspan(sizeof(uint32_t), bytes);
  texts_ = as_text(data.subspan(sizeof(uint32_t) + bytes));
}

PrecompiledMap::Match PrecompiledMap::match(std::string_view text) const {
  Match longest = {{}, 0};
  const auto offset = [](uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); };
  size_t node = units_.empty() ? 0 : offset(load_le32(units_));
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<uint8_t>(text[at]);
    node ^= byte;
    if (node >= units_.size() / sizeof(uint32_t)) break;
    const uint32_t unit = load_le32(units_, sizeof(uint32_t) * node);
    if ((unit & (1u << 31 | 0xff)) != byte) break;
    node ^= offset(unit);
    if ((unit >> 8 & 1) == 0) continue;
    if (node >= units_.size() / sizeof(uint32_t)) break;
    const uint32_t value = load_le32(units_, sizeof(uint32_t) * node) & 0x7fffffffu;
    if (value >= texts_.size()) break;
    // The last byte of all texts is a 0.
    const std::string_view rest = texts_.substr(value);
    longest = {rest.substr(0, rest.find('\0')), at + 1};
  }
  if (longest.bytes > 0) return longest;
  const size_t bytes = code_point_at(text, 0).bytes;
  return {text.substr(0, bytes), bytes};
}

void PrecompiledMap::apply(std::string_view text, bool removes_spaces, bool space_before,
                           const FoundTokens& found, TextRoom& out) const {
  const auto next = [&](std::string_view rest) {
    const size_t kept = found.length_at(rest, FoundIn::kNormalizedText);
    return kept > 0 ? Match{rest.substr(0, kept), kept} : match(rest);
  };
  while (removes_spaces && !text.empty()) {
    const Match first = next(text);
    if (first.by != " ") break;
    text.remove_prefix(first.bytes);
  }
  if (text.empty()) return;
  if (space_before) out.add(kLowerOneEighthBlock);
  bool is_after_space = removes_spaces;
  while (!text.empty()) {
    Match part = next(text);
    text.remove_prefix(part.bytes);
    while (is_after_space && part.by.starts_with(' ')) part.by.remove_prefix(1);
    if (part.by.empty()) continue;
    is_after_space = removes_spaces && part.by.ends_with(' ');
    replace_text(part.by, " ", kLowerOneEighthBlock, out);
  }
  while (removes_spaces && !out.is_full() && out.text().ends_with(kLowerOneEighthBlock)) {
    out.cut(out.size() - kLowerOneEighthBlock.size());
  }
}

void replace_text(std::string_view text, std::string_view pattern, std::string_view by,
                  TextRoom& out) {
  while (!text.empty()) {
    if (text.starts_with(pattern)) {
      out.add(by);
      text.remove_prefix(pattern.size());
    } else {
      out.add(text.front());
      text.remove_prefix(1);
    }
  }
}

std::string_view strip_text(std::string_view text, uint32_t flags) {
  size_t begin = text.size();  // of what is no white space
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = code_point_at(text, at);
    if (character_class(next.value) != CharacterClass::kSpace) {
      if (begin == text.size()) begin = at;
      end = at + next.bytes;
    }
    at += next.bytes;
  }
  if (begin == text.size()) return {};
  if ((flags & kStripRight) != 0) text = text.substr(0, end);
  return (flags & kStripLeft) != 0 ? text.substr(begin) : text;
}

void map_characters(std::string_view text, const Triples& map, TextRoom& out) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = code_point_at(text, at);
    at += next.bytes;
    const uint32_t row = map.find(next.value);
    if (row == map.count()) {
      out.add_code_point(next.value);
      continue;
    }
    out.add_code_point(map.value(row, 1));
    if (const uint32_t second = map.value(row, 2)) out.add_code_point(second);
  }
}

}  // namespace llama
