#include "llama/text/tokenizer.h"

#include "base/check.h"
#include "llama/text/merger.h"
#include "llama/text/utf8.h"
#include "llama/text/word_cutter.h"

namespace llama {

using base::Arena;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kLowerOneEighthBlock = "\xe2\x96\x81";  // U+2581

// A stretch of the text merges if all of it is a piece, the better score first.
class PieceRules {
 public:
  struct Content {
    uint32_t start;
    uint32_t length;
  };

  PieceRules(const Vocabulary& vocabulary, std::string_view text)
      : vocabulary_(vocabulary), text_(text) {}

  // The token.
  int32_t pair(const Content& left, const Content& right) const {
    return vocabulary_.find(text_.substr(left.start, left.length + right.length));
  }
  Content merged(const Content& left, const Content& right, int32_t) const {
    return {left.start, left.length + right.length};
  }
  bool is_better(int32_t token, int32_t other) const {
    return vocabulary_.score(token) > vocabulary_.score(other);
  }

 private:
  const Vocabulary& vocabulary_;
  std::string_view text_;
};

// Two tokens merge if the vocabulary has them as a pair, the lower rank first.
class RankRules {
 public:
  using Content = int32_t;  // the token

  explicit RankRules(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  // The merge's place in the vocabulary.
  int32_t pair(int32_t left, int32_t right) const { return vocabulary_.find_merge(left, right); }
  int32_t merged(int32_t, int32_t, int32_t place) const { return vocabulary_.merge(place).result; }
  bool is_better(int32_t place, int32_t other) const {
    return vocabulary_.merge(place).rank < vocabulary_.merge(other).rank;
  }

 private:
  const Vocabulary& vocabulary_;
};

template <typename Rules>
struct Scratch {
  std::span<typename Merger<Rules>::Symbol> symbols;
  std::span<uint32_t> heap;
};

template <typename Rules>
Result<Scratch<Rules>> allocate_scratch(Arena& arena, size_t symbols) {
  using Symbol = typename Merger<Rules>::Symbol;
  Scratch<Rules> scratch;
  TRY_ASSIGN(scratch.symbols, arena.allocate<Symbol>(symbols, "tokenizer"));
  TRY_ASSIGN(scratch.heap, arena.allocate<uint32_t>(symbols, "tokenizer"));
  return scratch;
}

// The text as the pieces have it: with the space before it, and spaces for U+2581.
std::string_view normalize(std::string_view text, bool space_before, std::span<char> out) {
  size_t size = 0;
  if (space_before && !text.empty()) out[size++] = ' ';
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kLowerOneEighthBlock)) {
      out[size++] = ' ';
      at += kLowerOneEighthBlock.size();
    } else {
      out[size++] = text[at++];
    }
  }
  return {out.data(), size};
}

// Collects ids, and continues to count when there is no room for them.
class IdList {
 public:
  explicit IdList(std::span<int32_t> out) : out_(out) {}
  void add(int32_t id) {
    if (count_ < out_.size()) out_[count_] = id;
    ++count_;
  }
  Result<std::span<int32_t>> result() const {
    if (count_ > out_.size()) {
      return Status::error(ErrorCode::kOutOfRange, "the text takes {} tokens, there is room for {}",
                           count_, out_.size());
    }
    return out_.first(count_);
  }

 private:
  std::span<int32_t> out_;
  size_t count_ = 0;
};

Status encode_pieces(const Vocabulary& vocabulary, std::string_view text, Arena& arena,
                     IdList& ids) {
  // One more than the text's bytes: the space before it.
  TRY_ASSIGN(const auto room, arena.allocate<char>(text.size() + 1, "tokenizer"));
  TRY_ASSIGN(const auto scratch, allocate_scratch<PieceRules>(arena, text.size() + 1));
  text = normalize(text, vocabulary.has_space_before_text(), room);
  const PieceRules rules(vocabulary, text);
  Merger<PieceRules> merger(rules, scratch.symbols, scratch.heap);
  for (uint32_t at = 0; at < text.size();) {
    // A byte that begins no character is a symbol by itself.
    const size_t length = utf8_character_length(text.substr(at));
    const uint32_t bytes = length == 0 ? 1 : static_cast<uint32_t>(length);
    merger.add({at, bytes});
    at += bytes;
  }
  merger.merge_all();
  merger.for_each([&](const PieceRules::Content& content) {
    const std::string_view symbol = text.substr(content.start, content.length);
    const int32_t token = vocabulary.find(symbol);
    if (token >= 0) {
      ids.add(token);
      return;
    }
    for (const char byte : symbol) ids.add(vocabulary.byte_token(static_cast<uint8_t>(byte)));
  });
  return base::ok_status();
}

