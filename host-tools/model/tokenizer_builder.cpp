#include "host-tools/model/tokenizer_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/bytes.h"
#include "llama/text/utf8.h"

namespace host {

using base::ErrorCode;
using base::Result;
using base::Status;
using llama::TokenType;
using llama::VocabularyHeader;

namespace {

constexpr std::string_view kSentencePieceSpace = "\xe2\x96\x81";  // U+2581

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// The byte that "<0x0A>" names, or -1 if `text` has another form.
int byte_of(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const int high = hex_digit(text[3]);
  const int low = hex_digit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// llama2.c's ids, by its tokenizer.py and by its run.c.
constexpr uint32_t kLlama2cUnknown = 0;
constexpr uint32_t kLlama2cBos = 1;
constexpr uint32_t kLlama2cEos = 2;
constexpr uint32_t kLlama2cFirstByte = 3;
constexpr uint32_t kLlama2cFirstPiece = kLlama2cFirstByte + 256;

Result<TokenEntry> from_llama2c(uint32_t id, std::string_view text, float score) {
  if (id == kLlama2cUnknown) return TokenEntry{std::string(text), score, TokenType::kUnknown};
  if (id == kLlama2cBos || id == kLlama2cEos) {
    // They are written with line feeds around them, for people who read the output.
    if (text.size() > 2 && text.front() == '\n' && text.back() == '\n') {
      text = text.substr(1, text.size() - 2);
    }
    return TokenEntry{std::string(text), score, TokenType::kControl};
  }
  if (id >= kLlama2cFirstPiece) return TokenEntry{std::string(text), score, TokenType::kNormal};
  if (byte_of(text) != static_cast<int>(id - kLlama2cFirstByte)) {
    return Status::error(ErrorCode::kCorrupt,
                         "token {} of the tokenizer is not the byte token <0x{:02x}>: this is no "
                         "tokenizer.bin of a Llama 2 vocabulary",
                         id, id - kLlama2cFirstByte);
  }
  return from_sentencepiece(text, score, TokenType::kByte);
}

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
      !std::ranges::all_of(source.added, is_id, &AddedToken::id)) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "an end token or an added one is not among the {} tokens", count);
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

uint32_t flags_of(const VocabularySource& source) {
  if (!is_byte_level(source)) {
    return source.space_before_text ? VocabularyHeader::kFlagSpaceBeforeText : 0;
  }
  return (source.whole_words_first ? VocabularyHeader::kFlagWholeWordsFirst : 0) |
         (source.bos_before_text ? 0 : VocabularyHeader::kFlagNoBosBeforeText);
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

}  // namespace

Result<TokenEntry> from_sentencepiece(std::string_view text, float score, TokenType type) {
  TokenEntry token{{}, score, type};
  if (type == TokenType::kByte) {
    const int byte = byte_of(text);
    if (byte < 0) {
      return Status::error(ErrorCode::kCorrupt,
                           "a byte token of {} characters is not of the form <0x0A>", text.size());
    }
    token.bytes.assign(1, static_cast<char>(byte));
    return token;
  }
  if (const size_t bad = llama::find_invalid_utf8(text); bad != text.size()) {
    return Status::error(ErrorCode::kCorrupt, "its {} bytes are not valid UTF-8 from byte {} on",
                         text.size(), bad);
  }
  while (!text.empty()) {
    if (text.starts_with(kSentencePieceSpace)) {
      token.bytes += ' ';
      text.remove_prefix(kSentencePieceSpace.size());
    } else {
      token.bytes += text.front();
      text.remove_prefix(1);
    }
  }
  return token;
}

namespace {

// A table after those that the header has, of u32.
struct FurtherTable {
  llama::VocabularyTable kind;
  uint32_t flags;
  std::vector<uint32_t> numbers;
};

// A program that does not know how added tokens cut a text would cut it in another way; one that
// does not know all ends would go on after some of them. Neither makes a model useless.
std::vector<FurtherTable> further_tables(const VocabularySource& source) {
  std::vector<FurtherTable> tables;
  if (!source.more_ends.empty()) {
    tables.push_back({llama::VocabularyTable::kEndTokens,
                      0,
                      {source.more_ends.begin(), source.more_ends.end()}});
  }
  if (!source.added.empty()) {
    FurtherTable table = {.kind = llama::VocabularyTable::kAddedTokens, .flags = 0, .numbers = {}};
    for (const AddedToken& token : source.added) {
      table.numbers.push_back(static_cast<uint32_t>(token.id));
      table.numbers.push_back(token.flags);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

void store_tables(const VocabularyHeader& header, std::span<const FurtherTable> tables,
                  std::span<std::byte> segment) {
  uint32_t entry = header.tables_at();
  uint32_t at = entry + header.table_count * VocabularyHeader::kTableEntryBytes;
  for (const FurtherTable& table : tables) {
    const auto bytes = static_cast<uint32_t>(table.numbers.size() * sizeof(uint32_t));
    base::store_le16(segment, entry, static_cast<uint16_t>(table.kind));
    base::store_le16(segment, entry + 2, static_cast<uint16_t>(table.flags));
    base::store_le32(segment, entry + 4, at);
    base::store_le32(segment, entry + 8, bytes);
    entry += VocabularyHeader::kTableEntryBytes;
    for (const uint32_t number : table.numbers) {
      base::store_le32(segment, at, number);
      at += sizeof(uint32_t);
    }
  }
}

}  // namespace

Result<VocabularySource> read_llama2c_tokenizer(std::span<const std::byte> file,
                                                uint32_t vocabulary_size) {
  if (vocabulary_size < kLlama2cFirstPiece || vocabulary_size > VocabularyHeader::kMaxTokens) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "a vocabulary of {} tokens; a tokenizer.bin has {} to {}", vocabulary_size,
                         kLlama2cFirstPiece, VocabularyHeader::kMaxTokens);
  }
  if (file.size() < 4) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer file has only {} bytes", file.size());
  }
  const uint32_t longest = base::load_le32(file);
  VocabularySource source;
  source.unknown = kLlama2cUnknown;
  source.bos = kLlama2cBos;
  source.eos = kLlama2cEos;
  size_t at = 4;
  for (uint32_t id = 0; id < vocabulary_size; ++id) {
    if (file.size() - at < 8) {
      return Status::error(
          ErrorCode::kCorrupt,
          "the tokenizer file ends at byte {}, within token {} of {}: it is truncated "
          "or of another model",
          file.size(), id, vocabulary_size);
    }
    const float score = base::load_le_f32(file, at);
    const uint32_t length = base::load_le32(file, at + 4);
    at += 8;
    if (length > longest || length > file.size() - at) {
      return Status::error(
          ErrorCode::kCorrupt,
          "token {} of the tokenizer file claims {} bytes, more than the longest's {}: "
          "this is not a tokenizer.bin of llama2.c, or it is damaged",
          id, length, longest);
    }
    if (!std::isfinite(score)) {
      return Status::error(ErrorCode::kCorrupt,
                           "token {} of the tokenizer file has no finite score", id);
    }
    TRY_ASSIGN(TokenEntry token, from_llama2c(id, as_text(file.subspan(at, length)), score));
    source.tokens.push_back(std::move(token));
    at += length;
  }
  if (at != file.size()) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer file has {} bytes after its {} tokens: it is of a model "
                         "with more",
                         file.size() - at, vocabulary_size);
  }
  return source;
}

Result<std::vector<std::byte>> build_tokenizer_segment(const VocabularySource& source) {
  TRY(check(source));
  const std::vector<int32_t> byte_tokens = find_byte_tokens(source);
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
  header.flags = flags_of(source);
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

  const std::vector<FurtherTable> tables = further_tables(source);
  header.table_count = static_cast<uint32_t>(tables.size());
  header.table_bytes = header.table_count * VocabularyHeader::kTableEntryBytes;
  for (const FurtherTable& table : tables) {
    header.table_bytes += static_cast<uint32_t>(table.numbers.size() * sizeof(uint32_t));
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
