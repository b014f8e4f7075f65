// What is checked of a tokenizer segment, once, when it is opened.
#include "base/bytes.h"
#include "llama/text/vocabulary.h"

namespace llama {

using base::ErrorCode;
using base::load_le16;
using base::load_le32;
using base::Result;
using base::Status;

namespace {

bool is_finite(uint32_t float_bits) { return (float_bits & 0x7f800000u) != 0x7f800000u; }

}  // namespace

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
    const int32_t token = load_token(segment_, header_.byte_tokens_at() + 4 * byte);
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
    // Strictly ascending from the empty text on: no piece is empty, none occurs twice.
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
                           "the tokenizer's merge at place {} is of tokens that are not text",
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
    const auto known = static_cast<VocabularyTable>(kind);
    if (known == VocabularyTable::kEndTokens || known == VocabularyTable::kNormalizer ||
        known == VocabularyTable::kFoundTokens) {
      TRY(take_table(known, segment_.subspan(at, bytes)));
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
  if (kind == VocabularyTable::kNormalizer) {
    TRY_ASSIGN(normalizer_, Normalizer::open(table));
    return base::ok_status();
  }
  if (kind == VocabularyTable::kFoundTokens) {
    TRY_ASSIGN(found_, FoundTokens::open(table, header_.token_count));
    return base::ok_status();
  }
  bool is_right = ends_.empty() && table.size() % sizeof(int32_t) == 0;
  for (size_t at = 0; is_right && at < table.size(); at += sizeof(int32_t)) {
    is_right = load_le32(table, at) < header_.token_count;
  }
  if (!is_right) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer's table of kind {} occurs twice, or names tokens that "
                         "are not among its {}",
                         static_cast<uint32_t>(kind), header_.token_count);
  }
  ends_ = table;
  return base::ok_status();
}

}  // namespace llama
