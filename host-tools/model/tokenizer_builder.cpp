#include "host-tools/model/tokenizer_builder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/bytes.h"
#include "host-tools/model/unicode_tables.h"

namespace host {

using base::ErrorCode;
using base::Result;
using base::Status;
using llama::TokenType;
using llama::VocabularyHeader;

namespace {

bool is_id_or_none(int32_t id, size_t count) {
  return id == -1 || (id >= 0 && static_cast<size_t>(id) < count);
}

Status check(const VocabularySource& source) {
  const size_t count = source.tokens.size();
  if (count == 0 || count > VocabularyHeader::kMaxTokens) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "a vocabulary of {} tokens; it must have 1 to {}", count,
                         VocabularyHeader::kMaxTokens);
  }
  if (!is_id_or_none(source.bos, count) || !is_id_or_none(source.eos, count) ||
      !is_id_or_none(source.unknown, count)) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "BOS, EOS or the unknown token is not among the {} tokens", count);
  }
  const auto is_id = [&](int32_t id) { return id >= 0 && is_id_or_none(id, count); };
  if (!std::ranges::all_of(source.more_ends, is_id) ||
      !std::ranges::all_of(source.found, is_id, &FoundToken::id)) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "an end token or one that is found in texts is not among the {} tokens",
                         count);
  }
  uint64_t piece_bytes = 0;
  for (size_t id = 0; id < count; ++id) {
    const TokenEntry& token = source.tokens[id];
    piece_bytes += token.bytes.size();
    if (!std::isfinite(token.score)) {
      return Status::error(ErrorCode::kInvalidArgument, "token {} has no finite score", id);
    }
    if (token.type < TokenType::kNormal || token.type > TokenType::kByte) {
      return Status::error(ErrorCode::kInvalidArgument, "token {} has the unknown type {}", id,
                           static_cast<unsigned>(token.type));
    }
    if (token.type == TokenType::kByte && token.bytes.size() != 1) {
      return Status::error(ErrorCode::kInvalidArgument, "token {} is a byte token of {} bytes", id,
                           token.bytes.size());
    }
  }
  if (source.merges.size() > VocabularyHeader::kMaxMerges) {
    return Status::error(ErrorCode::kInvalidArgument, "{} merges; at most {} are possible",
                         source.merges.size(), VocabularyHeader::kMaxMerges);
  }
  if (piece_bytes > VocabularyHeader::kMaxPieceBytes) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "pieces of {} bytes together; at most {} are possible", piece_bytes,
                         VocabularyHeader::kMaxPieceBytes);
  }
  return base::ok_status();
}

bool is_byte_level(const VocabularySource& source) {
  return source.kind == llama::TokenizerKind::kByteLevel;
}

std::vector<int32_t> find_byte_tokens(const VocabularySource& source) {
  const TokenType type = is_byte_level(source) ? TokenType::kNormal : TokenType::kByte;
  std::vector<int32_t> ids(256, -1);
  for (size_t id = 0; id < source.tokens.size(); ++id) {
    const TokenEntry& token = source.tokens[id];
    if (token.type != type || token.bytes.size() != 1) continue;
    int32_t& place = ids[static_cast<uint8_t>(token.bytes[0])];
    if (place < 0) place = static_cast<int32_t>(id);
  }
  return ids;
}

// The normal tokens in the order of their bytes, the first of equals only.
std::vector<uint32_t> order_for_lookup(const VocabularySource& source) {
  const auto& tokens = source.tokens;
  std::vector<uint32_t> ids;
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].type == TokenType::kNormal && !tokens[id].bytes.empty()) {
      ids.push_back(static_cast<uint32_t>(id));
    }
  }
  std::stable_sort(ids.begin(), ids.end(),
                   [&](uint32_t a, uint32_t b) { return tokens[a].bytes < tokens[b].bytes; });
  const auto end = std::unique(ids.begin(), ids.end(), [&](uint32_t a, uint32_t b) {
    return tokens[a].bytes == tokens[b].bytes;
  });
  ids.erase(end, ids.end());
  return ids;
}

