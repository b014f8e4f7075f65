#include "llama/text/vocabulary_header.h"

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

// Whether a tokenizer of the kind may have these flags and word rules.
bool are_known(TokenizerKind kind, uint32_t flags, uint32_t word_rules) {
  using Header = VocabularyHeader;
  if (word_rules > static_cast<uint32_t>(WordRules::kSpaces)) return false;
  const auto rules = static_cast<WordRules>(word_rules);
  if (kind == TokenizerKind::kSentencePiece) {
    constexpr uint32_t kFlags = Header::kFlagSpaceBeforeText | Header::kFlagNoBosBeforeText |
                                Header::kFlagSpaceAtBeginningOnly | Header::kFlagSpaceUnlessThere |
                                Header::kFlagSpaceByNormalizer | Header::kFlagOneUnknownForMany;
    return (flags & ~kFlags) == 0 && (rules == WordRules::kNone || rules == WordRules::kSpaces);
  }
  constexpr uint32_t kFlags = Header::kFlagWholeWordsFirst | Header::kFlagNoBosBeforeText;
  return (flags & ~kFlags) == 0 && rules >= WordRules::kGpt2 && rules <= WordRules::kQwen2;
}

}  // namespace

int32_t load_token(std::span<const std::byte> bytes, size_t at) {
  return static_cast<int32_t>(load_le32(bytes, at));
}

bool is_id_or_none(int32_t id, uint32_t count) {
  return id == -1 || (id >= 0 && static_cast<uint32_t>(id) < count);
}

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
  header.bos = load_token(segment, kBosAt);
  header.eos = load_token(segment, kEosAt);
  header.unknown = load_token(segment, kUnknownAt);
  header.merge_count = load_le32(segment, kMergeCountAt);
  header.table_count = load_le32(segment, kTableCountAt);
  const uint32_t word_rules = load_le32(segment, kWordRulesAt);
  if (!are_known(header.kind, header.flags, word_rules)) {
    return Status::error(ErrorCode::kUnsupported,
                         "the tokenizer of kind {} has unknown flags or rules: {:x}, {}",
                         static_cast<uint32_t>(header.kind), header.flags, word_rules);
  }
  header.word_rules = static_cast<WordRules>(word_rules);
  if (header.merge_count > kMaxMerges) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer claims {} merges", header.merge_count);
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

}  // namespace llama