void encode_word(const Vocabulary& vocabulary, std::string_view word,
                 const Scratch<RankRules>& scratch, IdList& ids) {
  if (vocabulary.has_whole_words_first()) {
    const int32_t token = vocabulary.find(word);
    if (token >= 0) {
      ids.add(token);
      return;
    }
  }
  const RankRules rules(vocabulary);
  Merger<RankRules> merger(rules, scratch.symbols, scratch.heap);
  for (const char byte : word) {
    const int32_t token = vocabulary.byte_token(static_cast<uint8_t>(byte));
    if (token >= 0) merger.add(token);
  }
  merger.merge_all();
  merger.for_each([&](int32_t token) { ids.add(token); });
}

Status encode_words(const Vocabulary& vocabulary, std::string_view text, Arena& arena,
                    IdList& ids) {
  // All of the text may be one word.
  TRY_ASSIGN(const auto scratch, allocate_scratch<RankRules>(arena, text.size()));
  while (!text.empty()) {
    const size_t bytes = first_word_bytes(vocabulary.word_rules(), text);
    encode_word(vocabulary, text.substr(0, bytes), scratch, ids);
    text.remove_prefix(bytes);
  }
  return base::ok_status();
}

Result<std::span<int32_t>> encode_with(const Vocabulary& vocabulary, std::string_view text,
                                       AddBos add_bos, Arena& arena, std::span<int32_t> out) {
  IdList ids(out);
  if (add_bos == AddBos::kYes && vocabulary.has_bos_before_text()) ids.add(vocabulary.bos());
  if (vocabulary.kind() == TokenizerKind::kByteLevel) {
    TRY(encode_words(vocabulary, text, arena, ids));
  } else {
    TRY(encode_pieces(vocabulary, text, arena, ids));
  }
  return ids.result();
}

}  // namespace

Result<Tokenizer> Tokenizer::open(std::span<const std::byte> segment) {
  TRY_ASSIGN(const Vocabulary vocabulary, Vocabulary::open(segment));
  return Tokenizer(vocabulary);
}

uint64_t Tokenizer::scratch_bytes(size_t text_bytes) {
  // SentencePiece's, which is the larger.
  Arena arena = Arena::measuring();
  CHECK(arena.allocate<char>(text_bytes + 1, "tokenizer").ok());
  CHECK(allocate_scratch<PieceRules>(arena, text_bytes + 1).ok());
  return arena.used();
}

Result<std::span<int32_t>> Tokenizer::encode(std::string_view text, AddBos add_bos, Arena& scratch,
                                             std::span<int32_t> out) const {
  if (text.size() > kMaxTextBytes) {
    return Status::error(ErrorCode::kInvalidArgument, "the text has {} bytes, at most {} are taken",
                         text.size(), kMaxTextBytes);
  }
  const Arena::Mark mark = scratch.mark();
  const auto ids = encode_with(vocabulary_, text, add_bos, scratch, out);
  scratch.rewind(mark);
  return ids;
}

std::string_view Tokenizer::decode(int32_t previous, int32_t token) const {
  CHECK(previous >= -1 && previous < static_cast<int32_t>(vocabulary_.size()));
  if (vocabulary_.type(token) == TokenType::kControl) return {};
  std::string_view piece = vocabulary_.piece(token);
  const bool begins = previous >= 0 && previous == vocabulary_.bos();
  if (begins && vocabulary_.has_space_before_text() && piece.starts_with(' ')) {
    piece.remove_prefix(1);
  }
  return piece;
}

}  // namespace llama
