#include "llama/text/vocabulary.h"

#include "base/bytes.h"
#include "base/check.h"

namespace llama {

using base::ErrorCode;
using base::load_le16;
using base::load_le32;
using base::Result;
using base::Status;

namespace {

constexpr size_t kMagicAt = 0;
constexpr size_t kVersionAt = 4;
constexpr size_t kKindAt = 6;
constexpr size_t kEndAt = 8;
constexpr size_t kFlagsAt = 12;
constexpr size_t kTokenCountAt = 16;
constexpr size_t kLookupCountAt = 20;
constexpr size_t kPieceBytesAt = 24;
constexpr size_t kBosAt = 28;
constexpr size_t kEosAt = 32;
constexpr size_t kUnknownAt = 36;
constexpr size_t kWordRulesAt = 40;
constexpr size_t kMergeCountAt = 44;
constexpr size_t kTableCountAt = 48;
// Within an entry of the list of further tables.
constexpr size_t kTableKindAt = 0;
constexpr size_t kTableFlagsAt = 2;
constexpr size_t kTableOffsetAt = 4;
constexpr size_t kTableBytesAt = 8;
constexpr size_t kAddedTokenBytes = 8;

int32_t load_id(std::span<const std::byte> bytes, size_t at) {
  return static_cast<int32_t>(load_le32(bytes, at));
}

// 0 to count - 1, or -1 for none.
bool is_id_or_none(int32_t id, uint32_t count) {
  return id == -1 || (id >= 0 && static_cast<uint32_t>(id) < count);
}

// Whether a tokenizer of the kind may have these flags and word rules.
bool are_known(TokenizerKind kind, uint32_t flags, uint32_t word_rules) {
  if (kind == TokenizerKind::kSentencePiece) {
    return (flags & ~VocabularyHeader::kFlagSpaceBeforeText) == 0 && word_rules == 0;
  }
  constexpr uint32_t kFlags =
      VocabularyHeader::kFlagWholeWordsFirst | VocabularyHeader::kFlagNoBosBeforeText;
  return (flags & ~kFlags) == 0 && word_rules >= static_cast<uint32_t>(WordRules::kGpt2) &&
         word_rules <= static_cast<uint32_t>(WordRules::kSmolLm);
}

bool is_finite(uint32_t float_bits) { return (float_bits & 0x7f800000u) != 0x7f800000u; }

}  // namespace

void VocabularyHeader::store(std::span<std::byte> segment) const {
  CHECK(segment.size() >= kBytes);
  for (std::byte& byte : segment.first(kBytes)) byte = std::byte{0};
  base::store_le32(segment, kMagicAt, kMagic);
  base::store_le16(segment, kVersionAt, kVersion);
  base::store_le16(segment, kKindAt, static_cast<uint16_t>(kind));
  base::store_le32(segment, kEndAt, end());
  base::store_le32(segment, kFlagsAt, flags);
  base::store_le32(segment, kTokenCountAt, token_count);
  base::store_le32(segment, kLookupCountAt, lookup_count);
  base::store_le32(segment, kPieceBytesAt, piece_bytes);
  base::store_le32(segment, kBosAt, static_cast<uint32_t>(bos));
  base::store_le32(segment, kEosAt, static_cast<uint32_t>(eos));
  base::store_le32(segment, kUnknownAt, static_cast<uint32_t>(unknown));
  base::store_le32(segment, kWordRulesAt, static_cast<uint32_t>(word_rules));
  base::store_le32(segment, kMergeCountAt, merge_count);
  base::store_le32(segment, kTableCountAt, table_count);
}

Result<VocabularyHeader> VocabularyHeader::load(std::span<const std::byte> segment) {
  if (segment.size() < kBytes) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer has {} bytes, its header alone {}",
                         segment.size(), kBytes);
  }
  if (load_le32(segment, kMagicAt) != kMagic) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer begins with {:08x}, not with BTOK",
                         load_le32(segment, kMagicAt));
  }
  if (load_le16(segment, kVersionAt) != kVersion) {
    return Status::error(ErrorCode::kUnsupported,
                         "the tokenizer is of version {}, this program reads {}; convert again",
                         load_le16(segment, kVersionAt), kVersion);
  }
  VocabularyHeader header;
  header.kind = static_cast<TokenizerKind>(load_le16(segment, kKindAt));
  if (header.kind != TokenizerKind::kSentencePiece && header.kind != TokenizerKind::kByteLevel) {
    return Status::error(ErrorCode::kUnsupported,
                         "the tokenizer is of kind {}, this program knows 1 and 2",
                         load_le16(segment, kKindAt));
  }
  header.flags = load_le32(segment, kFlagsAt);
  header.token_count = load_le32(segment, kTokenCountAt);
  header.lookup_count = load_le32(segment, kLookupCountAt);
  header.piece_bytes = load_le32(segment, kPieceBytesAt);
  header.bos = load_id(segment, kBosAt);
  header.eos = load_id(segment, kEosAt);
  header.unknown = load_id(segment, kUnknownAt);
  header.merge_count = load_le32(segment, kMergeCountAt);
  header.table_count = load_le32(segment, kTableCountAt);
  const uint32_t word_rules = load_le32(segment, kWordRulesAt);
  if (!are_known(header.kind, header.flags, word_rules)) {
    return Status::error(ErrorCode::kUnsupported,
                         "the tokenizer of kind {} has unknown flags or rules: {:x}, {}",
                         static_cast<uint32_t>(header.kind), header.flags, word_rules);
  }
  header.word_rules = static_cast<WordRules>(word_rules);
  if (header.merge_count > (header.has_scores() ? 0 : kMaxMerges)) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer of kind {} claims {} merges",
                         static_cast<uint32_t>(header.kind), header.merge_count);
  }
  // Within these limits no sum of table sizes leaves 32 bits.
  if (header.token_count == 0 || header.token_count > kMaxTokens ||
      header.lookup_count > header.token_count || header.piece_bytes > kMaxPieceBytes) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer claims {} tokens, {} of them text, in {} bytes",
                         header.token_count, header.lookup_count, header.piece_bytes);
  }
  const uint32_t end = load_le32(segment, kEndAt);
  if (header.table_count > 0 && end >= header.tables_at()) {
    header.table_bytes = end - header.tables_at();
  }
  if (header.table_count > kMaxTables ||
      header.table_bytes < header.table_count * kTableEntryBytes) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer claims {} further tables in {} bytes",
                         header.table_count, header.table_bytes);
  }
  if (end != header.end() || header.end() > segment.size()) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer's tables take {} bytes, it says {} and has {}",
                         header.end(), end, segment.size());
  }
  if (!is_id_or_none(header.bos, header.token_count) ||
      !is_id_or_none(header.eos, header.token_count) ||
      !is_id_or_none(header.unknown, header.token_count)) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer's BOS, EOS or unknown token is not among its {} tokens",
                         header.token_count);
  }
  return header;
}

