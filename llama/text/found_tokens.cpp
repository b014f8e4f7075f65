#include "llama/text/found_tokens.h"

#include "base/bytes.h"
#include "llama/text/unicode_classes.h"
#include "llama/text/utf8.h"

namespace llama {

using base::ErrorCode;
using base::load_le32;
using base::Status;

namespace {

// The counts of the four groups, and of the stretches of characters of words.
constexpr size_t kHeaderBytes = 5 * sizeof(uint32_t);

// Of an entry.
constexpr size_t kIdAt = 0;
constexpr size_t kFlagsAt = 1;
constexpr size_t kEndAt = 2;
constexpr size_t kEntryBytes = 3 * sizeof(uint32_t);

// Where the character before `end` begins.
size_t begin_of_last(std::string_view text, size_t end) {
  for (size_t length = 1; length <= 4 && length <= end; ++length) {
    if (utf8_character_length(text.substr(end - length, length)) == length) return end - length;
  }
  return end - 1;
}

bool is_space(std::string_view text, size_t at) {
  return character_class(code_point_at(text, at).value) == CharacterClass::kSpace;
}

}  // namespace

base::Result<FoundTokens> FoundTokens::open(std::span<const std::byte> table,
                                            uint32_t token_count) {
  FoundTokens found;
  found.table_ = table;
  TRY(found.check(token_count));
  return found;
}

Status FoundTokens::check(uint32_t token_count) {
  const Status wrong = Status::error(ErrorCode::kCorrupt,
                                     "the tokenizer's table of tokens that are found in texts is "
                                     "damaged");
  if (table_.size() < kHeaderBytes) return wrong;
  for (size_t i = 0; i < kGroups; ++i) {
    const uint32_t count = load_le32(table_, sizeof(uint32_t) * i);
    if (count > table_.size() / kEntryBytes) return wrong;
    groups_[i].first = entries_;
    groups_[i].end = entries_ += count;
  }
  stretches_ = load_le32(table_, sizeof(uint32_t) * kGroups);
  if (stretches_ > table_.size() / sizeof(uint32_t)) return wrong;
  patterns_at_ = kHeaderBytes + kEntryBytes * entries_ + sizeof(uint32_t) * stretches_;
  if (patterns_at_ > table_.size()) return wrong;
  uint32_t before = 0;
  for (uint32_t entry = 0; entry < entries_; ++entry) {
    const uint32_t end = number(entry, kEndAt);
    if (number(entry, kIdAt) >= token_count || end <= before ||
        end > table_.size() - patterns_at_) {
      return wrong;
    }
    before = end;
  }
  for (Group& group : groups_) {
    std::string_view last;
    for (uint32_t entry = group.first; entry < group.end; ++entry) {
      const std::string_view next = pattern(entry);
      if (next <= last) return wrong;
      last = next;
      const auto first = static_cast<uint8_t>(next[0]);
      group.first_bytes[first / 32] |= 1u << (first % 32);
    }
  }
  return base::ok_status();
}

uint32_t FoundTokens::number(size_t entry, size_t field) const {
  return load_le32(table_, kHeaderBytes + kEntryBytes * entry + sizeof(uint32_t) * field);
}

std::string_view FoundTokens::pattern(uint32_t entry) const {
  const uint32_t begin = entry == 0 ? 0 : number(entry - 1, kEndAt);
  const auto bytes = table_.subspan(patterns_at_ + begin, number(entry, kEndAt) - begin);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The entry of the longest pattern that `text` begins with, or -1.
int64_t FoundTokens::longest_at(const Group& group, std::string_view text) const {
  if (text.empty() || !group.may_begin_with(text[0])) return -1;
  int64_t best = -1;
  uint32_t low = group.first;
  uint32_t high = group.end;
  // Those between begin with the same `at` bytes as the text, and are longer.
  for (size_t at = 0; at < text.size() && low < high; ++at) {
    const auto byte = static_cast<uint8_t>(text[at]);
    const auto first_not_below = [&](uint32_t wanted) {
      uint32_t begin = low;
      uint32_t end = high;
      while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (static_cast<uint8_t>(pattern(middle)[at]) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      return begin;
    };
    const uint32_t begin = first_not_below(byte);
    high = first_not_below(byte + 1u);
    low = begin;
    if (low < high && pattern(low).size() == at + 1) best = low++;
  }
  return best;
}

bool FoundTokens::is_word(uint32_t code_point) const {
  // The stretches begin and end by turns; the first is one of words.
  uint32_t low = 0;
  uint32_t high = stretches_;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const size_t at = kHeaderBytes + kEntryBytes * entries_ + sizeof(uint32_t) * middle;
    if (load_le32(table_, at) <= code_point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low % 2 == 1;
}

bool FoundTokens::touches_word(std::string_view text, size_t begin, size_t end) const {
  return (begin > 0 && is_word(code_point_at(text, begin_of_last(text, begin)).value)) ||
         (end < text.size() && is_word(code_point_at(text, end).value));
}

FoundTokens::Place FoundTokens::next(std::string_view text, size_t from, FoundIn where,
                                     Specials specials) const {
  const Group& plain = groups_[group_of(where, false)];
  const Group& special = groups_[group_of(where, true)];
  const bool with_specials = specials == Specials::kFound && special.first < special.end;
  if (plain.first == plain.end && !with_specials) return {};
  for (size_t at = from; at < text.size();) {
    int64_t entry = longest_at(plain, text.substr(at));
    if (with_specials) {
      const int64_t other = longest_at(special, text.substr(at));
      const auto length = [&](int64_t one) {
        return one < 0 ? 0 : pattern(static_cast<uint32_t>(one)).size();
      };
      if (length(other) > length(entry)) entry = other;
    }
    if (entry < 0) {
      ++at;
      continue;
    }
    const auto found = static_cast<uint32_t>(entry);
    const uint32_t flags = number(found, kFlagsAt);
    Place place = {at, at + pattern(found).size(), static_cast<int32_t>(number(found, kIdAt))};
    if ((flags & kFoundSingleWord) != 0 && touches_word(text, place.begin, place.end)) {
      at = place.end;
      continue;
    }
    while ((flags & kFoundLeftSpace) != 0 && place.begin > from) {
      const size_t before = begin_of_last(text, place.begin);
      if (!is_space(text, before)) break;
      place.begin = before;
    }
    while ((flags & kFoundRightSpace) != 0 && place.end < text.size() &&
           is_space(text, place.end)) {
      place.end += code_point_at(text, place.end).bytes;
    }
    return place;
  }
  return {};
}

size_t FoundTokens::length_at(std::string_view text, FoundIn where) const {
  const int64_t entry = longest_at(groups_[group_of(where, false)], text);
  return entry < 0 ? 0 : pattern(static_cast<uint32_t>(entry)).size();
}

bool FoundTokens::is_in_text(int32_t token) const {
  const Group& group = groups_[group_of(FoundIn::kText, false)];
  for (uint32_t entry = group.first; entry < group.end; ++entry) {
    if (number(entry, kIdAt) == static_cast<uint32_t>(token)) return true;
  }
  return false;
}

}  // namespace llama