// By left, then right, the first of equal pairs only.
std::vector<llama::Merge> order_merges(const VocabularySource& source) {
  const auto key = [](const llama::Merge& merge) { return std::pair(merge.left, merge.right); };
  std::vector<llama::Merge> merges = source.merges;
  std::ranges::stable_sort(merges, {}, key);
  const auto same = [&](const auto& a, const auto& b) { return key(a) == key(b); };
  merges.erase(std::unique(merges.begin(), merges.end(), same), merges.end());
  return merges;
}

uint32_t flags_of(const VocabularySource& source, bool has_all_bytes) {
  uint32_t flags = source.bos_before_text ? 0 : VocabularyHeader::kFlagNoBosBeforeText;
  const auto add = [&](bool is_set, uint32_t flag) { flags |= is_set ? flag : 0; };
  if (is_byte_level(source)) {
    add(source.whole_words_first, VocabularyHeader::kFlagWholeWordsFirst);
    return flags;
  }
  add(source.one_unknown_for_many && !has_all_bytes, VocabularyHeader::kFlagOneUnknownForMany);
  if (!source.space_before_text) return flags;
  add(true, VocabularyHeader::kFlagSpaceBeforeText);
  add(source.space_at_beginning_only, VocabularyHeader::kFlagSpaceAtBeginningOnly);
  add(source.space_unless_there, VocabularyHeader::kFlagSpaceUnlessThere);
  add(source.space_by_normalizer, VocabularyHeader::kFlagSpaceByNormalizer);
  return flags;
}

void store_merges(const VocabularyHeader& header, const std::vector<llama::Merge>& merges,
                  std::span<std::byte> segment) {
  size_t at = header.merges_at();
  for (const llama::Merge& merge : merges) {
    base::store_le32(segment, at, static_cast<uint32_t>(merge.left));
    base::store_le32(segment, at + 4, static_cast<uint32_t>(merge.right));
    base::store_le32(segment, at + 8, static_cast<uint32_t>(merge.result));
    base::store_le32(segment, at + 12, merge.rank);
    at += VocabularyHeader::kMergeBytes;
  }
}

// A table after those that the header has.
struct FurtherTable {
  llama::VocabularyTable kind;
  uint32_t flags;
  std::vector<std::byte> bytes;
};

void append(std::vector<std::byte>& bytes, std::span<const uint32_t> numbers) {
  for (const uint32_t number : numbers) {
    bytes.resize(bytes.size() + sizeof number);
    base::store_le32(bytes, bytes.size() - sizeof number, number);
  }
}

// Zeros up to a multiple of 4 follow.
void append(std::vector<std::byte>& bytes, std::string_view text) {
  const auto all = std::as_bytes(std::span(text));
  bytes.insert(bytes.end(), all.begin(), all.end());
  bytes.resize((bytes.size() + 3) / 4 * 4);
}

std::vector<std::byte> normalizer_table(const VocabularySource& source) {
  std::vector<std::byte> bytes;
  for (const NormalizerPart& part : source.normalizer) {
    append(bytes, std::array{static_cast<uint32_t>(part.step),
                             static_cast<uint32_t>(part.content.size())});
    append(bytes, part.content);
  }
  return bytes;
}

// The text as it stands in normalized texts. SentencePiece's step leaves such a text as it is.
Result<std::string> normalized(const VocabularySource& source, const std::string& text) {
  const auto is_sentencepiece = [](const NormalizerPart& part) {
    return part.step == llama::NormalizerStep::kSentencePiece;
  };
  if (std::ranges::any_of(source.normalizer, is_sentencepiece)) return text;
  const std::vector<std::byte> table = normalizer_table(source);
  TRY_ASSIGN(const auto normalizer, llama::Normalizer::open(table));
  llama::Normalizer::Room room;
  std::vector<char> one(normalizer.most_bytes(text.size()));
  std::vector<char> other(one.size());
  std::vector<uint32_t> code_points(2 * one.size() + 4);
  room = {one, other, code_points};
  TRY_ASSIGN(const auto made, normalizer.normalize(text, false, {}, room));
  return std::string(made);
}

