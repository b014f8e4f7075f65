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
std::string_view with_spaces(std::string_view text, bool space_before, std::span<char> out) {
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

// Calls use(token) for what stands for a character that has no token of its own: its bytes, or the
// unknown token where one of these has none, which may stand for the unknown one before it, too.
template <typename Use>
void use_bytes(const Vocabulary& vocabulary, std::string_view character, bool& is_unknown,
               Use use) {
  for (const char byte : character) {
    if (vocabulary.byte_token(static_cast<uint8_t>(byte)) >= 0) continue;
    if (!is_unknown || !vocabulary.has_one_unknown_for_many()) use(vocabulary.unknown());
    is_unknown = true;
    return;
  }
  is_unknown = false;
  for (const char byte : character) use(vocabulary.byte_token(static_cast<uint8_t>(byte)));
}

// Calls use(character) for each; a byte that begins none is one by itself.
template <typename Use>
void for_each_character(std::string_view text, Use use) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_character_length(text.substr(at));
    const size_t bytes = length == 0 ? 1 : length;
    use(at, bytes);
    at += bytes;
  }
}

// A text on its way to ids: cut at the tokens that are found in it, normalized, cut into words.
class Encoder {
 public:
  // `most_bytes`: of the texts.
  static Result<Encoder> create(const Vocabulary& vocabulary, TextKind kind, size_t most_bytes,
                                Arena& arena, IdList& ids) {
    Encoder encoder(vocabulary, kind, ids);
    TRY_ASSIGN(encoder.room_, vocabulary.normalizer().allocate(most_bytes, arena));
    const size_t most = vocabulary.normalizer().most_bytes(most_bytes);
    if (vocabulary.kind() == TokenizerKind::kSentencePiece) {
      // One more than the bytes: the space before them.
      TRY_ASSIGN(encoder.pieces_, arena.allocate<char>(most + 1, "tokenizer"));
    }
    if (encoder.has_ranks()) {
      TRY_ASSIGN(encoder.by_rank_, allocate_scratch<RankRules>(arena, most + 1));
    } else {
      TRY_ASSIGN(encoder.by_score_, allocate_scratch<PieceRules>(arena, most + 1));
    }
    return encoder;
  }

  Status encode(std::string_view text) {
    return cut(text, FoundIn::kText, [&](std::string_view part, bool is_first) {
      return encode_text(part, is_first && !kind_.follows_token);
    });
  }

 private:
  Encoder(const Vocabulary& vocabulary, TextKind kind, IdList& ids)
      : vocabulary_(vocabulary), kind_(kind), ids_(ids) {}

  bool has_ranks() const {
    return vocabulary_.kind() == TokenizerKind::kByteLevel || vocabulary_.merge_count() > 0;
  }

  // Adds the tokens that are found in the text, and calls use() for what is between.
  template <typename Use>
  Status cut(std::string_view text, FoundIn where, Use use) {
    const FoundTokens& found = vocabulary_.found();
    if (found.is_empty()) return use(text, true);
    for (size_t at = 0; at < text.size();) {
      const auto place = found.next(text, at, where, kind_.specials);
      const size_t end = place.token < 0 ? text.size() : place.begin;
      if (end > at) TRY(use(text.substr(at, end - at), at == 0));
      if (place.token < 0) break;
      ids_.add(place.token);
      at = place.end;
    }
    return base::ok_status();
  }

  // What no token was found in as it is. `begins`: the text that a user sees begins with it.
  Status encode_text(std::string_view text, bool begins) {
    const Normalizer& normalizer = vocabulary_.normalizer();
    const bool space_before = vocabulary_.has_space_before_text() &&
                              (begins || !vocabulary_.has_space_at_beginning_only());
    if (normalizer.has_steps()) {
      TRY_ASSIGN(text, normalizer.normalize(text, space_before, vocabulary_.found(), room_));
    }
    return cut(text, FoundIn::kNormalizedText, [&](std::string_view part, bool is_first) {
      encode_part(part, puts_space(part, begins && is_first, space_before && is_first));
      return base::ok_status();
    });
  }

  bool puts_space(std::string_view part, bool begins, bool is_first) const {
    if (vocabulary_.has_space_by_normalizer() || !vocabulary_.has_space_before_text()) return false;
    if (!vocabulary_.has_space_unless_there()) return is_first;
    return (begins || !vocabulary_.has_space_at_beginning_only()) && !part.starts_with(' ') &&
           !part.starts_with(kLowerOneEighthBlock);
  }

  void encode_part(std::string_view text, bool space_before) {
    if (vocabulary_.kind() == TokenizerKind::kSentencePiece) {
      text = with_spaces(text, space_before, pieces_);
    }
    if (vocabulary_.word_rules() == WordRules::kNone) {
      encode_word(text);
      return;
    }
    while (!text.empty()) {
      const size_t bytes = first_word_bytes(vocabulary_.word_rules(), text);
      encode_word(text.substr(0, bytes));
      text.remove_prefix(bytes);
    }
  }

