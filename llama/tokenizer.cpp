#include "llama/tokenizer.h"

#include "base/check.h"
#include "llama/utf8.h"

namespace llama {

using base::Arena;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kLowerOneEighthBlock = "\xe2\x96\x81";  // U+2581
constexpr uint32_t kNone = UINT32_MAX;

// A stretch of the text that is one token so far, in a list of its neighbours.
struct Symbol {
  uint32_t start;
  uint32_t length;
  uint32_t previous;  // kNone at the ends
  uint32_t next;
  int32_t pair_token;   // what this and the next symbol would become, or -1
  uint32_t heap_place;  // of that pair, or kNone
};

struct Scratch {
  std::span<char> text;
  std::span<Symbol> symbols;
  std::span<uint32_t> heap;
};

// One more than the text's bytes: the space before it.
Result<Scratch> allocate_scratch(Arena& arena, size_t text_bytes) {
  Scratch scratch;
  TRY_ASSIGN(scratch.text, arena.allocate<char>(text_bytes + 1, "tokenizer"));
  TRY_ASSIGN(scratch.symbols, arena.allocate<Symbol>(text_bytes + 1, "tokenizer"));
  TRY_ASSIGN(scratch.heap, arena.allocate<uint32_t>(text_bytes + 1, "tokenizer"));
  return scratch;
}

// The text as the pieces have it: with its space before, and spaces for U+2581.
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

// Merges neighbours, best pair first, until no pair is a token. Pairs that are wait in a binary
// heap of their left symbols. Each symbol knows its place there, so that a merge can take out or
// move the two pairs next to it: the heap never holds a pair that is no more, and never grows.
class Merger {
 public:
  Merger(const Vocabulary& vocabulary, std::string_view text, const Scratch& scratch)
      : vocabulary_(vocabulary), text_(text), symbols_(scratch.symbols), heap_(scratch.heap) {}

  void split_into_characters() {
    uint32_t at = 0;
    while (at < text_.size()) {
      // A byte that begins no character is a symbol by itself.
      const size_t length = utf8_character_length(text_.substr(at));
      const uint32_t bytes = length == 0 ? 1 : static_cast<uint32_t>(length);
      symbols_[count_] = {at, bytes, count_ - 1, count_ + 1, -1, kNone};
      ++count_;
      at += bytes;
    }
    if (count_ == 0) return;
    symbols_[0].previous = kNone;
    symbols_[count_ - 1].next = kNone;
  }

  void merge_all() {
    for (uint32_t symbol = 0; symbol < count_; ++symbol) renew_pair(symbol);
    while (heap_size_ > 0) {
      const uint32_t left = heap_[0];
      const uint32_t right = symbols_[left].next;
      take_out(right);
      symbols_[left].length += symbols_[right].length;
      symbols_[left].next = symbols_[right].next;
      if (symbols_[left].next != kNone) symbols_[symbols_[left].next].previous = left;
      renew_pair(left);
      if (symbols_[left].previous != kNone) renew_pair(symbols_[left].previous);
    }
  }

  // Calls use(text) for each symbol in order.
  template <typename Use>
  void for_each_symbol(Use use) const {
    for (uint32_t symbol = count_ == 0 ? kNone : 0; symbol != kNone;
         symbol = symbols_[symbol].next) {
      use(text_.substr(symbols_[symbol].start, symbols_[symbol].length));
    }
  }

 private:
  // Looks up what the symbol and its next make together, and puts, moves or takes out that pair.
  void renew_pair(uint32_t left) {
    take_out(left);
    Symbol& symbol = symbols_[left];
    if (symbol.next == kNone) return;
    const uint32_t length = symbol.length + symbols_[symbol.next].length;
    symbol.pair_token = vocabulary_.find(text_.substr(symbol.start, length));
    if (symbol.pair_token < 0) return;
    put(heap_size_, left);
    ++heap_size_;
    move_up(heap_size_ - 1);
  }

  void take_out(uint32_t left) {
    const uint32_t place = symbols_[left].heap_place;
    if (place == kNone) return;
    symbols_[left].heap_place = kNone;
    --heap_size_;
    if (place == heap_size_) return;
    put(place, heap_[heap_size_]);
    move_down(move_up(place));
  }

  // The better score first; of equal ones that further left.
  bool goes_before(uint32_t a, uint32_t b) const {
    const float score_a = vocabulary_.score(symbols_[a].pair_token);
    const float score_b = vocabulary_.score(symbols_[b].pair_token);
    return score_a > score_b || (score_a == score_b && a < b);
  }

  void put(uint32_t place, uint32_t left) {
    heap_[place] = left;
    symbols_[left].heap_place = place;
  }

  void swap_places(uint32_t a, uint32_t b) {
    const uint32_t left = heap_[a];
    put(a, heap_[b]);
    put(b, left);
  }

  uint32_t move_up(uint32_t place) {
    while (place > 0 && goes_before(heap_[place], heap_[(place - 1) / 2])) {
      swap_places(place, (place - 1) / 2);
      place = (place - 1) / 2;
    }
    return place;
  }

  void move_down(uint32_t place) {
    for (;;) {
      uint32_t best = place;
      for (uint32_t child = 2 * place + 1; child <= 2 * place + 2; ++child) {
        if (child < heap_size_ && goes_before(heap_[child], heap_[best])) best = child;
      }
      if (best == place) return;
      swap_places(place, best);
      place = best;
    }
  }

  const Vocabulary& vocabulary_;
  std::string_view text_;
  std::span<Symbol> symbols_;
  std::span<uint32_t> heap_;
  uint32_t count_ = 0;
  uint32_t heap_size_ = 0;
};

// Collects ids, and goes on counting when there is no more room.
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

Result<std::span<int32_t>> encode_with(const Vocabulary& vocabulary, std::string_view text,
                                       AddBos add_bos, Arena& arena, std::span<int32_t> out) {
  TRY_ASSIGN(const Scratch scratch, allocate_scratch(arena, text.size()));
  Merger merger(vocabulary, normalize(text, vocabulary.has_space_before_text(), scratch.text),
                scratch);
  merger.split_into_characters();
  merger.merge_all();

  IdList ids(out);
  if (add_bos == AddBos::kYes && vocabulary.bos() >= 0) ids.add(vocabulary.bos());
  merger.for_each_symbol([&](std::string_view symbol) {
    const int32_t token = vocabulary.find(symbol);
    if (token >= 0) {
      ids.add(token);
      return;
    }
    for (const char byte : symbol) ids.add(vocabulary.byte_token(static_cast<uint8_t>(byte)));
  });
  return ids.result();
}

}  // namespace

Result<Tokenizer> Tokenizer::open(std::span<const std::byte> segment) {
  TRY_ASSIGN(const Vocabulary vocabulary, Vocabulary::open(segment));
  return Tokenizer(vocabulary);
}

uint64_t Tokenizer::scratch_bytes(size_t text_bytes) {
  Arena arena = Arena::measuring();
  CHECK(allocate_scratch(arena, text_bytes).ok());
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