// Those that the vocabulary says, and all control tokens.
std::vector<FoundToken> found_tokens(const VocabularySource& source) {
  std::vector<FoundToken> found = source.found;
  for (size_t id = 0; id < source.tokens.size(); ++id) {
    const TokenEntry& token = source.tokens[id];
    if (token.type != TokenType::kControl) continue;
    if (std::ranges::find(source.found, static_cast<int32_t>(id), &FoundToken::id) !=
        source.found.end()) {
      continue;
    }
    found.push_back({static_cast<int32_t>(id), llama::kFoundSpecial, token.bytes});
  }
  return found;
}

// In the order of the table: four groups, each by its texts, the first of equals only.
Result<std::vector<std::byte>> found_table(const VocabularySource& source,
                                           std::vector<FoundToken> found) {
  for (FoundToken& token : found) {
    if ((token.flags & llama::kFoundNormalized) == 0) continue;
    TRY_ASSIGN(token.text, normalized(source, token.text));
  }
  std::erase_if(found, [](const FoundToken& token) { return token.text.empty(); });
  const auto group = [](const FoundToken& token) {
    return ((token.flags & llama::kFoundNormalized) != 0 ? 1u : 0u) +
           ((token.flags & llama::kFoundSpecial) != 0 ? 2u : 0u);
  };
  const auto key = [&](const FoundToken& token) {
    return std::pair(group(token), std::string_view(token.text));
  };
  std::ranges::stable_sort(found, {}, key);
  const auto same = [&](const auto& a, const auto& b) { return key(a) == key(b); };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  if (found.empty()) return std::vector<std::byte>();

  std::array<uint32_t, 5> counts{};
  std::vector<uint32_t> entries;
  std::string texts;
  bool has_words = false;
  for (const FoundToken& token : found) {
    ++counts[group(token)];
    texts += token.text;
    entries.insert(entries.end(), {static_cast<uint32_t>(token.id), token.flags,
                                   static_cast<uint32_t>(texts.size())});
    has_words = has_words || (token.flags & llama::kFoundSingleWord) != 0;
  }
  if (has_words) counts[4] = std::size(kWordStretches);
  std::vector<std::byte> bytes;
  append(bytes, counts);
  append(bytes, entries);
  if (has_words) append(bytes, kWordStretches);
  append(bytes, texts);
  return bytes;
}

// A program that does not know all ends would go on after some of them, which makes no model
// useless; one that would make other tokens of a text has to refuse it.
Result<std::vector<FurtherTable>> further_tables(const VocabularySource& source) {
  std::vector<FurtherTable> tables;
  if (!source.more_ends.empty()) {
    FurtherTable table = {llama::VocabularyTable::kEndTokens, 0, {}};
    append(table.bytes, std::vector<uint32_t>(source.more_ends.begin(), source.more_ends.end()));
    tables.push_back(std::move(table));
  }
  if (!source.normalizer.empty()) {
    tables.push_back({llama::VocabularyTable::kNormalizer, VocabularyHeader::kTableMustBeKnown,
                      normalizer_table(source)});
  }
  const std::vector<FoundToken> found = found_tokens(source);
  const bool are_special = std::ranges::all_of(
      found, [](const FoundToken& token) { return (token.flags & llama::kFoundSpecial) != 0; });
  TRY_ASSIGN(auto bytes, found_table(source, found));
  if (!bytes.empty()) {
    tables.push_back({llama::VocabularyTable::kFoundTokens,
                      are_special ? 0 : VocabularyHeader::kTableMustBeKnown, std::move(bytes)});
  }
  return tables;
}