  void encode_word(std::string_view word) {
    if (vocabulary_.kind() == TokenizerKind::kByteLevel) {
      encode_bytes(word);
    } else if (has_ranks()) {
      encode_by_rank(word);
    } else {
      encode_by_score(word);
    }
  }

  void encode_by_score(std::string_view text) {
    const PieceRules rules(vocabulary_, text);
    Merger<PieceRules> merger(rules, by_score_.symbols, by_score_.heap);
    for_each_character(text, [&](size_t at, size_t bytes) {
      merger.add({static_cast<uint32_t>(at), static_cast<uint32_t>(bytes)});
    });
    merger.merge_all();
    bool is_unknown = false;
    merger.for_each([&](const PieceRules::Content& content) {
      const std::string_view symbol = text.substr(content.start, content.length);
      const int32_t token = vocabulary_.find(symbol);
      if (token >= 0) {
        ids_.add(token);
        is_unknown = false;
      } else {
        use_bytes(vocabulary_, symbol, is_unknown, [&](int32_t id) { ids_.add(id); });
      }
    });
  }

  void encode_by_rank(std::string_view text) {
    const RankRules rules(vocabulary_);
    Merger<RankRules> merger(rules, by_rank_.symbols, by_rank_.heap);
    bool is_unknown = false;
    for_each_character(text, [&](size_t at, size_t bytes) {
      const std::string_view character = text.substr(at, bytes);
      const int32_t token = vocabulary_.find(character);
      if (token >= 0) {
        merger.add(token);
        is_unknown = false;
      } else {
        use_bytes(vocabulary_, character, is_unknown, [&](int32_t id) { merger.add(id); });
      }
    });
    merge(merger);
  }

  void encode_bytes(std::string_view word) {
    if (vocabulary_.has_whole_words_first()) {
      const int32_t token = vocabulary_.find(word);
      if (token >= 0) {
        ids_.add(token);
        return;
      }
    }
    const RankRules rules(vocabulary_);
    Merger<RankRules> merger(rules, by_rank_.symbols, by_rank_.heap);
    for (const char byte : word) {
      int32_t token = vocabulary_.byte_token(static_cast<uint8_t>(byte));
      if (token < 0) token = vocabulary_.unknown();
      if (token >= 0) merger.add(token);
    }
    merge(merger);
  }

  void merge(Merger<RankRules>& merger) {
    merger.merge_all();
    merger.for_each([&](int32_t token) { ids_.add(token); });
  }

  const Vocabulary& vocabulary_;
  TextKind kind_;
  IdList& ids_;
  Normalizer::Room room_;
  std::span<char> pieces_;
  Scratch<PieceRules> by_score_;
  Scratch<RankRules> by_rank_;
};

Result<std::span<int32_t>> encode_with(const Vocabulary& vocabulary, std::string_view text,
                                       AddBos add_bos, TextKind kind, Arena& arena,
                                       std::span<int32_t> out) {
  IdList ids(out);
  if (add_bos == AddBos::kYes && vocabulary.has_bos_before_text()) ids.add(vocabulary.bos());
  TRY_ASSIGN(Encoder encoder, Encoder::create(vocabulary, kind, text.size(), arena, ids));
  TRY(encoder.encode(text));
  return ids.result();
}

}  // namespace

Result<Tokenizer> Tokenizer::open(std::span<const std::byte> segment) {
  TRY_ASSIGN(const Vocabulary vocabulary, Vocabulary::open(segment));
  return Tokenizer(vocabulary);
}

uint64_t Tokenizer::scratch_bytes(size_t text_bytes) const {
  Arena arena = Arena::measuring();
  IdList ids({});
  CHECK(Encoder::create(vocabulary_, {}, text_bytes, arena, ids).ok());
  return arena.used();
}

Result<std::span<int32_t>> Tokenizer::encode(std::string_view text, AddBos add_bos, Arena& scratch,
                                             std::span<int32_t> out, TextKind kind) const {
  if (text.size() > kMaxTextBytes) {
    return Status::error(ErrorCode::kInvalidArgument, "the text has {} bytes, at most {} are taken",
                         text.size(), kMaxTextBytes);
  }
  const Arena::Mark mark = scratch.mark();
  const auto ids = encode_with(vocabulary_, text, add_bos, kind, scratch, out);
  scratch.rewind(mark);
  return ids;
}

std::string_view Tokenizer::decode(int32_t previous, int32_t token) const {
  CHECK(previous >= kBeginning && previous < static_cast<int32_t>(vocabulary_.size()));
  if (vocabulary_.type(token) == TokenType::kControl) return {};
  std::string_view piece = vocabulary_.piece(token);
  if (!piece.starts_with(' ') || !vocabulary_.has_space_before_text()) return piece;
  const bool begins = previous == kBeginning || (previous >= 0 && previous == vocabulary_.bos());
  const bool follows_found =
      previous >= 0 && vocabulary_.type(previous) == TokenType::kUserDefined &&
      !vocabulary_.has_space_at_beginning_only() && vocabulary_.found().is_in_text(previous);
  if (begins || follows_found) piece.remove_prefix(1);
  return piece;
}

}  // namespace llama
