// Byte pair encoding of a stretch of text: neighbours are merged, best pair first, until no pair
// can be. For both kinds of tokenizers; not for other code.
#pragma once

#include <cstdint>
#include <span>

#include "base/check.h"

namespace llama {

// A part of the text that is one token so far, in a list of its neighbours.
template <typename Content>
struct MergeSymbol {
  static constexpr uint32_t kNone = UINT32_MAX;
  Content content;
  uint32_t previous;  // kNone at the ends
  uint32_t next;
  int32_t pair;         // Rules::pair() of this and the next one, or -1
  uint32_t heap_place;  // of that pair, or kNone
};

// Pairs that can be merged wait in a binary heap of their left symbols. Each symbol knows its place
// there, so that a merge can take out or move the two pairs next to it: the heap never holds a pair
// that no longer exists, and never grows. n symbols take about n * log2(n) steps.
//
// Rules have:
//   Content                                what a symbol is made of
//   int32_t pair(Content, Content)         a number for what two neighbours make, -1 for nothing
//   Content merged(Content, Content, int32_t pair)
//   bool is_better(int32_t pair, int32_t other)   a strict order; of equal pairs the leftmost goes
//                                                 first
template <typename Rules>
class Merger {
 public:
  using Content = typename Rules::Content;
  using Symbol = MergeSymbol<Content>;

  // `symbols` and `heap` have room for as many symbols as are added.
  Merger(const Rules& rules, std::span<Symbol> symbols, std::span<uint32_t> heap)
      : rules_(rules), symbols_(symbols), heap_(heap) {}

  void add(const Content& content) {
    CHECK(count_ < symbols_.size());
    const uint32_t previous = count_ == 0 ? kNone : count_ - 1;
    if (previous != kNone) symbols_[previous].next = count_;
    symbols_[count_] = {content, previous, kNone, -1, kNone};
    ++count_;
  }

  void merge_all() {
    for (uint32_t symbol = 0; symbol < count_; ++symbol) renew_pair(symbol);
    while (heap_size_ > 0) {
      const uint32_t left = heap_[0];
      Symbol& symbol = symbols_[left];
      const uint32_t right = symbol.next;
      take_out(right);
      symbol.content = rules_.merged(symbol.content, symbols_[right].content, symbol.pair);
      symbol.next = symbols_[right].next;
      if (symbol.next != kNone) symbols_[symbol.next].previous = left;
      renew_pair(left);
      if (symbol.previous != kNone) renew_pair(symbol.previous);
    }
  }

  // Calls use(content) for each symbol in order.
  template <typename Use>
  void for_each(Use use) const {
    for (uint32_t symbol = count_ == 0 ? kNone : 0; symbol != kNone;
         symbol = symbols_[symbol].next) {
      use(symbols_[symbol].content);
    }
  }

 private:
  static constexpr uint32_t kNone = Symbol::kNone;

  // Looks up what the symbol and its next make together, and puts, moves or takes out that pair.
  void renew_pair(uint32_t left) {
    take_out(left);
    Symbol& symbol = symbols_[left];
    if (symbol.next == kNone) return;
    symbol.pair = rules_.pair(symbol.content, symbols_[symbol.next].content);
    if (symbol.pair < 0) return;
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

  bool goes_before(uint32_t a, uint32_t b) const {
    const int32_t pair_a = symbols_[a].pair;
    const int32_t pair_b = symbols_[b].pair;
    return rules_.is_better(pair_a, pair_b) || (a < b && !rules_.is_better(pair_b, pair_a));
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

  const Rules& rules_;
  std::span<Symbol> symbols_;
  std::span<uint32_t> heap_;
  uint32_t count_ = 0;
  uint32_t heap_size_ = 0;
};

}  // namespace llama
