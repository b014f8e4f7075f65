#include "llama/text/vocabulary.h"

#include "base/bytes.h"
#include "base/check.h"

namespace llama {

using base::load_le32;

bool Vocabulary::is_end(int32_t token) const {
  if (token == eos()) return token >= 0;
  for (uint32_t place = 0; place < more_ends(); ++place) {
    if (more_end(place) == token) return true;
  }
  return false;
}

int32_t Vocabulary::more_end(uint32_t place) const {
  CHECK(place < more_ends());
  return load_token(ends_, size_t{place} * sizeof(int32_t));
}

Merge Vocabulary::merge(int32_t place) const {
  CHECK(place >= 0 && static_cast<uint32_t>(place) < merge_count());
  const size_t at =
      header_.merges_at() + VocabularyHeader::kMergeBytes * static_cast<size_t>(place);
  return {load_token(segment_, at), load_token(segment_, at + 4), load_token(segment_, at + 8),
          load_le32(segment_, at + 12)};
}

int32_t Vocabulary::find_merge(int32_t left, int32_t right) const {
  uint32_t low = 0;
  uint32_t high = merge_count();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const size_t at = header_.merges_at() + size_t{VocabularyHeader::kMergeBytes} * middle;
    const int32_t left_here = load_token(segment_, at);
    const int32_t right_here = load_token(segment_, at + 4);
    if (left_here == left && right_here == right) return static_cast<int32_t>(middle);
    if (left_here < left || (left_here == left && right_here < right)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

TokenType Vocabulary::type(int32_t token) const {
  CHECK(token >= 0 && static_cast<uint32_t>(token) < size());
  return static_cast<TokenType>(segment_[header_.types_at() + static_cast<uint32_t>(token)]);
}

float Vocabulary::score(int32_t token) const {
  CHECK(header_.has_scores() && token >= 0 && static_cast<uint32_t>(token) < size());
  return base::load_le_f32(segment_, header_.scores_at() + 4 * static_cast<uint32_t>(token));
}

std::string_view Vocabulary::piece(int32_t token) const {
  CHECK(token >= 0 && static_cast<uint32_t>(token) < size());
  const uint32_t begin = offset(static_cast<uint32_t>(token));
  const uint32_t end = offset(static_cast<uint32_t>(token) + 1);
  const auto bytes = segment_.subspan(header_.pieces_at() + begin, end - begin);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

int32_t Vocabulary::byte_token(uint8_t byte) const {
  return load_token(segment_, header_.byte_tokens_at() + 4u * byte);
}

int32_t Vocabulary::find(std::string_view text) const {
  uint32_t low = 0;
  uint32_t high = header_.lookup_count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const auto token = static_cast<int32_t>(lookup(middle));
    const int order = piece(token).compare(text);
    if (order == 0) return token;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

int32_t Vocabulary::find_special(std::string_view name) const {
  for (int32_t token = 0; token < static_cast<int32_t>(size()); ++token) {
    const TokenType kind = type(token);
    if ((kind == TokenType::kControl || kind == TokenType::kUserDefined) && piece(token) == name) {
      return token;
    }
  }
  return -1;
}

uint32_t Vocabulary::offset(uint32_t token) const {
  return load_le32(segment_, header_.offsets_at() + 4 * token);
}

uint32_t Vocabulary::lookup(uint32_t place) const {
  return load_le32(segment_, header_.lookup_at() + 4 * place);
}

}  // namespace llama