Result<Vocabulary> Vocabulary::open(std::span<const std::byte> segment) {
  TRY_ASSIGN(const VocabularyHeader header, VocabularyHeader::load(segment));
  Vocabulary vocabulary(segment.first(header.end()), header);
  TRY(vocabulary.take_tables());
  TRY(vocabulary.check_pieces());
  TRY(vocabulary.check_byte_tokens());
  TRY(vocabulary.check_lookup());
  TRY(vocabulary.check_merges());
  return vocabulary;
}

Status Vocabulary::check_pieces() const {
  const uint32_t count = header_.token_count;
  if (offset(0) != 0 || offset(count) != header_.piece_bytes) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer's pieces reach from byte {} to {}, not from 0 to {}",
                         offset(0), offset(count), header_.piece_bytes);
  }
  for (uint32_t token = 0; token < count; ++token) {
    const uint32_t begin = offset(token);
    const uint32_t end = offset(token + 1);
    if (end < begin || end > header_.piece_bytes) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's token {} is bytes {} to {}", token,
                           begin, end);
    }
    const auto type = std::to_integer<uint32_t>(segment_[header_.types_at() + token]);
    if (type < static_cast<uint32_t>(TokenType::kNormal) ||
        type > static_cast<uint32_t>(TokenType::kByte)) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's token {} has the type {}", token,
                           type);
    }
    // A score that is not a number has no place in an order.
    if (header_.has_scores() && !is_finite(load_le32(segment_, header_.scores_at() + 4 * token))) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's token {} has no finite score",
                           token);
    }
  }
  return base::ok_status();
}

Status Vocabulary::check_byte_tokens() const {
  const bool is_byte_level = kind() == TokenizerKind::kByteLevel;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const int32_t token = load_id(segment_, header_.byte_tokens_at() + 4 * byte);
    if (!is_id_or_none(token, header_.token_count)) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's byte {} is token {} of {}", byte,
                           static_cast<uint32_t>(token), header_.token_count);
    }
    if (token == -1) {
      if (header_.unknown >= 0 || is_byte_level) continue;
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer has no token for byte {}, nor one for unknown bytes",
                           byte);
    }
    const std::string_view bytes = piece(token);
    if (type(token) != (is_byte_level ? TokenType::kNormal : TokenType::kByte) ||
        bytes.size() != 1 || static_cast<uint8_t>(bytes[0]) != byte) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's token {} is not the byte {}",
                           static_cast<uint32_t>(token), byte);
    }
  }
  return base::ok_status();
}

Status Vocabulary::check_lookup() const {
  std::string_view before;
  for (uint32_t place = 0; place < header_.lookup_count; ++place) {
    const uint32_t token = lookup(place);
    if (token >= header_.token_count) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's order has token {} of {}", token,
                           header_.token_count);
    }
    const auto id = static_cast<int32_t>(token);
    // Strictly ascending from the empty text on: no piece is empty, none is there twice.
    if (type(id) != TokenType::kNormal || piece(id) <= before) {
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer's token {} is out of order at place {}", token, place);
    }
    before = piece(id);
  }
  return base::ok_status();
}