void store_tables(const VocabularyHeader& header, std::span<const FurtherTable> tables,
                  std::span<std::byte> segment) {
  uint32_t entry = header.tables_at();
  uint32_t at = entry + header.table_count * VocabularyHeader::kTableEntryBytes;
  for (const FurtherTable& table : tables) {
    base::store_le16(segment, entry + llama::kTableKindAt, static_cast<uint16_t>(table.kind));
    base::store_le16(segment, entry + llama::kTableFlagsAt, static_cast<uint16_t>(table.flags));
    base::store_le32(segment, entry + llama::kTableOffsetAt, at);
    base::store_le32(segment, entry + llama::kTableBytesAt,
                     static_cast<uint32_t>(table.bytes.size()));
    entry += VocabularyHeader::kTableEntryBytes;
    std::ranges::copy(table.bytes, segment.begin() + at);
    at += static_cast<uint32_t>(table.bytes.size());
  }
}

}  // namespace

Result<std::vector<std::byte>> build_tokenizer_segment(const VocabularySource& source) {
  TRY(check(source));
  const std::vector<int32_t> byte_tokens = find_byte_tokens(source);
  const bool has_all_bytes = std::ranges::find(byte_tokens, -1) == byte_tokens.end();
  if (source.unknown < 0 && !is_byte_level(source)) {
    const auto missing = std::find(byte_tokens.begin(), byte_tokens.end(), -1);
    if (missing != byte_tokens.end()) {
      return Status::error(ErrorCode::kInvalidArgument,
                           "the vocabulary has no token for byte {}, nor one for unknown bytes",
                           static_cast<uint64_t>(missing - byte_tokens.begin()));
    }
  }
  const std::vector<uint32_t> lookup = order_for_lookup(source);
  const std::vector<llama::Merge> merges = order_merges(source);
  VocabularyHeader header;
  header.kind = source.kind;
  header.flags = flags_of(source, has_all_bytes);
  header.word_rules = source.word_rules;
  header.merge_count = static_cast<uint32_t>(merges.size());
  header.token_count = static_cast<uint32_t>(source.tokens.size());
  header.lookup_count = static_cast<uint32_t>(lookup.size());
  for (const TokenEntry& token : source.tokens) {
    header.piece_bytes += static_cast<uint32_t>(token.bytes.size());
  }
  header.bos = source.bos;
  header.eos = source.eos;
  header.unknown = source.unknown;

  TRY_ASSIGN(const std::vector<FurtherTable> tables, further_tables(source));
  header.table_count = static_cast<uint32_t>(tables.size());
  header.table_bytes = header.table_count * VocabularyHeader::kTableEntryBytes;
  for (const FurtherTable& table : tables) {
    header.table_bytes += static_cast<uint32_t>(table.bytes.size());
  }

  std::vector<std::byte> segment(header.end());
  header.store(segment);
  store_tables(header, tables, segment);
  for (size_t byte = 0; byte < byte_tokens.size(); ++byte) {
    base::store_le32(segment, header.byte_tokens_at() + 4 * byte,
                     static_cast<uint32_t>(byte_tokens[byte]));
  }
  for (size_t place = 0; place < lookup.size(); ++place) {
    base::store_le32(segment, header.lookup_at() + 4 * place, lookup[place]);
  }
  store_merges(header, merges, segment);
  uint32_t offset = 0;
  for (size_t id = 0; id < source.tokens.size(); ++id) {
    const TokenEntry& token = source.tokens[id];
    base::store_le32(segment, header.offsets_at() + 4 * id, offset);
    if (header.has_scores()) {
      base::store_le32(segment, header.scores_at() + 4 * id, std::bit_cast<uint32_t>(token.score));
    }
    segment[header.types_at() + id] = static_cast<std::byte>(token.type);
    std::transform(token.bytes.begin(), token.bytes.end(),
                   segment.begin() + header.pieces_at() + offset,
                   [](char c) { return static_cast<std::byte>(c); });
    offset += static_cast<uint32_t>(token.bytes.size());
  }
  base::store_le32(segment, header.offsets_at() + 4 * source.tokens.size(), offset);
  return segment;
}

}  // namespace host