Status Vocabulary::check_merges() const {
  const auto is_normal = [&](int32_t token) {
    return token >= 0 && static_cast<uint32_t>(token) < size() && type(token) == TokenType::kNormal;
  };
  Merge before;
  for (uint32_t place = 0; place < header_.merge_count; ++place) {
    const Merge next = merge(static_cast<int32_t>(place));
    if (!is_normal(next.left) || !is_normal(next.right) || !is_normal(next.result)) {
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer's merge at place {} is of tokens that are no text",
                           place);
    }
    if (next.left < before.left || (next.left == before.left && next.right <= before.right)) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's merge at place {} is out of order",
                           place);
    }
    const std::string_view left = piece(next.left);
    const std::string_view result = piece(next.result);
    if (!result.starts_with(left) || result.substr(left.size()) != piece(next.right)) {
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer's merge at place {} does not make its token {}", place,
                           static_cast<uint32_t>(next.result));
    }
    before = next;
  }
  return base::ok_status();
}

// The further tables: those that this program knows are checked, others may be passed over.
Status Vocabulary::take_tables() {
  const uint32_t first = header_.tables_at() + header_.table_count * header_.kTableEntryBytes;
  for (uint32_t i = 0; i < header_.table_count; ++i) {
    const size_t entry = header_.tables_at() + size_t{i} * header_.kTableEntryBytes;
    const uint16_t kind = load_le16(segment_, entry + kTableKindAt);
    const uint16_t flags = load_le16(segment_, entry + kTableFlagsAt);
    const uint32_t at = load_le32(segment_, entry + kTableOffsetAt);
    const uint32_t bytes = load_le32(segment_, entry + kTableBytesAt);
    if (at % 4 != 0 || at < first || at > header_.end() || bytes > header_.end() - at) {
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer's table of kind {} (from byte {}, {} long) is out of "
                           "place",
                           kind, at, bytes);
    }
    const bool is_known = kind == static_cast<uint16_t>(VocabularyTable::kEndTokens) ||
                          kind == static_cast<uint16_t>(VocabularyTable::kAddedTokens);
    if (is_known) {
      TRY(take_table(static_cast<VocabularyTable>(kind), segment_.subspan(at, bytes)));
    } else if ((flags & header_.kTableMustBeKnown) != 0) {
      return Status::error(ErrorCode::kUnsupported,
                           "the tokenizer has a table of kind {}, which must be known and which "
                           "this program does not know; use a newer barellama",
                           kind);
    }
  }
  return base::ok_status();
}

Status Vocabulary::take_table(VocabularyTable kind, std::span<const std::byte> table) {
  const bool is_ends = kind == VocabularyTable::kEndTokens;
  std::span<const std::byte>& taken = is_ends ? ends_ : added_;
  const size_t entry_bytes = is_ends ? sizeof(int32_t) : kAddedTokenBytes;
  bool is_right = taken.empty() && table.size() % entry_bytes == 0;
  for (size_t at = 0; is_right && at < table.size(); at += entry_bytes) {
    is_right = load_le32(table, at) < header_.token_count;
  }
  if (!is_right) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer's table of kind {} is there twice, or names tokens that "
                         "are not among its {}",
                         static_cast<uint32_t>(kind), header_.token_count);
  }
  taken = table;
  return base::ok_status();
}

bool Vocabulary::is_end(int32_t token) const {
  if (token == eos()) return token >= 0;
  for (uint32_t place = 0; place < more_ends(); ++place) {
    if (more_end(place) == token) return true;
  }
  return false;
}

int32_t Vocabulary::more_end(uint32_t place) const {
  CHECK(place < more_ends());
  return load_id(ends_, size_t{place} * sizeof(int32_t));
}

Merge Vocabulary::merge(int32_t place) const {
  CHECK(place >= 0 && static_cast<uint32_t>(place) < merge_count());
  const size_t at =
      header_.merges_at() + VocabularyHeader::kMergeBytes * static_cast<size_t>(place);
  return {load_id(segment_, at), load_id(segment_, at + 4), load_id(segment_, at + 8),
          load_le32(segment_, at + 12)};
}

int32_t Vocabulary::find_merge(int32_t left, int32_t right) const {
  uint32_t low = 0;
  uint32_t high = merge_count();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const size_t at = header_.merges_at() + size_t{VocabularyHeader::kMergeBytes} * middle;
    const int32_t left_here = load_id(segment_, at);
    const int32_t right_here = load_id(segment_, at + 4);
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
  const int32_t token = load_id(segment_, header_.byte_tokens_at() + 4u * byte);
  return token >= 0 ? token : header_.unknown;
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
